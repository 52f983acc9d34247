#include "text/split/digit_groups.hpp"

#include "text/split/utf8_read.hpp"

namespace realm {
namespace {

// What \w adds to letters, marks and digits in Oniguruma, which asks for the property Alphabetic:
// circled and squared letters, and there also the superscripts and fractions of Latin-1.
constexpr CodePointSet::Range kOtherWords[] = {
    {0xB2, 0xB3},       {0xB9, 0xB9},       {0xBC, 0xBE},      {0x24B6, 0x24E9},
    {0x1F130, 0x1F149}, {0x1F150, 0x1F169}, {0x1F170, 0x1F189}};

CodePointSet word_characters() {
  CodePointSet set;
  for (const char* name : {"L", "M", "Nd", "Nl", "Pc"}) set.add(*CodePointSet::property(name));
  for (const CodePointSet::Range& range : kOtherWords) set.add(range.first, range.last);
  return set;
}

}  // namespace

DigitGroups::DigitGroups(Rule rule)
    : rule_(rule), digits_(*CodePointSet::property(rule == Rule::kNumbers ? "N" : "Nd")) {
  if (rule == Rule::kAtWordEnd) words_ = word_characters();
}

void DigitGroups::split(std::string_view text, Span piece, std::vector<Span>& pieces) const {
  size_t gap = piece.begin;  // begin of what no piece holds yet
  const auto cut = [&](size_t at) {
    if (at > gap) pieces.push_back({gap, at});
    gap = at;
  };
  for (size_t at = piece.begin; at < piece.end;) {
    const size_t begin = at;
    size_t digits = 0;
    size_t end = begin;
    bool word = false;  // a letter follows
    while (at < piece.end) {
      const uint32_t c = utf8_read(text, at);
      if (!digits_.contains(c)) {
        word = words_.contains(c);
        break;
      }
      ++digits;
      end = at;
    }
    if (digits == 0 || word) continue;
    if (rule_ != Rule::kCutsInFront) cut(begin);
    size_t inner = begin;
    for (size_t left = digits; left > 0; --left) {
      if (left % 3 == 0) cut(inner);
      (void)utf8_read(text, inner);
    }
    if (rule_ != Rule::kCutsInFront) cut(end);
  }
  cut(piece.end);
}

}  // namespace realm
