#include "text/jinja/builtins/builtins.hpp"

#include <algorithm>

#include "base/str.hpp"
#include "text/jinja/values/operators.hpp"
#include "text/jinja/values/unicode.hpp"

namespace realm::jinja {
namespace {

class Generator final : public Iterator {
 public:
  explicit Generator(Value::List items) : items_(std::move(items)) {}
  Result<Value> next(Interp& interp) override {
    REALM_TRY(interp.charge());
    if (at_ >= items_.size()) return Value();
    return std::move(items_[at_++]);
  }
  void take_children(std::vector<Value>& out) override {
    for (Value& item : items_) out.push_back(std::move(item));
    items_.clear();
  }

 private:
  Value::List items_;
  std::size_t at_ = 0;
};

}  // namespace

Native find_filter(std::string_view name) {
  using Finder = Native (*)(std::string_view);
  static constexpr Finder kTables[] = {find_text_filter,     find_layout_filter, find_markup_filter,
                                       find_link_filter,     find_pretty_filter, find_number_filter,
                                       find_sequence_filter, find_select_filter};
  for (const Finder find : kTables) {
    if (const Native filter = find(name)) return filter;
  }
  return nullptr;
}

Result<Value> apply_filter(Interp& interp, std::string_view name, Args args) {
  const Native filter = find_filter(name);
  if (!filter) return type_error(str("No filter named '", name, "'."));
  return filter(interp, args);
}

Result<Value> apply_test(Interp& interp, std::string_view name, Args args) {
  const Native test = find_test(name);
  if (!test) return type_error(str("No test named '", name, "'."));
  return test(interp, args);
}

Result<std::vector<Value>> bind(std::string_view function, Args& args,
                                std::initializer_list<std::string_view> names,
                                std::size_t required) {
  std::vector<Value> bound(names.size());
  if (args.list.size() > names.size()) {
    return type_error(str(function, "() takes ",
                          required < names.size() ? str("from ", required, " to ") : std::string(),
                          names.size(), " positional argument", names.size() == 1 ? "" : "s",
                          " but ", args.list.size(), args.list.size() == 1 ? " was" : " were",
                          " given"));
  }
  std::move(args.list.begin(), args.list.end(), bound.begin());
  for (auto& [name, value] : args.named) {
    const auto at = std::find(names.begin(), names.end(), name);
    if (at == names.end()) {
      return type_error(str(function, "() got an unexpected keyword argument '", name, "'"));
    }
    Value& slot = bound[static_cast<std::size_t>(at - names.begin())];
    if (!slot.missing()) {
      return type_error(str(function, "() got multiple values for argument '", name, "'"));
    }
    slot = std::move(value);
  }
  std::vector<std::string> absent;
  for (std::size_t i = 0; i < required; ++i) {
    if (bound[i].missing()) absent.push_back(str("'", names.begin()[i], "'"));
  }
  if (absent.empty()) return bound;
  std::string list = absent[0];
  for (std::size_t i = 1; i < absent.size(); ++i) {
    list += (i + 1 < absent.size() ? ", " : absent.size() > 2 ? ", and " : " and ") + absent[i];
  }
  return type_error(str(function, "() missing ", absent.size(), " required positional argument",
                        absent.size() == 1 ? "" : "s", ": ", list));
}

Result<std::int64_t> as_index(const Value& value) {
  if (value.is_integer()) return value.integer();
  return type_error(str("'", type_name(value), "' object cannot be interpreted as an integer"));
}

Result<std::int64_t> as_index(const Value& value, std::int64_t fallback) {
  return value.missing() ? Result<std::int64_t>(fallback) : as_index(value);
}

Result<std::size_t> as_width(Interp& interp, const Value& value, std::int64_t fallback) {
  REALM_ASSIGN(const std::int64_t width, as_index(value, fallback));
  if (width <= 0) return std::size_t{0};
  REALM_TRY(interp.charge_bytes(static_cast<std::size_t>(width)));
  return static_cast<std::size_t>(width);
}

Result<Value> soft_str(Interp& interp, const Value& value) {
  if (value.is_string()) {
    REALM_TRY(interp.charge_bytes(value.string().size()));
    return value;
  }
  REALM_ASSIGN(std::string text, to_str(interp, value));
  return Value(std::move(text));
}

Result<Value> get_path(Interp& interp, Value value, const Value& path, const Value& fallback) {
  const bool replace = !fallback.missing() && !fallback.is_none();
  const auto step = [&](const Value& key) -> Result<void> {
    REALM_ASSIGN(value, get_item(interp, value, key));
    if (replace && value.is_undefined()) value = fallback;
    return {};
  };
  if (path.missing() || path.is_none()) return value;
  if (!path.is_string()) {
    REALM_TRY(step(path));
    return value;
  }
  std::string_view rest = path.string();
  for (;;) {
    const std::size_t dot = rest.find('.');
    const std::string_view part = rest.substr(0, dot);
    // 18 digits always fit; longer ones index nothing, whether number or name.
    const bool number = !part.empty() && part.size() <= 18 &&
                        part.find_first_not_of("0123456789") == std::string_view::npos;
    REALM_TRY(step(number ? Value(static_cast<std::int64_t>(std::stoll(std::string(part))))
                          : Value(part)));
    if (dot == std::string_view::npos) return value;
    rest.remove_prefix(dot + 1);
  }
}

Value ignore_case(const Value& value) {
  return value.is_string() ? Value(unicode::lower(value.string())) : value;
}

Value make_generator(std::vector<Value> items) { return make_dynamic<Generator>(std::move(items)); }

}  // namespace realm::jinja
