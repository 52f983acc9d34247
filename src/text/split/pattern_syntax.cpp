#include "text/split/pattern_syntax.hpp"

#include <algorithm>
#include <string>

#include "base/str.hpp"
#include "base/utf8.hpp"
#include "text/split/utf8_read.hpp"

namespace realm {
namespace {

// Deeper than any published pattern, and far from the end of the stack.
constexpr size_t kMaxDepth = 32;
constexpr size_t kMaxCount = 1024;

class Parser {
 public:
  explicit Parser(std::string_view pattern) : pattern_(pattern) {}

  Result<PatternTree> parse() {
    if (utf8_valid_run(pattern_, 0) != pattern_.size()) return fail("not UTF-8");
    REALM_ASSIGN(tree_.root, alternatives());
    if (!at_end()) return fail("unexpected )");
    return std::move(tree_);
  }

 private:
  using Kind = PatternNode::Kind;

  bool at_end() const { return at_ == pattern_.size(); }
  char peek() const { return at_end() ? '\0' : pattern_[at_]; }
  bool accept(std::string_view text) {
    if (pattern_.substr(at_, text.size()) != text) return false;
    at_ += text.size();
    return true;
  }
  Error fail(std::string_view what) const {
    return {Code::kInvalidArgument, str("pattern ", pattern_, " at byte ", at_, ": ", what)};
  }

  size_t index_of(const CodePointSet& set) {
    const auto found = std::find(tree_.sets.begin(), tree_.sets.end(), set);
    if (found != tree_.sets.end()) return static_cast<size_t>(found - tree_.sets.begin());
    tree_.sets.push_back(set);
    return tree_.sets.size() - 1;
  }
  PatternNode set_node(const CodePointSet& set, Kind kind = Kind::kSet) {
    PatternNode node;
    node.kind = kind;
    node.set = index_of(set);
    return node;
  }

  Result<PatternNode> alternatives() {
    if (++depth_ > kMaxDepth) return fail("nested too deep");
    PatternNode node;
    node.kind = Kind::kAlternate;
    do {
      REALM_ASSIGN(PatternNode part, sequence());
      node.parts.push_back(std::move(part));
    } while (accept("|"));
    --depth_;
    return node.parts.size() == 1 ? std::move(node.parts.front()) : std::move(node);
  }

  Result<PatternNode> sequence() {
    PatternNode node;
    while (!at_end() && peek() != '|' && peek() != ')') {
      REALM_ASSIGN(PatternNode part, atom());
      REALM_TRY(quantify(part));
      node.parts.push_back(std::move(part));
    }
    return node;
  }

  Result<void> quantify(PatternNode& part) {
    size_t least = 0;
    size_t most = PatternNode::kNoLimit;
    if (accept("*")) {
    } else if (accept("+")) {
      least = 1;
    } else if (accept("?")) {
      most = 1;
    } else if (accept("{")) {
      REALM_ASSIGN(least, number());
      most = least;
      if (accept(",")) {
        most = PatternNode::kNoLimit;
        if (peek() != '}') {
          REALM_ASSIGN(most, number());
        }
      }
      if (!accept("}") || most < least) return fail("expected {m} or {m,n}");
    } else {
      return {};
    }
    if (peek() == '?' || peek() == '+') return fail("lazy and possessive are not supported");
    PatternNode node;
    node.kind = Kind::kRepeat;
    node.least = least;
    node.most = most;
    node.parts.push_back(std::move(part));
    part = std::move(node);
    return {};
  }

  Result<size_t> number() {
    size_t value = 0;
    const size_t begin = at_;
    while (peek() >= '0' && peek() <= '9' && value <= kMaxCount) {
      value = value * 10 + static_cast<size_t>(pattern_[at_++] - '0');
    }
    if (at_ == begin || value > kMaxCount) return fail("expected a number up to 1024");
    return value;
  }

  Result<PatternNode> atom() {
    if (accept("(?!")) return ahead(Kind::kNotAhead);
    if (accept("(?=")) return ahead(Kind::kAhead);
    if (accept("$")) {
      CodePointSet set;
      set.add('\n', '\n');
      return set_node(set.complement(), Kind::kNotAhead);
    }
    if (accept("(")) {
      const bool outer = ignore_case_;
      if (accept("?i:")) {
        ignore_case_ = true;
      } else if (peek() == '?' && !accept("?:")) {
        return fail("this kind of group is not supported");
      }
      REALM_ASSIGN(PatternNode node, alternatives());
      ignore_case_ = outer;
      if (!accept(")")) return fail("expected )");
      return node;
    }
    REALM_ASSIGN(const CodePointSet set, one_character());
    return set_node(set);
  }

  Result<PatternNode> ahead(Kind kind) {
    REALM_ASSIGN(const CodePointSet set, one_character());
    if (!accept(")")) return fail("a look-ahead sees one character");
    return set_node(set, kind);
  }

  Result<CodePointSet> one_character() {
    if (accept("[")) return char_class();
    constexpr std::string_view kOperators = "()|*+?{}]^.";
    if (kOperators.find(peek()) != std::string_view::npos) return fail("expected a character");
    REALM_ASSIGN(CodePointSet set, item());
    return folded(std::move(set));
  }

  // Behind "[".
  Result<CodePointSet> char_class() {
    if (++depth_ > kMaxDepth) return fail("nested too deep");
    const bool negated = accept("^");
    CodePointSet set;
    while (!at_end() && peek() != ']') {
      if (accept("&&")) {
        // The rest of the class is the other operand.
        CodePointSet rest;
        while (!at_end() && peek() != ']') REALM_TRY(add_item(rest));
        set = set.intersection(rest);
        break;
      }
      REALM_TRY(add_item(set));
    }
    if (!accept("]")) return fail("expected ]");
    --depth_;
    set = folded(std::move(set));
    return negated ? set.complement() : set;
  }

  Result<void> add_item(CodePointSet& set) {
    if (accept("[")) {
      REALM_ASSIGN(const CodePointSet inner, char_class());
      set.add(inner);
      return {};
    }
    REALM_ASSIGN(const CodePointSet first, item());
    const bool range = peek() == '-' && at_ + 1 < pattern_.size() && pattern_[at_ + 1] != ']';
    if (!range) {
      set.add(first);
      return {};
    }
    ++at_;
    REALM_ASSIGN(const CodePointSet last, item());
    const bool single = first.ranges().size() == 1 && last.ranges().size() == 1;
    if (!single || first.ranges()[0].first > last.ranges()[0].first) return fail("not a range");
    set.add(first.ranges()[0].first, last.ranges()[0].last);
    return {};
  }

  // A character or an escape.
  Result<CodePointSet> item() {
    if (at_end()) return fail("ends early");
    CodePointSet set;
    if (!accept("\\")) {
      const uint32_t c = utf8_read(pattern_, at_);
      set.add(c, c);
      return set;
    }
    const char escape = peek();
    if (!at_end()) ++at_;
    switch (escape) {
      case 'r':
        set.add('\r', '\r');
        return set;
      case 'n':
        set.add('\n', '\n');
        return set;
      case 't':
        set.add('\t', '\t');
        return set;
      case 'x':
        return code_point();
      case 's':
        return *CodePointSet::property("White_Space");
      case 'S':
        return CodePointSet::property("White_Space")->complement();
      case 'd':
        return *CodePointSet::property("Nd");
      case 'p':
      case 'P':
        return property(escape == 'P');
      default:
        if ((escape >= '!' && escape <= '/') || (escape >= ':' && escape <= '@') ||
            (escape >= '[' && escape <= '`') || (escape >= '{' && escape <= '~')) {
          set.add(static_cast<uint32_t>(escape), static_cast<uint32_t>(escape));
          return set;
        }
        return fail("unknown escape");
    }
  }

  Result<CodePointSet> property(bool negated) {
    const size_t end = pattern_.find('}', at_);
    if (peek() != '{' || end == std::string_view::npos) return fail("expected {name}");
    const auto set = CodePointSet::property(pattern_.substr(at_ + 1, end - at_ - 1));
    if (!set) return fail("unknown property");
    at_ = end + 1;
    return negated ? set->complement() : *set;
  }

  Result<CodePointSet> code_point() {
    if (!accept("{")) return fail("expected {hex}");
    uint32_t value = 0;
    for (; !at_end() && peek() != '}'; ++at_) {
      constexpr std::string_view kDigits = "0123456789ABCDEF";
      const size_t digit = kDigits.find(peek());
      if (digit == std::string_view::npos || value > kLastCodePoint) return fail("expected {hex}");
      value = value * 16 + static_cast<uint32_t>(digit);
    }
    if (!accept("}") || value > kLastCodePoint) return fail("expected {hex}");
    CodePointSet set;
    set.add(value, value);
    return set;
  }

  // (?i:): the letters of ASCII, and the two characters elsewhere that fold to one of them.
  CodePointSet folded(CodePointSet set) const {
    if (!ignore_case_) return set;
    const CodePointSet plain = set;
    for (uint32_t lower = 'a'; lower <= 'z'; ++lower) {
      const uint32_t upper = lower - 'a' + 'A';
      if (!plain.contains(lower) && !plain.contains(upper)) continue;
      set.add(lower, lower);
      set.add(upper, upper);
      if (lower == 's') set.add(0x17F, 0x17F);    // long s
      if (lower == 'k') set.add(0x212A, 0x212A);  // kelvin sign
    }
    return set;
  }

  std::string_view pattern_;
  size_t at_ = 0;
  size_t depth_ = 0;
  bool ignore_case_ = false;
  PatternTree tree_;
};

}  // namespace

Result<PatternTree> parse_pattern(std::string_view pattern) { return Parser(pattern).parse(); }

}  // namespace realm
