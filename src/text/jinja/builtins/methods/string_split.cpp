// Methods of str that take text apart or look for a part: split, partition, find, count.
#include <algorithm>

#include "base/str.hpp"
#include "text/jinja/builtins/builtins.hpp"
#include "text/jinja/builtins/methods/methods.hpp"
#include "text/jinja/values/operators.hpp"
#include "text/jinja/values/unicode.hpp"

namespace realm::jinja {
namespace {

using Pieces = std::vector<std::string_view>;

Pieces split_at(std::string_view text, std::string_view separator, std::int64_t most, bool right) {
  Pieces out;
  while (most-- != 0) {
    const std::size_t at = right ? text.rfind(separator) : text.find(separator);
    if (at == std::string_view::npos) break;
    const std::string_view before = text.substr(0, at);
    const std::string_view behind = text.substr(at + separator.size());
    out.push_back(right ? behind : before);
    text = right ? before : behind;
  }
  out.push_back(text);
  if (right) std::reverse(out.begin(), out.end());
  return out;
}

Pieces split_words(std::string_view text, std::int64_t most) {
  Pieces out;
  text = unicode::strip(text, true, false);
  while (!text.empty()) {
    if (most-- == 0) {
      out.push_back(text);
      break;
    }
    std::size_t end = 0;
    for (std::size_t at = 0; at < text.size(); end = at) {
      if (unicode::is_space(unicode::next(text, at))) break;
    }
    out.push_back(text.substr(0, end));
    text = unicode::strip(text.substr(end), true, false);
  }
  return out;
}

Pieces rsplit_words(std::string_view text, std::int64_t most) {
  Pieces out;
  text = unicode::strip(text, false, true);
  while (!text.empty()) {
    if (most-- == 0) {
      out.push_back(text);
      break;
    }
    std::size_t start = 0;  // behind the last blank
    for (std::size_t at = 0; at < text.size();) {
      if (unicode::is_space(unicode::next(text, at))) start = at;
    }
    out.push_back(text.substr(start));
    text = unicode::strip(text.substr(0, start), false, true);
  }
  std::reverse(out.begin(), out.end());
  return out;
}

Result<Value> make_list(Interp& interp, const Pieces& pieces, bool safe) {
  REALM_TRY(interp.charge(2 * pieces.size()));
  Value::List out;
  out.reserve(pieces.size());
  for (const std::string_view piece : pieces) {
    out.push_back(Value::text(std::string(piece), safe));
  }
  return Value(std::move(out));
}

Result<Value> split_by(Interp& interp, const Value& self, Args& args, bool right) {
  REALM_ASSIGN(const auto a, bind_method(args, {"sep", "maxsplit"}));
  REALM_ASSIGN(const std::int64_t most, as_index(a[1], -1));
  const std::string& text = self.string();
  REALM_TRY(interp.charge_bytes(text.size()));
  if (a[0].missing() || a[0].is_none()) {
    if (right && most >= 0) {
      // Each word from the right scans what is left of the text.
      REALM_TRY(interp.charge_bytes(
          text.size() * static_cast<std::size_t>(std::min<std::int64_t>(most, 1 << 16))));
    }
    return make_list(interp,
                     right && most >= 0 ? rsplit_words(text, most) : split_words(text, most),
                     self.safe());
  }
  if (!a[0].is_string()) {
    return type_error(str("must be str or None, not ", type_name(a[0])));
  }
  if (a[0].string().empty()) return type_error("empty separator");
  return make_list(interp, split_at(text, a[0].string(), most, right), self.safe());
}

Result<Value> split(Interp& i, const Value& s, Args& a) { return split_by(i, s, a, false); }
Result<Value> rsplit(Interp& i, const Value& s, Args& a) { return split_by(i, s, a, true); }

Result<Value> split_lines(Interp& interp, const Value& self, Args& args) {
  REALM_ASSIGN(const auto a, bind_method(args, {"keepends"}));
  const bool keep = !a[0].missing() && truthy(a[0]);
  const std::string_view text = self.string();
  REALM_TRY(interp.charge_bytes(text.size()));
  Pieces out;
  std::size_t start = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = at;
    const char32_t c = unicode::next(text, at);
    if (!unicode::is_line_break(c)) continue;
    if (c == '\r' && at < text.size() && text[at] == '\n') ++at;
    out.push_back(text.substr(start, (keep ? at : end) - start));
    start = at;
  }
  if (start < text.size()) out.push_back(text.substr(start));
  return make_list(interp, out, self.safe());
}

Result<Value> partition_at(Interp& interp, const Value& self, Args& args, bool right) {
  REALM_ASSIGN(const auto a, bind_method(self, args, 1, 1));
  if (!a[0].is_string() && !self.safe()) {
    return type_error(str("must be str, not ", type_name(a[0])));
  }
  // Of safe text: markupsafe escapes whatever it is given.
  REALM_ASSIGN(std::string separator, to_str(interp, a[0]));
  if (self.safe() && !a[0].safe()) separator = escape_html(separator);
  if (separator.empty()) return type_error("empty separator");
  const std::string& text = self.string();
  const std::size_t at = right ? text.rfind(separator) : text.find(separator);
  const auto part = [&](std::string s) { return Value::text(std::move(s), self.safe()); };
  if (at == std::string::npos) {
    if (right) return Value::tuple({part(""), part(""), part(text)});
    return Value::tuple({part(text), part(""), part("")});
  }
  return Value::tuple(
      {part(text.substr(0, at)), part(separator), part(text.substr(at + separator.size()))});
}

Result<Value> partition(Interp& i, const Value& s, Args& a) { return partition_at(i, s, a, false); }
Result<Value> rpartition(Interp& i, const Value& s, Args& a) { return partition_at(i, s, a, true); }

// The arguments of find() and its kin, whose own parser words the error.
Result<std::vector<Value>> bind_window(const Value& self, Args& args) {
  const std::size_t given = args.list.size();
  if (args.named.empty() && (given < 1 || given > 3)) {
    return type_error(str(args.callee, "() takes at ",
                          given < 1 ? "least 1 argument" : "most 3 arguments", " (", given,
                          " given)"));
  }
  return bind_method(self, args, 1, 3);
}

// The part of the text that optional start and end arguments leave, in bytes.
struct Window {
  std::size_t start = 0;
  std::size_t end = 0;
  bool empty = false;  ///< start is behind end: nothing is found, not even ""
};

Result<Window> window(Interp& interp, const std::string& text, const Value& start,
                      const Value& end) {
  REALM_TRY(interp.charge_bytes(text.size()));
  Window out;
  out.end = text.size();
  if ((start.missing() || start.is_none()) && (end.missing() || end.is_none())) return out;
  const auto size = static_cast<std::int64_t>(unicode::length(text));
  if (start.is_integer() && start.integer() > size) out.empty = true;
  REALM_ASSIGN(const SliceRange range, slice_range(start, end, Value(), size));
  if (range.start > range.stop) out.empty = true;
  out.start = unicode::offset_of(text, static_cast<std::size_t>(range.start));
  out.end = unicode::offset_of(text, static_cast<std::size_t>(range.stop));
  return out;
}

Result<Value> search(Interp& interp, const Value& self, Args& args, bool right, bool must) {
  REALM_ASSIGN(const auto a, bind_window(self, args));
  if (!a[0].is_string()) return type_error(str("must be str, not ", type_name(a[0])));
  const std::string& text = self.string();
  REALM_ASSIGN(const Window w, window(interp, text, a[1], a[2]));
  std::size_t at = std::string::npos;
  if (!w.empty) {
    const std::string_view part = std::string_view(text).substr(w.start, w.end - w.start);
    at = right ? part.rfind(a[0].string()) : part.find(a[0].string());
  }
  if (at == std::string::npos) {
    return must ? Result<Value>(type_error("substring not found")) : Result<Value>(Value(-1));
  }
  const std::string_view before = std::string_view(text).substr(0, w.start + at);
  return Value(static_cast<std::int64_t>(unicode::length(before)));
}

Result<Value> find(Interp& i, const Value& s, Args& a) { return search(i, s, a, false, false); }
Result<Value> rfind(Interp& i, const Value& s, Args& a) { return search(i, s, a, true, false); }
Result<Value> index(Interp& i, const Value& s, Args& a) { return search(i, s, a, false, true); }
Result<Value> rindex(Interp& i, const Value& s, Args& a) { return search(i, s, a, true, true); }

Result<Value> count(Interp& interp, const Value& self, Args& args) {
  REALM_ASSIGN(const auto a, bind_window(self, args));
  if (!a[0].is_string()) return type_error(str("must be str, not ", type_name(a[0])));
  REALM_ASSIGN(const Window w, window(interp, self.string(), a[1], a[2]));
  if (w.empty) return Value(0);
  const std::string_view part = std::string_view(self.string()).substr(w.start, w.end - w.start);
  const std::string& wanted = a[0].string();
  if (wanted.empty()) return Value(static_cast<std::int64_t>(unicode::length(part)) + 1);
  std::int64_t n = 0;
  for (std::size_t at = part.find(wanted); at != std::string_view::npos;
       at = part.find(wanted, at + wanted.size())) {
    ++n;
  }
  return Value(n);
}

Result<Value> affix(Interp& interp, const Value& self, Args& args, bool at_end) {
  const char* name = at_end ? "endswith" : "startswith";
  REALM_ASSIGN(const auto a, bind_window(self, args));
  if (!a[0].is_string() && !a[0].is_tuple()) {
    return type_error(str(name, " first arg must be str or a tuple of str, not ", type_name(a[0])));
  }
  REALM_ASSIGN(const Window w, window(interp, self.string(), a[1], a[2]));
  if (w.empty) return Value(false);
  const std::string_view part = std::string_view(self.string()).substr(w.start, w.end - w.start);
  const auto matches = [&](const std::string& s) {
    if (s.size() > part.size()) return false;
    return part.substr(at_end ? part.size() - s.size() : 0, s.size()) == s;
  };
  if (a[0].is_string()) return Value(matches(a[0].string()));
  for (const Value& option : a[0].items()) {
    if (!option.is_string()) {
      return type_error(str("tuple for ", name, " must only contain str, not ", type_name(option)));
    }
    if (matches(option.string())) return Value(true);
  }
  return Value(false);
}

Result<Value> starts_with(Interp& i, const Value& s, Args& a) { return affix(i, s, a, false); }
Result<Value> ends_with(Interp& i, const Value& s, Args& a) { return affix(i, s, a, true); }

}  // namespace

Function::Body find_string_split_method(std::string_view name) {
  struct Entry {
    std::string_view name;
    Function::Body body;
  };
  static constexpr Entry kTable[] = {
      {"split", split},
      {"rsplit", rsplit},
      {"splitlines", split_lines},
      {"partition", partition},
      {"rpartition", rpartition},
      {"find", find},
      {"rfind", rfind},
      {"index", index},
      {"rindex", rindex},
      {"count", count},
      {"startswith", starts_with},
      {"endswith", ends_with},
  };
  for (const Entry& entry : kTable) {
    if (entry.name == name) return entry.body;
  }
  return nullptr;
}

}  // namespace realm::jinja
