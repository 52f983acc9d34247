// What the copies of a Tokenizer share. Immutable once create() has returned it.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "realm/tokenizer.hpp"
#include "text/encoder.hpp"
#include "text/vocab.hpp"

namespace realm {

struct Tokenizer::State {
  explicit State(Vocab own) : vocab(std::move(own)) {}

  /// The bytes that `id` adds to a text. `strip`: a space in front is the encoder's; updated.
  std::string_view render(TokenId id, bool render_special, bool& strip) const;

  Vocab vocab;
  std::unique_ptr<Encoder> encoder;  // refers to vocab
  std::vector<std::string> pieces;   // by id
  std::string fallback;
  bool adds_bos = false;
  bool adds_eos = false;
  bool adds_sep = false;
};

}  // namespace realm
