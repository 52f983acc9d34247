// What a GGUF file's metadata says of the text side: vocabulary, and facts for people.
#pragma once

#include <optional>

#include "gguf/gguf.hpp"
#include "model/facts.hpp"
#include "realm/tokenizer.hpp"

namespace realm {

/// tokenizer.ggml.*; empty where the file has no vocabulary. Errors name the key.
Result<std::optional<VocabData>> read_vocab(const gguf::Metadata& metadata);

Result<ModelFacts> read_facts(const gguf::File& file);

}  // namespace realm
