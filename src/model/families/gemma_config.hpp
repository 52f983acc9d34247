// The numbers of Gemma 2 and 3, with what their files leave out.
#pragma once

#include <string_view>

#include "gguf/metadata.hpp"
#include "model/config.hpp"
#include "realm/error.hpp"

namespace realm::families {

Result<Config> read_gemma2_config(const gguf::Metadata& metadata, std::string_view architecture,
                                  RopePairs pairs);
Result<Config> read_gemma3_config(const gguf::Metadata& metadata, std::string_view architecture,
                                  RopePairs pairs);

}  // namespace realm::families
