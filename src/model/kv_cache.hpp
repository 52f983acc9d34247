// Keys and values of all layers in one buffer of pages.
//
//   page p, layer l:  K [kv_heads * block_tokens * head_dim] then V, each aligned to 256 bytes
//   order:            [page][layer][K | V]
// A page holds all layers side by side, so that memory is touched as sequences grow and not all at
// once: a short answer takes a page or two of each, not a piece of every layer's whole cache. An
// encoder has the pages of one layer, which all layers use in turn: nothing outlives its layer.
#pragma once

#include <memory>
#include <vector>

#include "backend/device.hpp"
#include "model/config.hpp"

namespace realm {

struct KvCache {
  std::unique_ptr<Buffer> buffer;
  std::vector<KvLayer> layers;
};

/// Bytes of one page of all layers; empty when that overflows.
std::optional<uint64_t> kv_page_bytes(const Config& config, Format format, int32_t block_tokens);

Result<KvCache> allocate_kv_cache(Device& device, const Config& config, Format format,
                                  int32_t block_tokens, int32_t n_blocks);

}  // namespace realm
