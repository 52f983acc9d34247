#include "text/jinja/builtins/methods.hpp"

#include <cmath>

#include "text/jinja/interp.hpp"
#include "text/jinja/operators.hpp"

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
  const Value plain =
      number.is(Kind::kFloat) ? Value(number.number()) : Value(number.integer());
  if (name == "real") return plain;
  if (name == "imag") return number.is(Kind::kFloat) ? Value(0.0) : Value(0);
  if (number.is(Kind::kFloat)) {
    if (name == "is_integer") return make_dynamic<Function>(std::string(name), is_whole, number, true);
    return {};
  }
  if (name == "numerator") return plain;
  if (name == "denominator") return Value(1);
  if (name == "bit_length") {
    return make_dynamic<Function>(std::string(name), bit_length, number, true);
  }
  return {};
}

}  // namespace

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
    case Kind::kBool:
    case Kind::kInt:
    case Kind::kFloat:
      return number_attribute(object, name);
    default:
      break;
  }
  if (!body) return Value();
  return make_dynamic<Function>(std::string(name), body, object, true);
}

}  // namespace realm::jinja
