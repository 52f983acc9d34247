// Filters that lay text out: centre, indent, wrap at a width.
#include <algorithm>

#include "base/str.hpp"
#include "text/jinja/builtins/builtins.hpp"
#include "text/jinja/builtins/format/format.hpp"
#include "text/jinja/builtins/methods/methods.hpp"
#include "text/jinja/values/operators.hpp"
#include "text/jinja/values/unicode.hpp"

namespace realm::jinja {
namespace {

// The lines of str.splitlines().
std::vector<std::string> split_lines(std::string_view text) {
  std::vector<std::string> lines;
  std::size_t start = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = at;
    const char32_t c = unicode::next(text, at);
    if (!unicode::is_line_break(c)) continue;
    if (c == '\r' && at < text.size() && text[at] == '\n') ++at;
    lines.emplace_back(text.substr(start, end - start));
    start = at;
  }
  if (start < text.size()) lines.emplace_back(text.substr(start));
  return lines;
}

Result<Value> center(Interp& interp, Args& args) {
  REALM_ASSIGN(const auto a, bind("do_center", args, {"value", "width"}, 1));
  REALM_ASSIGN(const Value text, soft_str(interp, a[0]));
  REALM_ASSIGN(const Value method, find_method(text, "center"));
  Args width;
  width.list.push_back(a[1].missing() ? Value(80) : a[1]);
  return method.dynamic().call(interp, std::move(width));
}

// The error of Python's s += "\n" and s.splitlines().
Result<Value> not_indentable(Interp& interp, const Value& value) {
  if (value.is_list()) return no_python_attribute(value, "splitlines");
  if (value.is_tuple() || value.is_undefined()) return arithmetic(interp, "+", value, Value("\n"));
  return type_error(str("unsupported operand type(s) for +=: '", type_name(value), "' and 'str'"));
}

Result<Value> indent(Interp& interp, Args& args) {
  REALM_ASSIGN(const auto a, bind("do_indent", args, {"s", "width", "first", "blank"}, 1));
  const bool first = !a[2].missing() && truthy(a[2]);
  const bool blank = !a[3].missing() && truthy(a[3]);
  std::string indentation;
  if (a[1].is_string()) {
    indentation = a[1].string();
  } else {
    REALM_ASSIGN(const std::size_t width, as_width(interp, a[1], 4));
    indentation.assign(width, ' ');
  }
  if (!a[0].is_string()) return not_indentable(interp, a[0]);
  std::vector<std::string> lines = split_lines(a[0].string() + "\n");
  REALM_TRY(interp.charge_bytes(a[0].string().size() + lines.size() * (indentation.size() + 1)));
  const bool safe = a[0].safe();
  if (safe && a[1].is_string()) indentation = escape_html(indentation);
  std::string out = first ? indentation : std::string();
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (i > 0) {
      out += "\n";
      if (blank || !lines[i].empty()) out += indentation;
    }
    out += lines[i];
  }
  return Value::text(std::move(out), safe);
}

// textwrap's chunks: runs of blanks, dashes between words, and words, which end behind a hyphen
// between letters ("well-known" is two) and in front of a dash.
class Chunks {
 public:
  Chunks(std::u32string_view line, bool hyphens) : line_(line), hyphens_(hyphens) {}

  std::vector<std::u32string> run() const {
    std::vector<std::u32string> out;
    for (std::size_t at = 0, end = 0; at < line_.size(); at = end) {
      end = at + 1;
      if (blank(at)) {
        while (blank(end)) ++end;
      } else if (hyphens_ && dash(at)) {
        while (is(end, '-')) ++end;
      } else {
        while (!word_ends(end)) ++end;
      }
      out.emplace_back(line_.substr(at, end - at));
    }
    return out;
  }

 private:
  bool is(std::size_t i, char32_t c) const { return i < line_.size() && line_[i] == c; }
  bool blank(std::size_t i) const {
    return i < line_.size() && (line_[i] == ' ' || (line_[i] >= 0x9 && line_[i] <= 0xd));
  }
  bool letter(std::size_t i) const {
    return i < line_.size() && unicode::is_word(line_[i]) && !unicode::is_decimal(line_[i]);
  }
  // A run of two hyphens or more, behind a word or its punctuation and in front of a word.
  bool dash(std::size_t i) const {
    if (i == 0 || !is(i, '-') || !is(i + 1, '-')) return false;
    const char32_t before = line_[i - 1];
    if (!unicode::is_word(before) && std::u32string_view(U"!\"'&.,?").find(before) == npos) {
      return false;
    }
    while (is(i, '-')) ++i;
    return i < line_.size() && unicode::is_word(line_[i]);
  }
  bool word_ends(std::size_t end) const {
    if (end >= line_.size() || blank(end)) return true;
    if (!hyphens_) return false;
    if (dash(end)) return true;
    const std::size_t hyphen = end - 1;
    if (!is(hyphen, '-') || hyphen < 2 || !letter(hyphen - 1)) return false;
    const bool behind =
        letter(hyphen - 2) || (hyphen >= 3 && is(hyphen - 2, '-') && letter(hyphen - 3));
    return behind && letter(end) && letter(is(end + 1, '-') ? end + 2 : end + 1);
  }

  static constexpr std::size_t npos = std::u32string_view::npos;
  std::u32string_view line_;
  bool hyphens_;
};

// How much of a word that is too long stays on a line with room for `room` characters.
std::size_t long_word_part(const std::u32string& word, std::size_t room, bool hyphens) {
  if (!hyphens || room == 0) return room;
  const std::size_t hyphen = word.rfind('-', room - 1);
  const bool inside =
      hyphen != std::u32string::npos && hyphen > 0 && word.find_first_not_of(U'-') < hyphen;
  return inside ? hyphen + 1 : room;
}

std::vector<std::u32string> wrap_line(std::u32string_view line, std::size_t width, bool break_long,
                                      bool hyphens) {
  std::vector<std::u32string> words = Chunks(line, hyphens).run();
  std::reverse(words.begin(), words.end());
  const auto is_blank = [](const std::u32string& s) {
    return std::all_of(s.begin(), s.end(), unicode::is_space);
  };
  std::vector<std::u32string> lines;
  while (!words.empty()) {
    if (!lines.empty() && is_blank(words.back())) words.pop_back();
    std::vector<std::u32string> parts;
    std::size_t size = 0;
    while (!words.empty() && size + words.back().size() <= width) {
      size += words.back().size();
      parts.push_back(std::move(words.back()));
      words.pop_back();
    }
    if (!words.empty() && words.back().size() > width) {
      const std::size_t room = width - size;
      if (break_long) {
        const std::size_t size_kept = long_word_part(words.back(), room, hyphens);
        parts.push_back(words.back().substr(0, size_kept));
        words.back().erase(0, size_kept);
      } else if (parts.empty()) {
        parts.push_back(std::move(words.back()));
        words.pop_back();
      }
    }
    if (!parts.empty() && is_blank(parts.back())) parts.pop_back();
    if (parts.empty()) continue;
    std::u32string joined;
    for (const std::u32string& part : parts) joined += part;
    lines.push_back(std::move(joined));
  }
  return lines;
}

Result<Value> wordwrap(Interp& interp, Args& args) {
  REALM_ASSIGN(const auto a,
               bind("do_wordwrap", args,
                    {"s", "width", "break_long_words", "wrapstring", "break_on_hyphens"}, 1));
  REALM_ASSIGN(const std::int64_t width, as_index(a[1], 79));
  if (width <= 0) return type_error(str("invalid width ", width, " (must be > 0)"));
  if (a[0].is_undefined()) return type_error(a[0].undefined_message());
  if (!a[0].is_string()) return no_python_attribute(a[0], "splitlines");
  std::string between = "\n";
  if (!a[3].missing() && !a[3].is_none()) {
    REALM_ASSIGN(between, to_str(interp, a[3]));
  }
  std::string out;
  bool first_line = true;
  for (const std::string& line : split_lines(a[0].string())) {
    if (!first_line) out += between;
    first_line = false;
    bool first = true;
    for (const std::u32string& part :
         wrap_line(unicode::decode(line), static_cast<std::size_t>(width),
                   a[2].missing() || truthy(a[2]), a[4].missing() || truthy(a[4]))) {
      REALM_TRY(interp.charge_bytes(part.size() + between.size()));
      if (!first) out += between;
      first = false;
      out += unicode::encode(part);
    }
  }
  return Value(std::move(out));
}

}  // namespace

Native find_layout_filter(std::string_view name) {
  static constexpr NativeEntry kTable[] = {
      {"center", center}, {"indent", indent}, {"wordwrap", wordwrap}};
  return find_native(kTable, name);
}

}  // namespace realm::jinja
