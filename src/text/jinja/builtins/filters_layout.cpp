// Filters that lay text out: centre, indent, wrap at a width, pretty-print.
#include <algorithm>

#include "base/str.hpp"
#include "text/jinja/builtins/builtins.hpp"
#include "text/jinja/builtins/format.hpp"
#include "text/jinja/builtins/methods.hpp"
#include "text/jinja/operators.hpp"
#include "text/jinja/unicode.hpp"

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

// textwrap's chunks: runs of blanks, and words split behind hyphens between letters.
std::vector<std::u32string> chunks(std::u32string_view line, bool hyphens) {
  const auto blank = [](char32_t c) { return c == ' ' || (c >= 0x9 && c <= 0xd); };
  const auto letter = [](char32_t c) { return unicode::is_alpha(c); };
  std::vector<std::u32string> out;
  std::size_t start = 0;
  const auto cut = [&](std::size_t end) {
    if (end > start) out.emplace_back(line.substr(start, end - start));
    start = end;
  };
  for (std::size_t i = 1; i < line.size(); ++i) {
    if (blank(line[i]) != blank(line[i - 1])) cut(i);
    if (hyphens && line[i - 1] == '-' && i >= 3 && letter(line[i - 2]) && letter(line[i - 3]) &&
        i + 1 < line.size() && letter(line[i]) && (letter(line[i + 1]) || line[i + 1] == '-')) {
      cut(i);
    }
  }
  cut(line.size());
  return out;
}

std::vector<std::u32string> wrap_line(std::u32string_view line, std::size_t width, bool break_long,
                                      bool hyphens) {
  std::vector<std::u32string> words = chunks(line, hyphens);
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
      if (break_long && room > 0) {
        parts.push_back(words.back().substr(0, room));
        words.back().erase(0, room);
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

// pprint.pformat for what fits one line of 80; longer data goes one item a line.
Result<std::string> pretty(Interp& interp, const Value& value, std::size_t indentation) {
  const Interp::Depth depth(interp);
  REALM_TRY(depth.ok);
  Value shown = value;
  if (value.is_dict()) {  // pprint sorts by key
    Value::List keys;
    for (const Dict::Entry& entry : value.dict().entries()) keys.push_back(entry.key);
    REALM_TRY(sort_values(interp, keys, false, nullptr));
    Dict sorted;
    for (const Value& key : keys) sorted.set(key, *value.dict().find(key));
    shown = Value(std::move(sorted));
  }
  REALM_ASSIGN(std::string line, repr(interp, shown));
  const bool container = shown.is_dict() || shown.is_list() || shown.is_tuple();
  if (!container || unicode::length(line) + indentation <= 80) return line;
  const std::string margin = str(",\n", std::string(indentation + 1, ' '));
  std::string out(1, shown.is_dict() ? '{' : shown.is_list() ? '[' : '(');
  bool first = true;
  if (shown.is_dict()) {
    for (const Dict::Entry& entry : shown.dict().entries()) {
      REALM_ASSIGN(const std::string key, repr(interp, entry.key));
      REALM_ASSIGN(const std::string item,
                   pretty(interp, entry.value, indentation + unicode::length(key) + 3));
      out += str(first ? "" : margin, key, ": ", item);
      first = false;
    }
    return out + "}";
  }
  for (const Value& entry : shown.items()) {
    REALM_ASSIGN(const std::string item, pretty(interp, entry, indentation + 1));
    out += str(first ? "" : margin, item);
    first = false;
  }
  return out + (shown.is_list() ? "]" : shown.items().size() == 1 ? ",)" : ")");
}

Result<Value> pprint(Interp& interp, Args& args) {
  REALM_ASSIGN(const auto a, bind("do_pprint", args, {"value"}, 1));
  REALM_ASSIGN(std::string text, pretty(interp, a[0], 0));
  return Value(std::move(text));
}

}  // namespace

Native find_layout_filter(std::string_view name) {
  static constexpr NativeEntry kTable[] = {
      {"center", center}, {"indent", indent}, {"wordwrap", wordwrap}, {"pprint", pprint}};
  return find_native(kTable, name);
}

}  // namespace realm::jinja
