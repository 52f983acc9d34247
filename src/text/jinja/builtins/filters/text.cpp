// Filters on text: case, trimming, replacing, and the number of characters and words.
#include <algorithm>

#include "base/str.hpp"
#include "text/jinja/builtins/builtins.hpp"
#include "text/jinja/builtins/format/format.hpp"
#include "text/jinja/builtins/methods/methods.hpp"
#include "text/jinja/values/operators.hpp"
#include "text/jinja/values/unicode.hpp"

namespace realm::jinja {
namespace {

// A filter that is a method of str: soft_str(value).method(args).
Result<Value> through_method(Interp& interp, std::string_view method, const Value& value,
                             Args args) {
  REALM_ASSIGN(const Value text, soft_str(interp, value));
  REALM_ASSIGN(const Value bound, find_method(text, method));
  return bound.dynamic().call(interp, std::move(args));
}

Result<Value> upper(Interp& interp, Args& args) {
  REALM_ASSIGN(const auto a, bind("do_upper", args, {"s"}, 1));
  return through_method(interp, "upper", a[0], {});
}

Result<Value> lower(Interp& interp, Args& args) {
  REALM_ASSIGN(const auto a, bind("do_lower", args, {"s"}, 1));
  return through_method(interp, "lower", a[0], {});
}

Result<Value> capitalize(Interp& interp, Args& args) {
  REALM_ASSIGN(const auto a, bind("do_capitalize", args, {"s"}, 1));
  return through_method(interp, "capitalize", a[0], {});
}

// Words begin after white space and -({[<; unlike str.title(), not after an apostrophe.
Result<Value> title(Interp& interp, Args& args) {
  REALM_ASSIGN(const auto a, bind("do_title", args, {"s"}, 1));
  REALM_ASSIGN(const Value text, soft_str(interp, a[0]));
  std::string out;
  std::u32string word;
  const auto flush = [&] {
    if (word.empty()) return;
    out += unicode::upper(unicode::encode(word.substr(0, 1)));
    out += unicode::lower(unicode::encode(word.substr(1)));
    word.clear();
  };
  for (const char32_t c : unicode::decode(text.string())) {
    if (unicode::is_space(c) || std::u32string_view(U"-({[<").find(c) != std::u32string::npos) {
      flush();
      unicode::append(out, c);
    } else {
      word.push_back(c);
    }
  }
  flush();
  return Value(std::move(out));
}

Result<Value> trim(Interp& interp, Args& args) {
  REALM_ASSIGN(const auto a, bind("do_trim", args, {"value", "chars"}, 1));
  Args chars;
  if (!a[1].missing()) chars.list.push_back(a[1]);
  return through_method(interp, "strip", a[0], std::move(chars));
}

Result<Value> replace(Interp& interp, Args& args) {
  REALM_ASSIGN(const auto a, bind("do_replace", args, {"s", "old", "new", "count"}, 3));
  REALM_ASSIGN(std::string text, to_str(interp, a[0]));
  REALM_ASSIGN(std::string old_text, to_str(interp, a[1]));
  REALM_ASSIGN(std::string new_text, to_str(interp, a[2]));
  Args inner;
  inner.list = {Value(std::move(old_text)), Value(std::move(new_text))};
  if (!a[3].missing() && !a[3].is_none()) inner.list.push_back(a[3]);
  return through_method(interp, "replace", Value(std::move(text)), std::move(inner));
}

Result<Value> string(Interp& interp, Args& args) {
  REALM_ASSIGN(const auto a, bind("soft_str", args, {"s"}, 1));
  return soft_str(interp, a[0]);
}

Result<Value> wordcount(Interp& interp, Args& args) {
  REALM_ASSIGN(const auto a, bind("do_wordcount", args, {"s"}, 1));
  REALM_ASSIGN(const Value text, soft_str(interp, a[0]));
  std::int64_t words = 0;
  bool inside = false;
  for (const char32_t c : unicode::decode(text.string())) {
    const bool word = unicode::is_word(c);
    words += word && !inside;
    inside = word;
  }
  return Value(words);
}

Result<Value> format(Interp& interp, Args& args) {
  if (args.list.empty()) return type_error("do_format() missing 1 required positional argument");
  if (args.list.size() > 1 && !args.named.empty()) {
    return type_error("can't handle positional and keyword arguments at the same time");
  }
  REALM_ASSIGN(const Value text, soft_str(interp, args.list[0]));
  if (args.named.empty()) {
    return format_percent(interp, text, Value::tuple({args.list.begin() + 1, args.list.end()}));
  }
  Dict named;
  for (auto& [name, value] : args.named) named.set(Value(name), std::move(value));
  return format_percent(interp, text, Value(std::move(named)));
}

Result<Value> truncate(Interp& interp, Args& args) {
  REALM_ASSIGN(const auto a,
               bind("do_truncate", args, {"s", "length", "killwords", "end", "leeway"}, 1));
  REALM_ASSIGN(const std::int64_t size, as_index(a[1], 255));
  REALM_ASSIGN(const std::string end,
               a[3].missing() ? Result<std::string>("...") : to_str(interp, a[3]));
  std::int64_t leeway = 5;
  if (!a[4].missing() && !a[4].is_none()) {
    REALM_ASSIGN(leeway, as_index(a[4]));
  }
  const auto end_size = static_cast<std::int64_t>(unicode::length(end));
  if (size < end_size) return type_error(str("expected length >= ", end_size, ", got ", size));
  if (leeway < 0) return type_error(str("expected leeway >= 0, got ", leeway));
  REALM_ASSIGN(const std::int64_t count, length(interp, a[0]));
  if (count - leeway <= size) return Value(a[0]);
  if (!a[0].is_string()) return type_error("truncate needs text");
  const std::string& text = a[0].string();
  std::string head =
      text.substr(0, unicode::offset_of(text, static_cast<std::size_t>(size - end_size)));
  if (a[2].missing() || !truthy(a[2])) head = head.substr(0, head.rfind(' '));
  return Value::text(head + end, a[0].safe());
}

}  // namespace

Native find_text_filter(std::string_view name) {
  static constexpr NativeEntry kTable[] = {
      {"upper", upper},       {"lower", lower},   {"capitalize", capitalize},
      {"title", title},       {"trim", trim},     {"replace", replace},
      {"string", string},     {"format", format}, {"wordcount", wordcount},
      {"truncate", truncate},
  };
  return find_native(kTable, name);
}

}  // namespace realm::jinja
