#include "text/split/automaton.hpp"

#include <algorithm>
#include <map>

namespace realm {
namespace {

using Kind = PatternNode::Kind;

// Places of the pattern, as Thompson's construction numbers them.
struct Place {
  enum class Kind : uint8_t { kMatch, kSet, kAhead, kNotAhead, kFork };
  Kind kind = Kind::kMatch;
  uint32_t set = 0;
  uint32_t next = 0;
  uint32_t other = 0;  // of a fork: less preferred than next
};

constexpr size_t kMaxPlaces = 16384;
constexpr size_t kMaxStates = 16384;

class Builder {
 public:
  Builder(const PatternTree& tree, const CodePointClasses& classes)
      : tree_(tree), classes_(classes) {}

  Result<Automaton> build() {
    const uint32_t match = add({});
    const uint32_t first = put(tree_.root, match);
    if (places_.size() > kMaxPlaces) return too_large();
    seen_.assign(places_.size(), 0);
    taken_.assign(places_.size(), 0);

    Automaton out;
    out.stride = (classes_.count + 2) / 2 * 2;
    (void)state_of({});
    out.start = state_of({first}) * static_cast<uint32_t>(out.stride);
    for (size_t state = 0; state < states_.size(); ++state) {
      if (states_.size() > kMaxStates) return too_large();
      out.next.resize((state + 1) * out.stride);
      const std::vector<uint32_t> from = *states_[state];
      for (size_t cls = 0; cls <= classes_.count; ++cls) {
        bool matches = false;
        const uint32_t to = state_of(step(from, classes_.in_set[cls], matches));
        out.next[state * out.stride + cls] = to * static_cast<uint32_t>(out.stride) | matches;
      }
    }
    return out;
  }

 private:
  static Error too_large() {
    return {Code::kUnsupported, "a pattern whose automaton has too many states"};
  }

  uint32_t add(Place place) {
    if (places_.size() <= kMaxPlaces) places_.push_back(place);
    return static_cast<uint32_t>(places_.size() - 1);
  }

  // The place where `node` begins, when `next` follows it.
  uint32_t put(const PatternNode& node, uint32_t next) {
    switch (node.kind) {
      case Kind::kSet:
        return add({Place::Kind::kSet, static_cast<uint32_t>(node.set), next, 0});
      case Kind::kAhead:
        return add({Place::Kind::kAhead, static_cast<uint32_t>(node.set), next, 0});
      case Kind::kNotAhead:
        return add({Place::Kind::kNotAhead, static_cast<uint32_t>(node.set), next, 0});
      case Kind::kSequence:
        for (size_t i = node.parts.size(); i > 0; --i) next = put(node.parts[i - 1], next);
        return next;
      case Kind::kAlternate: {
        uint32_t begin = put(node.parts.back(), next);
        for (size_t i = node.parts.size() - 1; i > 0; --i) {
          begin = add({Place::Kind::kFork, 0, put(node.parts[i - 1], next), begin});
        }
        return begin;
      }
      case Kind::kRepeat:
        return put_repeat(node, next);
    }
    return next;
  }

  uint32_t put_repeat(const PatternNode& node, uint32_t next) {
    uint32_t begin = next;
    if (node.most == PatternNode::kNoLimit) {
      begin = add({Place::Kind::kFork, 0, 0, next});
      const uint32_t body = put(node.parts[0], begin);
      places_[begin].next = body;
    } else {
      for (size_t i = node.least; i < node.most && places_.size() <= kMaxPlaces; ++i) {
        begin = add({Place::Kind::kFork, 0, put(node.parts[0], begin), next});
      }
    }
    for (size_t i = 0; i < node.least && places_.size() <= kMaxPlaces; ++i) {
      begin = put(node.parts[0], begin);
    }
    return begin;
  }

  // Where a matcher at one of `from`, in this order of preference, can be behind a character that
  // is in these sets; `matches`: a match ends in front of it.
  std::vector<uint32_t> step(const std::vector<uint32_t>& from, const std::vector<bool>& in_set,
                             bool& matches) {
    ++round_;
    std::vector<uint32_t> to;
    std::vector<uint32_t> stack;
    for (const uint32_t begin : from) {
      stack.assign(1, begin);
      while (!stack.empty()) {
        const uint32_t at = stack.back();
        stack.pop_back();
        if (seen_[at] == round_) continue;
        seen_[at] = round_;
        const Place& place = places_[at];
        switch (place.kind) {
          case Place::Kind::kMatch:
            matches = true;
            return to;
          case Place::Kind::kSet:
            if (in_set[place.set] && taken_[place.next] != round_) {
              taken_[place.next] = round_;
              to.push_back(place.next);
            }
            break;
          case Place::Kind::kAhead:
            if (in_set[place.set]) stack.push_back(place.next);
            break;
          case Place::Kind::kNotAhead:
            if (!in_set[place.set]) stack.push_back(place.next);
            break;
          case Place::Kind::kFork:
            stack.push_back(place.other);
            stack.push_back(place.next);
            break;
        }
      }
    }
    return to;
  }

  uint32_t state_of(std::vector<uint32_t> places) {
    const auto found = numbers_.emplace(std::move(places), static_cast<uint32_t>(states_.size()));
    if (found.second) states_.push_back(&found.first->first);
    return found.first->second;
  }

  const PatternTree& tree_;
  const CodePointClasses& classes_;
  std::vector<Place> places_;
  std::map<std::vector<uint32_t>, uint32_t> numbers_;
  std::vector<const std::vector<uint32_t>*> states_;  // the keys of numbers_, which stay in place
  std::vector<uint32_t> seen_;                        // by place: the round in which it was visited
  std::vector<uint32_t> taken_;                       // and the one in which it was put into `to`
  uint32_t round_ = 0;
};

}  // namespace

Result<Automaton> automaton_of(const PatternTree& tree, const CodePointClasses& classes) {
  return Builder(tree, classes).build();
}

}  // namespace realm
