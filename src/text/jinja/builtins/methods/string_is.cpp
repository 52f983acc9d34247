// The is...() methods of str.
#include "text/jinja/builtins/builtins.hpp"
#include "text/jinja/builtins/methods/methods.hpp"
#include "text/jinja/eval/interp.hpp"
#include "text/jinja/values/unicode.hpp"

namespace realm::jinja {
namespace {

template <bool (*predicate)(char32_t), bool of_empty = false>
Result<Value> all(Interp& interp, const Value& self, Args& args) {
  REALM_ASSIGN(const auto a, bind_method(self, args, 0, 0));
  const std::string& text = self.string();
  REALM_TRY(interp.charge_bytes(text.size()));
  for (std::size_t at = 0; at < text.size();) {
    if (!predicate(unicode::next(text, at))) return Value(false);
  }
  return Value(of_empty || !text.empty());
}

bool is_ascii(char32_t c) { return c < 0x80; }

template <bool upper>
Result<Value> cased(Interp& interp, const Value& self, Args& args) {
  REALM_ASSIGN(const auto a, bind_method(self, args, 0, 0));
  const std::string& text = self.string();
  REALM_TRY(interp.charge_bytes(text.size()));
  bool found = false;
  for (std::size_t at = 0; at < text.size();) {
    const char32_t c = unicode::next(text, at);
    if (unicode::is_title(c) || (upper ? unicode::is_lower(c) : unicode::is_upper(c))) {
      return Value(false);
    }
    found |= upper ? unicode::is_upper(c) : unicode::is_lower(c);
  }
  return Value(found);
}

// Capitals only at the start of words, small letters only inside of them.
Result<Value> is_title(Interp& interp, const Value& self, Args& args) {
  REALM_ASSIGN(const auto a, bind_method(self, args, 0, 0));
  const std::string& text = self.string();
  REALM_TRY(interp.charge_bytes(text.size()));
  bool inside = false;
  bool found = false;
  for (std::size_t at = 0; at < text.size();) {
    const char32_t c = unicode::next(text, at);
    const bool capital = unicode::is_upper(c) || unicode::is_title(c);
    const bool small = unicode::is_lower(c);
    if ((capital && inside) || (small && !inside)) return Value(false);
    inside = capital || small;
    found |= inside;
  }
  return Value(found);
}

Result<Value> is_identifier(Interp&, const Value& self, Args& args) {
  REALM_ASSIGN(const auto a, bind_method(self, args, 0, 0));
  return Value(unicode::is_identifier(self.string()));
}

}  // namespace

Function::Body find_string_test_method(std::string_view name) {
  struct Entry {
    std::string_view name;
    Function::Body body;
  };
  static constexpr Entry kTable[] = {
      {"isalpha", all<unicode::is_alpha>},
      {"isalnum", all<unicode::is_alnum>},
      {"isdigit", all<unicode::is_digit>},
      {"isdecimal", all<unicode::is_decimal>},
      {"isnumeric", all<unicode::is_numeric>},
      {"isspace", all<unicode::is_space>},
      {"isascii", all<is_ascii, true>},
      {"isprintable", all<unicode::is_printable, true>},
      {"isupper", cased<true>},
      {"islower", cased<false>},
      {"istitle", is_title},
      {"isidentifier", is_identifier},
  };
  for (const Entry& entry : kTable) {
    if (entry.name == name) return entry.body;
  }
  return nullptr;
}

}  // namespace realm::jinja
