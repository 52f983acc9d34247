// Methods of str that make text of text. Of safe text they make safe text, and escape the plain
// text that they add to it (markupsafe).
#include <algorithm>

#include "base/str.hpp"
#include "text/jinja/builtins/builtins.hpp"
#include "text/jinja/builtins/format/format.hpp"
#include "text/jinja/builtins/methods/methods.hpp"
#include "text/jinja/values/operators.hpp"
#include "text/jinja/values/unicode.hpp"

namespace realm::jinja {
namespace {

// A text argument, escaped when it joins safe text.
Result<std::string> text_argument(const Value& self, const Value& arg, std::string_view method) {
  if (!arg.is_string()) {
    return type_error(str(method, "() argument must be str, not ", type_name(arg)));
  }
  return self.safe() && !arg.safe() ? escape_html(arg.string()) : arg.string();
}

// markupsafe has no casefold() of its own: it is str's, whose text is plain.
Result<Value> casefold(Interp& interp, const Value& self, Args& args) {
  REALM_TRY(bind_method(self, args, 0, 0));
  REALM_TRY(interp.charge_bytes(4 * self.string().size()));
  return Value(unicode::casefold(self.string()));
}

template <std::string (*change)(std::string_view)>
Result<Value> mapped(Interp& interp, const Value& self, Args& args) {
  REALM_ASSIGN(const auto a, bind_method(self, args, 0, 0));
  REALM_TRY(interp.charge_bytes(4 * self.string().size()));
  return Value::text(change(self.string()), self.safe());
}

Result<Value> stripped(Interp& interp, const Value& self, Args& args, bool left, bool right) {
  REALM_ASSIGN(const auto a, bind_method(self, args, 0, 1));
  std::string_view text = self.string();
  REALM_TRY(interp.charge_bytes(text.size()));
  if (a[0].missing() || a[0].is_none()) {
    return Value::text(std::string(unicode::strip(text, left, right)), self.safe());
  }
  if (!a[0].is_string()) return type_error("strip arg must be None or str");
  REALM_ASSIGN(const std::string set, text_argument(self, a[0], "strip"));
  const std::u32string chars = unicode::decode(set);
  const std::u32string wide = unicode::decode(text);
  REALM_TRY(interp.charge(wide.size() / 8 * chars.size() / 8));
  std::size_t start = 0;
  std::size_t end = wide.size();
  const auto in_set = [&](char32_t c) { return chars.find(c) != std::u32string::npos; };
  while (left && start < end && in_set(wide[start])) ++start;
  while (right && end > start && in_set(wide[end - 1])) --end;
  return Value::text(unicode::encode(wide.substr(start, end - start)), self.safe());
}

Result<Value> strip(Interp& i, const Value& s, Args& a) { return stripped(i, s, a, true, true); }
Result<Value> lstrip(Interp& i, const Value& s, Args& a) { return stripped(i, s, a, true, false); }
Result<Value> rstrip(Interp& i, const Value& s, Args& a) { return stripped(i, s, a, false, true); }

Result<Value> replace(Interp& interp, const Value& self, Args& args) {
  REALM_ASSIGN(const auto a, bind_method(self, args, 2, 3));
  for (int i = 0; i < 2; ++i) {
    const Value& arg = a[static_cast<std::size_t>(i)];
    if (!arg.is_string()) {
      return type_error(str("replace() argument ", i + 1, " must be str, not ", type_name(arg)));
    }
  }
  REALM_ASSIGN(const std::string old_text, text_argument(self, a[0], "replace"));
  REALM_ASSIGN(const std::string new_text, text_argument(self, a[1], "replace"));
  REALM_ASSIGN(std::int64_t count, as_index(a[2], -1));
  const std::string& text = self.string();
  REALM_TRY(interp.charge_bytes(text.size()));
  std::string out;
  std::size_t at = 0;
  for (; count != 0; --count) {
    std::size_t found = at;
    std::size_t behind = at;
    if (old_text.empty()) {
      if (at > text.size()) break;
    } else {
      found = text.find(old_text, at);
      if (found == std::string::npos) break;
    }
    REALM_TRY(interp.charge_bytes(16 + new_text.size() + found - at));
    out.append(text, at, found - at);
    out += new_text;
    behind = found + old_text.size();
    if (old_text.empty()) {
      if (found == text.size()) {
        at = found;
        break;
      }
      unicode::next(text, behind);
      out.append(text, found, behind - found);
    }
    at = behind;
  }
  if (at < text.size()) out.append(text, at);
  return Value::text(std::move(out), self.safe());
}

Result<Value> justified(Interp& interp, const Value& self, Args& args, char align) {
  REALM_ASSIGN(const auto a, bind_method(self, args, 1, 2));
  REALM_ASSIGN(const std::size_t width, as_width(interp, a[0], 0));
  REALM_ASSIGN(const std::string fill,
               a[1].missing() ? Result<std::string>(" ") : text_argument(self, a[1], "just"));
  if (unicode::length(fill) != 1) {
    return type_error("The fill character must be exactly one character long");
  }
  REALM_TRY(interp.charge_bytes(width * fill.size()));
  const std::size_t size = unicode::length(self.string());
  if (align == '^' && width > size) {
    // str.center gives the odd blank to the left when the width is odd, format() to the right.
    const std::size_t room = width - size;
    const std::size_t left = room / 2 + (room & width & 1);
    std::string out;
    for (std::size_t i = 0; i < left; ++i) out += fill;
    out += self.string();
    for (std::size_t i = left; i < room; ++i) out += fill;
    return Value::text(std::move(out), self.safe());
  }
  return Value::text(pad("", self.string(), width, align, fill), self.safe());
}

Result<Value> ljust(Interp& i, const Value& s, Args& a) { return justified(i, s, a, '<'); }
Result<Value> rjust(Interp& i, const Value& s, Args& a) { return justified(i, s, a, '>'); }
Result<Value> center(Interp& i, const Value& s, Args& a) { return justified(i, s, a, '^'); }

Result<Value> zfill(Interp& interp, const Value& self, Args& args) {
  REALM_ASSIGN(const auto a, bind_method(self, args, 1, 1));
  REALM_ASSIGN(const std::size_t width, as_width(interp, a[0], 0));
  std::string body = self.string();
  std::string sign;
  if (!body.empty() && (body[0] == '-' || body[0] == '+')) {
    sign = body.substr(0, 1);
    body.erase(0, 1);
  }
  return Value::text(pad(sign, body, width, '=', "0"), self.safe());
}

Result<Value> join(Interp& interp, const Value& self, Args& args) {
  REALM_ASSIGN(const auto a, bind_method(self, args, 1, 1));
  if (a[0].is_none() || a[0].is_number()) return type_error("can only join an iterable");
  REALM_ASSIGN(const Value::List items, to_list(interp, a[0]));
  std::string out;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (!items[i].is_string() && !self.safe()) {
      return type_error(
          str("sequence item ", i, ": expected str instance, ", type_name(items[i]), " found"));
    }
    REALM_ASSIGN(std::string text, to_str(interp, items[i]));
    if (self.safe() && !items[i].safe()) text = escape_html(text);
    REALM_TRY(interp.charge_bytes(text.size() + self.string().size()));
    if (i > 0) out += self.string();
    out += text;
  }
  return Value::text(std::move(out), self.safe());
}

Result<Value> format(Interp& interp, const Value& self, Args& args) {
  return format_braces(interp, self, args);
}

Result<Value> format_map(Interp& interp, const Value& self, Args& args) {
  REALM_ASSIGN(const auto a, bind_method(self, args, 1, 1));
  Args named;
  if (!a[0].is_dict()) return type_error("format_map() argument must be a mapping");
  for (const Dict::Entry& entry : a[0].dict().entries()) {
    if (entry.key.is_string()) named.named.emplace_back(entry.key.string(), entry.value);
  }
  return format(interp, self, named);
}

Result<Value> remove_prefix(Interp&, const Value& self, Args& args) {
  REALM_ASSIGN(const auto a, bind_method(self, args, 1, 1));
  REALM_ASSIGN(const std::string prefix, text_argument(Value(""), a[0], "removeprefix"));
  const std::string& text = self.string();
  const bool has = text.compare(0, prefix.size(), prefix) == 0;
  return Value(has ? text.substr(prefix.size()) : text);
}

Result<Value> remove_suffix(Interp&, const Value& self, Args& args) {
  REALM_ASSIGN(const auto a, bind_method(self, args, 1, 1));
  REALM_ASSIGN(const std::string suffix, text_argument(Value(""), a[0], "removesuffix"));
  const std::string& text = self.string();
  const bool has = text.size() >= suffix.size() &&
                   text.compare(text.size() - suffix.size(), suffix.size(), suffix) == 0;
  return Value(has ? text.substr(0, text.size() - suffix.size()) : text);
}

Result<Value> expand_tabs(Interp& interp, const Value& self, Args& args) {
  REALM_ASSIGN(const auto a, bind_method(args, {"tabsize"}));
  REALM_ASSIGN(const std::int64_t size, as_index(a[0], 8));
  std::string out;
  std::int64_t column = 0;
  for (const char32_t c : unicode::decode(self.string())) {
    if (c == '\t') {
      const std::int64_t blanks = size > 0 ? size - column % size : 0;
      REALM_TRY(interp.charge_bytes(static_cast<std::size_t>(blanks)));
      out.append(static_cast<std::size_t>(blanks), ' ');
      column += blanks;
    } else {
      unicode::append(out, c);
      column = c == '\n' || c == '\r' ? 0 : column + 1;
    }
  }
  return Value::text(std::move(out), self.safe());
}

}  // namespace

Function::Body find_string_method(std::string_view name) {
  struct Entry {
    std::string_view name;
    Function::Body body;
  };
  static constexpr Entry kTable[] = {
      {"upper", mapped<unicode::upper>},
      {"lower", mapped<unicode::lower>},
      {"capitalize", mapped<unicode::capitalize>},
      {"title", mapped<unicode::title>},
      {"swapcase", mapped<unicode::swapcase>},
      {"casefold", casefold},
      {"strip", strip},
      {"lstrip", lstrip},
      {"rstrip", rstrip},
      {"replace", replace},
      {"ljust", ljust},
      {"rjust", rjust},
      {"center", center},
      {"zfill", zfill},
      {"join", join},
      {"format", format},
      {"format_map", format_map},
      {"removeprefix", remove_prefix},
      {"removesuffix", remove_suffix},
      {"expandtabs", expand_tabs},
  };
  for (const Entry& entry : kTable) {
    if (entry.name == name) return entry.body;
  }
  return nullptr;
}

}  // namespace realm::jinja
