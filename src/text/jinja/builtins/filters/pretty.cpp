// pprint: Python's pprint.pformat at its 80 columns. What does not fit behind its indentation, and
// in front of the brackets that close behind it (the allowance), goes one item a line; long texts
// are broken behind white space into several, as Python's source would have them.
#include <algorithm>

#include "base/str.hpp"
#include "text/jinja/builtins/builtins.hpp"
#include "text/jinja/values/operators.hpp"
#include "text/jinja/values/unicode.hpp"

namespace realm::jinja {
namespace {

constexpr std::size_t kWidth = 80;

// pprint's order of keys: by `<`, and by the types' names where they cannot be compared.
bool key_before(Interp& interp, const Value& a, const Value& b) {
  const Result<bool> before = ordered(interp, "<", a, b);
  return before ? *before : type_name(a) < type_name(b);
}

// The value with the keys of every dict in it in order.
Result<Value> sorted_keys(Interp& interp, const Value& value) {
  const Interp::Depth depth(interp);
  REALM_TRY(depth.ok);
  REALM_TRY(interp.charge());
  if (value.is_dict()) {
    std::vector<Dict::Entry> entries = value.dict().entries();
    REALM_TRY(interp.charge(4 * entries.size()));
    std::stable_sort(entries.begin(), entries.end(), [&](const auto& a, const auto& b) {
      return key_before(interp, a.key, b.key);
    });
    Dict sorted;
    for (const Dict::Entry& entry : entries) {
      REALM_ASSIGN(Value item, sorted_keys(interp, entry.value));
      sorted.set(entry.key, std::move(item));
    }
    return Value(std::move(sorted));
  }
  // groupby's pairs show themselves.
  if (!value.is_list() && (!value.is_tuple() || value.group())) return Value(value);
  Value::List items;
  for (const Value& entry : value.items()) {
    REALM_ASSIGN(Value item, sorted_keys(interp, entry));
    items.push_back(std::move(item));
  }
  return value.is_list() ? Value(std::move(items)) : Value::tuple(std::move(items));
}

// str.splitlines(keepends=True)
std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  std::size_t begin = 0;
  for (std::size_t at = 0; at < text.size();) {
    const char32_t c = unicode::next(text, at);
    if (!unicode::is_line_break(c)) continue;
    if (c == '\r' && at < text.size() && text[at] == '\n') ++at;
    lines.push_back(text.substr(begin, at - begin));
    begin = at;
  }
  if (begin < text.size()) lines.push_back(text.substr(begin));
  return lines;
}

// Words, each with the white space behind it.
std::vector<std::string_view> parts_of(std::string_view line) {
  std::vector<std::string_view> parts;
  std::size_t begin = 0;
  bool blank = false;
  for (std::size_t at = 0; at < line.size();) {
    const std::size_t here = at;
    const bool space = unicode::is_space(unicode::next(line, at));
    if (blank && !space) {
      parts.push_back(line.substr(begin, here - begin));
      begin = here;
    }
    blank = space;
  }
  if (begin < line.size()) parts.push_back(line.substr(begin));
  return parts;
}

bool fits(const std::string& shown, std::size_t taken) {
  return unicode::length(shown) + taken <= kWidth;
}

// The pieces of a text, each as repr() has it.
std::vector<std::string> pieces_of(std::string_view text, std::size_t indent,
                                   std::size_t allowance) {
  std::vector<std::string> pieces;
  const auto lines = lines_of(text);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::size_t behind = i + 1 == lines.size() ? allowance : 0;
    if (std::string whole = repr_string(lines[i]); fits(whole, indent + behind)) {
      pieces.push_back(std::move(whole));
      continue;
    }
    std::string current;
    const auto parts = parts_of(lines[i]);
    for (std::size_t j = 0; j < parts.size(); ++j) {
      const std::string candidate = str(current, parts[j]);
      if (fits(repr_string(candidate), indent + (j + 1 == parts.size() ? behind : 0))) {
        current = candidate;
        continue;
      }
      if (!current.empty()) pieces.push_back(repr_string(current));
      current = std::string(parts[j]);
    }
    if (!current.empty()) pieces.push_back(repr_string(current));
  }
  return pieces;
}

class Printer {
 public:
  explicit Printer(Interp& interp) : interp_(interp) {}

  Result<void> print(const Value& value, std::size_t indent, std::size_t allowance, int level) {
    const Interp::Depth depth(interp_);
    REALM_TRY(depth.ok);
    REALM_ASSIGN(const std::string line, repr(interp_, value));
    if (fits(line, indent + allowance)) {
      out += line;
      return {};
    }
    if (value.is_dict()) return dict(value.dict(), indent + 1, allowance + 1, level);
    if (value.is_list() || (value.is_tuple() && !value.group())) {
      return items(value, indent + 1, allowance, level);
    }
    if (value.is_string() && !value.safe()) return text(value.string(), indent, allowance, level);
    out += line;
    return {};
  }

  std::string out;

 private:
  void line_break(std::size_t indent) {
    out += '\n';
    out.append(indent, ' ');
  }

  Result<void> dict(const Dict& dict, std::size_t indent, std::size_t allowance, int level) {
    out += '{';
    const auto& entries = dict.entries();
    for (std::size_t i = 0; i < entries.size(); ++i) {
      if (i > 0) {
        out += ',';
        line_break(indent);
      }
      REALM_ASSIGN(const std::string key, repr(interp_, entries[i].key));
      out += key;
      out += ": ";
      REALM_TRY(print(entries[i].value, indent + unicode::length(key) + 2,
                      i + 1 == entries.size() ? allowance : 1, level + 1));
    }
    out += '}';
    return {};
  }

  Result<void> items(const Value& value, std::size_t indent, std::size_t allowance, int level) {
    const Value::List& list = value.items();
    const std::string close = value.is_list() ? "]" : list.size() == 1 ? ",)" : ")";
    out += value.is_list() ? '[' : '(';
    for (std::size_t i = 0; i < list.size(); ++i) {
      if (i > 0) {
        out += ',';
        line_break(indent);
      }
      REALM_TRY(
          print(list[i], indent, i + 1 == list.size() ? allowance + close.size() : 1, level + 1));
    }
    out += close;
    return {};
  }

  // On the top level in brackets of its own.
  Result<void> text(std::string_view text, std::size_t indent, std::size_t allowance, int level) {
    const std::size_t bracket = level == 0 ? 1 : 0;
    REALM_TRY(interp_.charge_bytes(8 * text.size()));
    const auto pieces = pieces_of(text, indent + bracket, allowance + bracket);
    REALM_TRY(interp_.charge_bytes(pieces.size() * (indent + bracket)));
    const bool brackets = bracket > 0 && pieces.size() > 1;
    if (brackets) out += '(';
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      if (i > 0) line_break(indent + bracket);
      out += pieces[i];
    }
    if (brackets) out += ')';
    return {};
  }

  Interp& interp_;
};

Result<Value> pprint(Interp& interp, Args& args) {
  REALM_ASSIGN(const auto a, bind("do_pprint", args, {"value"}, 1));
  REALM_ASSIGN(const Value sorted, sorted_keys(interp, a[0]));
  Printer printer(interp);
  REALM_TRY(printer.print(sorted, 0, 0, 0));
  return Value(std::move(printer.out));
}

}  // namespace

Native find_pretty_filter(std::string_view name) {
  static constexpr NativeEntry kTable[] = {{"pprint", pprint}};
  return find_native(kTable, name);
}

}  // namespace realm::jinja
