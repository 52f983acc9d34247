#include "text/split/pattern.hpp"

#include <algorithm>

#include "base/str.hpp"
#include "text/split/utf8_read.hpp"

namespace realm {
namespace {

// An attempt looks for what is known to be fruitless first behind so many bytes, then each time
// that its length has doubled: nearly all matches end before.
constexpr size_t kFirstCheck = 16;
// What is read behind the end of a match in vain, and is worth remembering.
constexpr size_t kLongTail = 64;

}  // namespace

Result<Pattern> Pattern::compile(std::string_view pattern, Unit unit) {
  REALM_ASSIGN(const PatternTree tree, parse_pattern(pattern));
  Pattern out;
  out.unit_ = unit;
  auto classes = classes_of(tree.sets);
  if (!classes) return std::move(classes).error().in(str("pattern ", pattern));
  out.classes_ = std::move(*classes);
  auto automaton = automaton_of(tree, out.classes_);
  if (!automaton) return std::move(automaton).error().in(str("pattern ", pattern));
  out.automaton_ = std::move(*automaton);
  for (uint32_t byte = 0; byte < out.first_.size(); ++byte) {
    out.first_[byte] = out.classes_.of(byte);
  }
  return out;
}

// The class of what stands at `at`, which moves behind it.
template <bool kBytes>
uint8_t Pattern::read(std::string_view text, size_t& at) const {
  const uint8_t lead = static_cast<uint8_t>(text[at]);
  if (kBytes || lead < 0x80) {
    ++at;
    return first_[lead];
  }
  return classes_.of(utf8_read(text, at));
}

// Where the match that begins at `rest.begin` ends; rest.begin itself when there is none.
template <bool kBytes>
size_t Pattern::match_end(std::string_view text, Span rest, Fruitless& fruitless) const {
  const uint32_t* next = automaton_.next.data();
  uint32_t state = automaton_.start;
  size_t at = rest.begin;
  size_t last = rest.begin;
  size_t check = rest.begin + kFirstCheck;
  for (;;) {
    const size_t stop = std::min(rest.end, check);
    while (at < stop) {
      const size_t before = at;
      const uint32_t to = next[state + read<kBytes>(text, at)];
      if (to & Automaton::kMatchBit) last = before;
      state = to & ~Automaton::kMatchBit;
      if (state == Automaton::kDead) {
        if (at - last > kLongTail) remember<kBytes>(text, rest.begin, last, at, fruitless);
        return last;
      }
    }
    if (at >= rest.end) break;
    if (state == fruitless.state && at >= fruitless.begin && at < fruitless.end) return last;
    check = at + (at - rest.begin);
  }
  if (next[state + classes_.count] & Automaton::kMatchBit) return rest.end;
  if (at - last > kLongTail) remember<kBytes>(text, rest.begin, last, at, fruitless);
  return last;
}

// An attempt from `begin` found its match up to `last` and read on to `stop` in vain. The state in
// which it ended was the same for some while: there, no other attempt needs to go that way again.
template <bool kBytes>
void Pattern::remember(std::string_view text, size_t begin, size_t last, size_t stop,
                       Fruitless& fruitless) const {
  uint32_t state = automaton_.start;
  size_t since = begin;
  for (size_t at = begin; at < stop;) {
    const size_t before = at;
    const uint32_t to = automaton_.next[state + read<kBytes>(text, at)] & ~Automaton::kMatchBit;
    if (to == Automaton::kDead) {
      stop = before + 1;
      break;
    }
    if (to != state) since = at;
    state = to;
  }
  fruitless = {state, std::max(since, last + 1), stop};
}

template <bool kBytes>
void Pattern::split_into(std::string_view text, Span piece, std::vector<Span>& pieces) const {
  Fruitless fruitless;
  size_t gap = piece.begin;  // begin of what no piece holds yet
  for (size_t at = piece.begin; at < piece.end;) {
    const size_t end = match_end<kBytes>(text, {at, piece.end}, fruitless);
    if (end == at) {
      (void)read<kBytes>(text, at);
      continue;
    }
    if (at > gap) pieces.push_back({gap, at});
    pieces.push_back({at, end});
    gap = at = end;
  }
  if (gap < piece.end) pieces.push_back({gap, piece.end});
}

void Pattern::split(std::string_view text, Span piece, std::vector<Span>& pieces) const {
  if (unit_ == Unit::kByte) {
    split_into<true>(text, piece, pieces);
  } else {
    split_into<false>(text, piece, pieces);
  }
}

}  // namespace realm
