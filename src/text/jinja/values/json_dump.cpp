// json.dumps of Python.
#include <algorithm>
#include <cmath>

#include "base/str.hpp"
#include "text/jinja/values/large_integer.hpp"
#include "text/jinja/values/operators.hpp"
#include "text/jinja/values/unicode.hpp"

namespace realm::jinja {
namespace {

class Dumper {
 public:
  Dumper(Interp& interp, const JsonStyle& style) : interp_(interp), style_(style) {}

  Result<void> dump(const Value& value) {
    REALM_TRY(interp_.charge(2));
    switch (value.kind()) {
      case Kind::kNone:
        out += "null";
        return {};
      case Kind::kBool:
        out += value.boolean() ? "true" : "false";
        return {};
      case Kind::kInt:
        out += std::to_string(value.integer());
        return {};
      case Kind::kFloat:
        out += number(value.number());
        return {};
      case Kind::kString:
        return text(value.string());
      case Kind::kList:
      case Kind::kTuple:
      case Kind::kDict:
        return container(value);
      default:
        if (const auto* large = value.as<LargeInteger>()) {
          out += large->digits();
          return {};
        }
        return type_error(str("Object of type ", type_name(value), " is not JSON serializable"));
    }
  }

  std::string out;

 private:
  static std::string number(double d) {
    if (std::isnan(d)) return "NaN";
    if (std::isinf(d)) return d < 0 ? "-Infinity" : "Infinity";
    return format_float(d);
  }

  Result<void> text(std::string_view s) {
    REALM_TRY(interp_.charge_bytes(s.size()));
    out += '"';
    for (std::size_t at = 0; at < s.size();) {
      const std::size_t start = at;
      const char32_t c = unicode::next(s, at);
      switch (c) {
        case '"':
          out += "\\\"";
          break;
        case '\\':
          out += "\\\\";
          break;
        case '\n':
          out += "\\n";
          break;
        case '\r':
          out += "\\r";
          break;
        case '\t':
          out += "\\t";
          break;
        case '\b':
          out += "\\b";
          break;
        case '\f':
          out += "\\f";
          break;
        default:
          if (c < 0x20 || (style_.ensure_ascii && c >= 0x7f)) {
            escape(c);
          } else {
            out.append(s.substr(start, at - start));
          }
      }
    }
    out += '"';
    return {};
  }

  void escape(char32_t c) {
    static constexpr char kHex[] = "0123456789abcdef";
    const auto unit = [&](char32_t u) {
      out += "\\u";
      for (int shift = 12; shift >= 0; shift -= 4) out += kHex[(u >> shift) & 15];
    };
    if (c < 0x10000) return unit(c);
    unit(0xd800 + ((c - 0x10000) >> 10));
    unit(0xdc00 + ((c - 0x10000) & 0x3ff));
  }

  Result<void> container(const Value& value) {
    const Interp::Depth depth(interp_);
    REALM_TRY(depth.ok);
    if (std::find(open_.begin(), open_.end(), value.node()) != open_.end()) {
      return type_error("Circular reference detected");
    }
    open_.push_back(value.node());
    Result<void> done = value.is_dict() ? dict(value.dict()) : list(value.items());
    open_.pop_back();
    return done;
  }

  Result<void> line_break() {
    if (!style_.indent) return {};
    REALM_TRY(interp_.charge_bytes(style_.indent->size() * open_.size()));
    out += '\n';
    for (std::size_t i = 0; i < open_.size(); ++i) out += *style_.indent;
    return {};
  }

  Result<void> close(char bracket) {
    const Object* node = open_.back();
    open_.pop_back();
    REALM_TRY(line_break());
    open_.push_back(node);
    out += bracket;
    return {};
  }

  Result<void> list(const Value::List& items) {
    out += '[';
    if (items.empty()) {
      out += ']';
      return {};
    }
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (i > 0) out += style_.item_separator;
      REALM_TRY(line_break());
      REALM_TRY(dump(items[i]));
    }
    return close(']');
  }

  Result<std::string> key_text(const Value& key) {
    switch (key.kind()) {
      case Kind::kString:
        return key.string();
      case Kind::kNone:
        return std::string("null");
      case Kind::kBool:
        return std::string(key.boolean() ? "true" : "false");
      case Kind::kInt:
        return std::to_string(key.integer());
      case Kind::kFloat:
        return number(key.number());
      default:
        return type_error(str("keys must be str, int, float, bool or None, not ", type_name(key)));
    }
  }

  Result<void> dict(const Dict& entries) {
    if (entries.empty()) {
      out += "{}";
      return {};
    }
    std::vector<Value> keys;
    for (const Dict::Entry& entry : entries.entries()) keys.push_back(entry.key);
    if (style_.sort_keys) REALM_TRY(sort_values(interp_, keys, false, nullptr));
    out += '{';
    bool first = true;
    for (const Value& key : keys) {
      if (!first) out += style_.item_separator;
      first = false;
      REALM_TRY(line_break());
      REALM_ASSIGN(const std::string name, key_text(key));
      REALM_TRY(text(name));
      out += style_.key_separator;
      REALM_TRY(dump(*entries.find(key)));
    }
    return close('}');
  }

  Interp& interp_;
  const JsonStyle& style_;
  std::vector<const Object*> open_;
};

}  // namespace

Result<std::string> dump_json(Interp& interp, const Value& value, const JsonStyle& style) {
  Dumper dumper(interp, style);
  REALM_TRY(dumper.dump(value));
  return std::move(dumper.out);
}

}  // namespace realm::jinja
