// Reads the Config of a llama-like decoder from metadata.
#pragma once

#include <string_view>

#include "gguf/metadata.hpp"
#include "model/config.hpp"
#include "realm/error.hpp"

namespace realm {

/// Keys of `architecture`; `pairs` is a habit of the architecture that no key tells. Every missing
/// or senseless number is an error that names its key; so is a number that asks for something that
/// a plain decoder does not do.
Result<Config> read_decoder_config(const gguf::Metadata& metadata, std::string_view architecture,
                                   RopePairs pairs);

}  // namespace realm
