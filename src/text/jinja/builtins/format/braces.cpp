// "{0.name!r:>10}".format(...): the fields; spec.cpp has what stands behind their colons.
#include <algorithm>

#include "base/str.hpp"
#include "text/jinja/builtins/builtins.hpp"
#include "text/jinja/builtins/format/format.hpp"
#include "text/jinja/values/operators.hpp"

namespace realm::jinja {
namespace {

class Braces {
 public:
  Braces(Interp& interp, Args& args, bool escape) : interp_(interp), args_(args), escape_(escape) {}

  // `nested`: fields inside a format spec, which may hold no fields themselves.
  Result<std::string> run(std::string_view text, bool nested) {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
      const char c = text[at];
      if ((c == '{' || c == '}') && at + 1 < text.size() && text[at + 1] == c) {
        out += c;
        at += 2;
      } else if (c == '}') {
        return type_error("Single '}' encountered in format string");
      } else if (c != '{') {
        out += c;
        ++at;
      } else {
        std::size_t depth = 1;
        std::size_t end = at + 1;
        for (; end < text.size(); ++end) {
          depth += text[end] == '{';
          depth -= text[end] == '}';
          if (depth == 0) break;
        }
        if (depth != 0) {
          return type_error(at + 1 == text.size() ? "Single '{' encountered in format string"
                                                  : "expected '}' before end of string");
        }
        if (nested) return type_error("Max string recursion exceeded");
        REALM_ASSIGN(const std::string piece, field(text.substr(at + 1, end - at - 1)));
        out += piece;
        at = end + 1;
      }
    }
    return out;
  }

 private:
  Result<std::string> field(std::string_view text) {
    std::string_view spec_text;
    std::size_t split = 0;
    for (int brackets = 0; split < text.size(); ++split) {
      brackets += text[split] == '[';
      brackets -= text[split] == ']';
      if (brackets <= 0 && (text[split] == ':' || text[split] == '!')) break;
    }
    const std::string_view name = text.substr(0, split);
    char conversion = 0;
    if (split < text.size() && text[split] == '!') {
      if (split + 1 >= text.size())
        return type_error("end of string while looking for conversion specifier");
      conversion = text[split + 1];
      split += 2;
      if (split < text.size() && text[split] != ':') {
        return type_error("expected ':' after conversion specifier");
      }
    }
    if (split < text.size()) spec_text = text.substr(split + 1);
    REALM_ASSIGN(Value value, look_up(name));
    if (conversion == 's') {
      REALM_ASSIGN(std::string shown, to_str(interp_, value));
      value = Value(std::move(shown));
    } else if (conversion == 'r' || conversion == 'a') {
      REALM_ASSIGN(std::string shown, repr(interp_, value));
      value = Value(conversion == 'a' ? escape_non_ascii(shown) : std::move(shown));
    } else if (conversion != 0) {
      return type_error(str("Unknown conversion specifier ", conversion));
    }
    Braces inner(interp_, args_, false);
    std::string spec(spec_text);
    if (spec_text.find('{') != std::string_view::npos) {
      inner.next_ = next_;
      inner.manual_ = manual_;
      REALM_ASSIGN(spec, inner.expand_spec(spec_text));
      next_ = inner.next_;
      manual_ = inner.manual_;
    }
    REALM_ASSIGN(std::string shown, format_spec(interp_, value, spec));
    return escape_ && !value.safe() ? escape_html(shown) : shown;
  }

  Result<std::string> expand_spec(std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
      if (text[at] != '{') {
        out += text[at++];
        continue;
      }
      const std::size_t end = text.find('}', at);
      if (end == std::string_view::npos) return type_error("expected '}' before end of string");
      REALM_ASSIGN(const Value value, look_up(text.substr(at + 1, end - at - 1)));
      REALM_ASSIGN(const std::string shown, to_str(interp_, value));
      out += shown;
      at = end + 1;
    }
    return out;
  }

  // "0", "name", "", each followed by .attribute and [item] parts.
  Result<Value> look_up(std::string_view path) {
    const std::size_t split = std::min(path.find_first_of(".["), path.size());
    const std::string_view head = path.substr(0, split);
    REALM_ASSIGN(Value value, first(head));
    for (std::string_view rest = path.substr(split); !rest.empty();) {
      const bool item = rest[0] == '[';
      std::size_t end = item ? rest.find(']') : rest.find_first_of(".[", 1);
      if (item && end == std::string_view::npos) return type_error("Missing ']' in format string");
      end = std::min(end, rest.size());
      const std::string_view part = rest.substr(1, end - 1);
      if (part.empty()) return type_error("Empty attribute in format string");
      if (item) {
        const bool number =
            part.size() <= 18 && part.find_first_not_of("0123456789") == std::string_view::npos;
        REALM_ASSIGN(
            value, get_item(interp_, value,
                            number ? Value(static_cast<std::int64_t>(std::stoll(std::string(part))))
                                   : Value(part)));
      } else {
        REALM_ASSIGN(value, get_attribute(interp_, value, part));
      }
      rest.remove_prefix(std::min(end + (item ? 1 : 0), rest.size()));
    }
    return value;
  }

  Result<Value> first(std::string_view head) {
    std::size_t index = next_;
    const bool number = head.find_first_not_of("0123456789") == std::string_view::npos;
    if (number && (head.empty() ? manual_ : next_ > 0)) {
      return type_error(
          "cannot switch from manual field specification to automatic field numbering");
    }
    manual_ |= number && !head.empty();
    if (!head.empty()) {
      if (head.size() > 9 || !number) {
        for (const auto& named : args_.named) {
          if (named.first == head) return Value(named.second);
        }
        return type_error(repr_string(head));
      }
      index = static_cast<std::size_t>(std::stoul(std::string(head)));
    } else {
      ++next_;
    }
    if (index >= args_.list.size()) {
      return type_error("tuple index out of range");
    }
    return Value(args_.list[index]);
  }

  Interp& interp_;
  Args& args_;
  bool escape_;
  std::size_t next_ = 0;
  bool manual_ = false;  ///< a field was given by its number
};

}  // namespace

Result<Value> format_braces(Interp& interp, const Value& format, Args& args) {
  REALM_TRY(interp.charge_bytes(format.string().size()));
  REALM_ASSIGN(std::string text, Braces(interp, args, format.safe()).run(format.string(), false));
  return Value::text(std::move(text), format.safe());
}

}  // namespace realm::jinja
