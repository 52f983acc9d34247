#include "text/wordpiece_words.hpp"

#include <algorithm>
#include <array>

#include "base/utf8.hpp"
#include "text/wordpiece_unicode.hpp"

namespace realm::wordpiece {
namespace {

// The kinds of ASCII, where most text is.
constexpr std::array<Kind, 128> kAscii = [] {
  std::array<Kind, 128> kinds{};
  for (uint8_t c = 0; c < 128; ++c) {
    const bool alnum = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    const bool space = c == ' ' || c == '\t' || c == '\n' || c == '\r';
    kinds[c] = alnum                   ? Kind::kLetter
               : space                 ? Kind::kSpace
               : c < 0x20 || c == 0x7F ? Kind::kRemoved
                                       : Kind::kPunctuation;
  }
  return kinds;
}();

}  // namespace

bool Words::next(Word& word) {
  if (given_ == ended_.size()) {
    bytes_.erase(0, begin_);
    begin_ = given_begin_ = given_ = 0;
    ended_.clear();
    while (ended_.empty()) {
      if (at_ == text_.size()) {
        end_word();
        if (ended_.empty()) return false;
        break;
      }
      read_character();
    }
  }
  const auto [end, characters] = ended_[given_++];
  word = {std::string_view(bytes_).substr(given_begin_, end - given_begin_), characters};
  given_begin_ = end;
  return true;
}

void Words::read_character() {
  const uint8_t byte = static_cast<uint8_t>(text_[at_]);
  if (byte >= 0x80) {
    const Utf8Step step = utf8_step(text_, at_);
    if (step.valid) read(utf8_decode(text_, at_, step.bytes));
    at_ += step.bytes;
    return;
  }
  switch (kAscii[byte]) {
    case Kind::kLetter: {
      order_marks();
      const bool capital = folding_.lowercase && byte >= 'A' && byte <= 'Z';
      bytes_ += static_cast<char>(capital ? byte + ('a' - 'A') : byte);
      ++characters_;
      break;
    }
    case Kind::kSpace:
      end_word();
      break;
    case Kind::kPunctuation:
      order_marks();
      append_alone(byte);
      break;
    case Kind::kIdeograph:
    case Kind::kRemoved:
      break;
  }
  ++at_;
}

void Words::read(uint32_t code_point) {
  const Kind kind = kind_of(code_point);
  if (kind == Kind::kRemoved) return;
  if (kind == Kind::kSpace || kind == Kind::kIdeograph) end_word();
  if (kind == Kind::kSpace) return;

  if (!folding_.strip_accents) {
    fold(code_point);
  } else {
    parts_.clear();
    decompose(code_point, parts_);
    for (const uint32_t part : parts_) {
      // Also an accent that goes has its place in the order, or ends it.
      const uint8_t order = combining_class(part);
      if (order == 0) order_marks();
      if (is_accent(part)) continue;
      if (order > 0) {
        marks_.emplace_back(order, part);
      } else {
        fold(part);
      }
    }
  }
  if (kind == Kind::kIdeograph) end_word();
}

// NFD sorts the marks behind a letter by their class.
void Words::order_marks() {
  if (marks_.empty()) return;
  std::stable_sort(marks_.begin(), marks_.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  for (const auto& mark : marks_) fold(mark.second);
  marks_.clear();
}

void Words::fold(uint32_t code_point) {
  folded_.clear();
  if (folding_.lowercase) {
    lower(code_point, folded_);
  } else {
    folded_.push_back(code_point);
  }
  for (const uint32_t c : folded_) {
    if (kind_of(c) == Kind::kPunctuation) {
      append_alone(c);
    } else {
      utf8_append(c, bytes_);
      ++characters_;
    }
  }
}

void Words::append_alone(uint32_t code_point) {
  cut();
  utf8_append(code_point, bytes_);
  ++characters_;
  cut();
}

void Words::cut() {
  if (characters_ == 0) return;
  ended_.emplace_back(bytes_.size(), characters_);
  begin_ = bytes_.size();
  characters_ = 0;
}

void Words::end_word() {
  order_marks();
  cut();
}

}  // namespace realm::wordpiece
