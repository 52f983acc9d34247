// Filters that look into each item: map, select and their kin, grouping and sorting by key. map,
// select, reject and the two by attribute are lazy: they work when their result is read, once.
#include <algorithm>

#include "base/str.hpp"
#include "text/jinja/builtins/builtins.hpp"
#include "text/jinja/builtins/methods/methods.hpp"
#include "text/jinja/values/iterators.hpp"
#include "text/jinja/values/operators.hpp"

namespace realm::jinja {
namespace {

enum class Mode { kMap, kSelect, kReject, kSelectAttribute, kRejectAttribute };

class LazyFilter final : public Iterator {
 public:
  LazyFilter(Mode mode, Args args) : mode_(mode), args_(std::move(args)) {
    input_ = std::move(args_.list[0]);
    args_.list.erase(args_.list.begin());
  }

  Result<Value> next(Interp& interp) override {
    const Interp::Depth depth(interp);
    REALM_TRY(depth.ok);
    if (!started_) {
      REALM_TRY(start(interp));
    }
    while (iterator_.as<Iterator>()) {
      REALM_ASSIGN(Value item, iterator_.as<Iterator>()->next(interp));
      if (item.missing()) break;
      if (mode_ == Mode::kMap) return map(interp, item);
      REALM_ASSIGN(const bool keep, test(interp, item));
      if (keep) return item;
    }
    return Value();
  }

  void take_children(std::vector<Value>& out) override {
    out.push_back(std::exchange(input_, Value()));
    out.push_back(std::exchange(iterator_, Value()));
    for (Value& value : args_.list) out.push_back(std::move(value));
    for (auto& named : args_.named) out.push_back(std::move(named.second));
    args_ = {};
  }

 private:
  bool by_attribute() const {
    return mode_ == Mode::kSelectAttribute || mode_ == Mode::kRejectAttribute;
  }

  Result<void> start(Interp& interp) {
    started_ = true;
    if (!jinja::truthy(input_)) return {};
    if (mode_ == Mode::kMap && args_.list.empty()) {
      path_ = args_.take("attribute");
      if (path_.missing()) return type_error("map requires a filter argument");
      fallback_ = args_.take("default");
      if (!args_.named.empty()) {
        return type_error(str("Unexpected keyword argument '", args_.named[0].first, "'"));
      }
    } else if (by_attribute()) {
      if (args_.list.empty()) return type_error("Missing parameter for attribute name");
      path_ = std::move(args_.list[0]);
      args_.list.erase(args_.list.begin());
    }
    if (!args_.list.empty()) {
      function_ = std::move(args_.list[0]);
      args_.list.erase(args_.list.begin());
    }
    REALM_ASSIGN(iterator_, jinja::iterate(interp, input_));
    return {};
  }

  // The arguments of one call of the filter or test; its name in `name`.
  Result<Args> arguments(const Value& item, std::string& name) const {
    const char* what = mode_ == Mode::kMap ? "filter" : "test";
    if (function_.is_undefined()) {
      return type_error(str("No ", what, " named Undefined. (", function_.undefined_message(),
                            "; did you forget to quote the callable name?)"));
    }
    if (!function_.is_string()) {
      return type_error(str("the name of a ", what, " is text, not ", jinja::type_name(function_)));
    }
    name = function_.string();
    Args args = args_;
    args.list.insert(args.list.begin(), item);
    return args;
  }

  Result<Value> map(Interp& interp, const Value& item) {
    if (function_.missing()) return get_path(interp, item, path_, fallback_);
    std::string name;
    REALM_ASSIGN(Args args, arguments(item, name));
    return apply_filter(interp, name, std::move(args));
  }

  Result<bool> test(Interp& interp, const Value& item) {
    REALM_ASSIGN(Value subject, get_path(interp, item, path_, Value()));
    const bool wanted = mode_ == Mode::kSelect || mode_ == Mode::kSelectAttribute;
    if (function_.missing()) return jinja::truthy(subject) == wanted;
    std::string name;
    REALM_ASSIGN(Args args, arguments(subject, name));
    REALM_ASSIGN(const Value result, apply_test(interp, name, std::move(args)));
    return jinja::truthy(result) == wanted;
  }

  Mode mode_;
  Args args_;
  Value input_, iterator_, function_, path_, fallback_;
  bool started_ = false;
};

template <Mode mode>
Result<Value> lazy(Interp&, Args& args) {
  if (args.list.empty()) return type_error("filter needs a value");
  return make_dynamic<LazyFilter>(mode, std::move(args));
}

Result<Value> items(Interp& interp, Args& args) {
  REALM_ASSIGN(const auto a, bind("do_items", args, {"value"}, 1));
  if (a[0].is_undefined()) return make_generator({});
  if (!a[0].is_dict()) return type_error("Can only get item pairs from a mapping.");
  REALM_ASSIGN(Value::List pairs, to_list(interp, make_iterator(a[0], DictPart::kItems)));
  return make_generator(std::move(pairs));
}

Result<Value> dictsort(Interp& interp, Args& args) {
  REALM_ASSIGN(const auto a,
               bind("do_dictsort", args, {"value", "case_sensitive", "by", "reverse"}, 1));
  const bool case_sensitive = !a[1].missing() && truthy(a[1]);
  const std::string by = a[2].is_string() ? a[2].string() : "key";
  if (by != "key" && by != "value") {
    return type_error("You can only sort by either \"key\" or \"value\"");
  }
  if (!a[0].is_dict()) {
    if (a[0].is_undefined()) return type_error(a[0].undefined_message());
    return no_python_attribute(a[0], "items");
  }
  REALM_ASSIGN(Value::List pairs, to_list(interp, make_iterator(a[0], DictPart::kItems)));
  const std::size_t position = by == "key" ? 0 : 1;
  const auto key = [&](const Value& pair) -> Result<Value> {
    const Value& part = pair.items()[position];
    return case_sensitive ? part : ignore_case(part);
  };
  REALM_TRY(sort_values(interp, pairs, !a[3].missing() && truthy(a[3]), key));
  return Value(std::move(pairs));
}

Result<Value> groupby(Interp& interp, Args& args) {
  REALM_ASSIGN(const auto a,
               bind("do_groupby", args, {"value", "attribute", "default", "case_sensitive"}, 2));
  const bool case_sensitive = !a[3].missing() && truthy(a[3]);
  REALM_ASSIGN(Value::List values, to_list(interp, a[0]));
  const auto key = [&](const Value& item) -> Result<Value> {
    REALM_ASSIGN(Value found, get_path(interp, item, a[1], a[2]));
    return case_sensitive ? found : ignore_case(found);
  };
  REALM_TRY(sort_values(interp, values, false, key));
  Value::List groups;
  Value::List group;
  Value group_key;
  const auto close = [&]() -> Result<void> {
    if (group.empty()) return {};
    REALM_ASSIGN(Value shown, get_path(interp, group[0], a[1], a[2]));
    groups.push_back(Value::tuple({std::move(shown), Value(std::exchange(group, {}))}, true));
    return {};
  };
  for (Value& value : values) {
    REALM_ASSIGN(Value k, key(value));
    bool same = false;
    if (!group.empty()) {
      REALM_ASSIGN(same, equal(interp, k, group_key));
    }
    if (!same) REALM_TRY(close());
    group_key = std::move(k);
    group.push_back(std::move(value));
  }
  REALM_TRY(close());
  return Value(std::move(groups));
}

// Attributes only, without the fall-back to items that the dot has.
Result<Value> attribute(Interp& interp, Args& args) {
  REALM_ASSIGN(const auto a, bind("do_attr", args, {"obj", "name"}, 2));
  if (!a[1].is_string()) return type_error("attribute name must be string");
  if (a[0].is_undefined()) return type_error(a[0].undefined_message());
  if (a[0].is(Kind::kDynamic)) {
    REALM_ASSIGN(Value found, a[0].dynamic().attribute(interp, a[0], a[1].string()));
    if (!found.missing()) return found;
  }
  REALM_ASSIGN(Value method, find_method(a[0], a[1].string()));
  if (!method.missing()) return method;
  return Value::undefined(
      str("'", object_type(a[0]), "' has no attribute ", repr_string(a[1].string())));
}

}  // namespace

Native find_select_filter(std::string_view name) {
  static constexpr NativeEntry kTable[] = {
      {"map", lazy<Mode::kMap>},
      {"select", lazy<Mode::kSelect>},
      {"reject", lazy<Mode::kReject>},
      {"selectattr", lazy<Mode::kSelectAttribute>},
      {"rejectattr", lazy<Mode::kRejectAttribute>},
      {"items", items},
      {"dictsort", dictsort},
      {"groupby", groupby},
      {"attr", attribute},
  };
  return find_native(kTable, name);
}

}  // namespace realm::jinja
