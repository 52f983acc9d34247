#include "text/jinja/builtins/methods/methods.hpp"

#include <algorithm>
#include <cmath>

#include "base/str.hpp"
#include "text/jinja/builtins/builtins.hpp"
#include "text/jinja/eval/interp.hpp"
#include "text/jinja/values/operators.hpp"

namespace realm::jinja {
namespace {

Result<Value> is_whole(Interp&, const Value& self, Args&) {
  const double d = self.number();
  return Value(std::isfinite(d) && d == std::floor(d));
}

Result<Value> bit_length(Interp&, const Value& self, Args&) {
  auto bits = static_cast<std::uint64_t>(self.integer());
  if (self.integer() < 0) bits = 0 - bits;
  std::int64_t n = 0;
  for (; bits != 0; bits >>= 1) ++n;
  return Value(n);
}

Value number_attribute(const Value& number, std::string_view name) {
  const Value plain = number.is(Kind::kFloat) ? Value(number.number()) : Value(number.integer());
  if (name == "real") return plain;
  if (name == "imag") return number.is(Kind::kFloat) ? Value(0.0) : Value(0);
  if (number.is(Kind::kFloat)) {
    if (name == "is_integer") return make_dynamic<Function>(std::string(name), is_whole, number);
    return {};
  }
  if (name == "numerator") return plain;
  if (name == "denominator") return Value(1);
  if (name == "bit_length") {
    return make_dynamic<Function>(std::string(name), bit_length, number);
  }
  return {};
}

}  // namespace

Result<std::vector<Value>> bind_method(const Value& self, Args& args, std::size_t required,
                                       std::size_t most) {
  const std::size_t given = args.list.size();
  const std::string owner = str(type_name(self), ".", args.callee);
  if (!args.named.empty()) return type_error(owner + "() takes no keyword arguments");
  if (given >= required && given <= most) {
    args.list.resize(most);
    return std::move(args.list);
  }
  if (most == 0) return type_error(str(owner, "() takes no arguments (", given, " given)"));
  if (required == 1 && most == 1) {
    return type_error(str(owner, "() takes exactly one argument (", given, " given)"));
  }
  const bool few = given < required;
  const std::size_t bound = few ? required : most;
  const bool exact = required == most;
  return type_error(str(args.callee, " expected ",
                        exact ? ""
                        : few ? "at least "
                              : "at most ",
                        bound, bound == 1 ? " argument" : " arguments", ", got ", given));
}

Result<std::vector<Value>> bind_method(Args& args, std::initializer_list<std::string_view> names) {
  const std::size_t given = args.list.size() + args.named.size();
  if (given > names.size()) {
    return type_error(str(args.callee, "() takes at most ", names.size(),
                          names.size() == 1 ? " argument (" : " arguments (", given, " given)"));
  }
  for (const auto& named : args.named) {
    if (std::find(names.begin(), names.end(), named.first) == names.end()) {
      return type_error(
          str("'", named.first, "' is an invalid keyword argument for ", args.callee, "()"));
    }
  }
  return jinja::bind(args.callee, args, names, 0);
}

Error no_python_attribute(const Value& object, std::string_view name) {
  // A Namespace answers with the bare name.
  if (object.as<Namespace>()) return type_error(std::string(name));
  return type_error(str("'", type_name(object), "' object has no attribute '", name, "'"));
}

Result<Value> find_method(const Value& object, std::string_view name) {
  Function::Body body = nullptr;
  switch (object.kind()) {
    case Kind::kString:
      body = find_string_method(name);
      if (!body) body = find_string_split_method(name);
      if (!body) body = find_string_test_method(name);
      break;
    case Kind::kList:
      body = find_list_method(name);
      break;
    case Kind::kTuple:
      body = find_tuple_method(name);
      break;
    case Kind::kDict:
      body = find_dict_method(name);
      break;
    case Kind::kDynamic:
      body = find_set_method(object, name);
      break;
    case Kind::kBool:
    case Kind::kInt:
    case Kind::kFloat:
      return number_attribute(object, name);
    default:
      break;
  }
  if (!body) return Value();
  return make_dynamic<Function>(std::string(name), body, object);
}

}  // namespace realm::jinja
