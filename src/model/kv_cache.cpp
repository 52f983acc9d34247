#include "model/kv_cache.hpp"

#include <algorithm>

#include "base/checked.hpp"
#include "base/str.hpp"

namespace realm {
namespace {

constexpr uint64_t kAlignment = 256;

// K or V of one layer in one page.
std::optional<uint64_t> part_bytes(const Config& config, Format format, int32_t block_tokens) {
  const auto elems = checked_mul<uint64_t>(static_cast<uint64_t>(config.kv_dim()),
                                           static_cast<uint64_t>(block_tokens));
  if (!elems) return std::nullopt;
  const auto bytes = row_bytes(format, *elems);
  return bytes ? checked_align_up(*bytes, kAlignment) : std::nullopt;
}

// Layers with pages of their own. A step of an encoder leaves nothing to the next one, and a layer
// nothing to the next layer: all of them take turns in the same pages.
int32_t kept_layers(const Config& config) { return config.encoder ? 1 : config.n_layers; }

}  // namespace

std::optional<uint64_t> kv_page_bytes(const Config& config, Format format, int32_t block_tokens) {
  const auto part = part_bytes(config, format, block_tokens);
  if (!part) return std::nullopt;
  return checked_mul<uint64_t>(*part, 2 * static_cast<uint64_t>(kept_layers(config)));
}

Result<KvCache> allocate_kv_cache(Device& device, const Config& config, Format format,
                                  int32_t block_tokens, int32_t n_blocks) {
  const auto part = part_bytes(config, format, block_tokens);
  const auto page = kv_page_bytes(config, format, block_tokens);
  const auto bytes =
      page ? checked_mul<uint64_t>(*page, static_cast<uint64_t>(n_blocks)) : std::nullopt;
  if (!bytes) {
    return Error{Code::kOutOfMemory, str("a cache of ", n_blocks, " pages overflows memory")};
  }
  KvCache cache;
  REALM_ASSIGN(cache.buffer, device.allocate(*bytes, BufferUse::kCache));
  for (int32_t l = 0; l < config.n_layers; ++l) {
    const int32_t own = std::min(l, kept_layers(config) - 1);
    TensorView view{.buffer = cache.buffer.get(),
                    .offset_bytes = static_cast<size_t>(*part * 2 * static_cast<uint64_t>(own)),
                    .shape = Shape{n_blocks, config.kv_dim() * block_tokens},
                    .row_stride_bytes = static_cast<size_t>(*page),
                    .format = format};
    KvLayer layer{.k = view,
                  .v = view,
                  .kv_heads = config.kv_heads,
                  .head_dim = config.head_dim,
                  .block_tokens = block_tokens};
    layer.v.offset_bytes += static_cast<size_t>(*part);
    cache.layers.push_back(layer);
  }
  return cache;
}

}  // namespace realm
