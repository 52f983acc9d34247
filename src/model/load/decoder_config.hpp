// Reads the Config of a llama-like decoder from metadata.
#pragma once

#include <span>
#include <string_view>

#include "gguf/metadata.hpp"
#include "model/config.hpp"
#include "model/load/key_reader.hpp"
#include "realm/error.hpp"

namespace realm {

/// Reads what every decoder has; the failure, if any, is in `keys`. A key that asks for something
/// that a plain decoder does not do is a failure, unless it is one of those that the caller
/// `understands` and reads itself.
Config read_decoder_keys(KeyReader& keys, RopePairs pairs,
                         std::span<const std::string_view> understands = {});

/// The window of attention.sliding_window (or `fallback`, where the file has no such key) for all
/// layers but each `period`-th, which sees everything; attention.sliding_window_pattern may say
/// another period, or which layers are windowed.
void read_window_pattern(KeyReader& keys, int32_t fallback, int32_t period, Config& c);

/// Keys of `architecture`; `pairs` is a habit of the architecture that no key tells. Every missing
/// or senseless number is an error that names its key; so is a number that asks for something that
/// a plain decoder does not do.
Result<Config> read_decoder_config(const gguf::Metadata& metadata, std::string_view architecture,
                                   RopePairs pairs);

}  // namespace realm
