// Words: a text as BERT's tokenizers clean it and cut it into words.
//
// In this order: control characters go, ideographs stand apart, accents are stripped (NFD without
// nonspacing marks), letters become small; then spaces cut, and every punctuation character is a
// word of its own. Bytes that are not UTF-8 count as U+FFFD, which goes too.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace realm::wordpiece {

struct Folding {
  bool lowercase = false;
  bool strip_accents = false;
};

struct Word {
  std::string_view text;  ///< never empty; lives until the next call
  size_t characters = 0;
};

/// One pass over one text, by one thread.
class Words {
 public:
  Words(std::string_view text, Folding folding) : text_(text), folding_(folding) {}

  /// False at the end.
  bool next(Word& word);

 private:
  void read_character();
  void read(uint32_t code_point);
  void order_marks();
  void fold(uint32_t code_point);
  void append_alone(uint32_t code_point);
  void cut();
  void end_word();

  std::string_view text_;
  Folding folding_;
  size_t at_ = 0;

  // The word that is read, and behind it words that are read but not given: a character may end one
  // and be the next.
  std::string bytes_;
  size_t characters_ = 0;
  size_t begin_ = 0;                              // of the word that is read, in bytes_
  std::vector<std::pair<size_t, size_t>> ended_;  // ends in bytes_, characters
  size_t given_ = 0;                              // of ended_
  size_t given_begin_ = 0;

  std::vector<uint32_t> parts_;  // of one character; kept for their memory
  std::vector<uint32_t> folded_;
  std::vector<std::pair<uint8_t, uint32_t>> marks_;  // combining class and mark, not yet in order
};

}  // namespace realm::wordpiece
