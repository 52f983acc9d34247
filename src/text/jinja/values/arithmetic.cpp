// Python's arithmetic on bool, int and float. Integers have 64 bits: a result outside is an error
// where Python's would grow.
#include <cmath>
#include <limits>

#include "base/str.hpp"
#include "text/jinja/values/operators.hpp"

namespace realm::jinja {
namespace {

Error overflow() { return type_error("integer result does not fit 64 bits"); }

// Division that rounds down, with the remainder's sign that of the divisor.
struct Division {
  std::int64_t quotient;
  std::int64_t remainder;
};
Division divide(std::int64_t a, std::int64_t b) {
  Division d{a / b, a % b};
  if (d.remainder != 0 && (d.remainder < 0) != (b < 0)) {
    d.quotient -= 1;
    d.remainder += b;
  }
  return d;
}

double float_modulo(double a, double b) {
  double r = std::fmod(a, b);
  if (r != 0) {
    if ((r < 0) != (b < 0)) r += b;
  } else {
    r = std::copysign(0.0, b);
  }
  return r;
}

double float_floor_division(double a, double b) {
  double quotient = (a - float_modulo(a, b)) / b;
  if (quotient == 0) return std::copysign(0.0, a / b);
  const double down = std::floor(quotient);
  return quotient - down > 0.5 ? down + 1.0 : down;
}

Result<Value> float_power(double a, double b) {
  if (a == 0 && b < 0) return type_error("0.0 cannot be raised to a negative power");
  if (a < 0 && b != std::floor(b)) {
    return type_error("power of a negative number to a fraction is complex");
  }
  const double result = std::pow(a, b);
  if (std::isinf(result) && std::isfinite(a) && std::isfinite(b)) {
    return type_error("(34, 'Numerical result out of range')");
  }
  return Value(result);
}

Result<Value> integer_power(std::int64_t base, std::int64_t exponent) {
  if (exponent < 0) return float_power(static_cast<double>(base), static_cast<double>(exponent));
  std::int64_t result = 1;
  while (exponent > 0) {
    if ((exponent & 1) && __builtin_mul_overflow(result, base, &result)) return overflow();
    exponent >>= 1;
    if (exponent > 0 && __builtin_mul_overflow(base, base, &base)) return overflow();
  }
  return Value(result);
}

Result<Value> integer_arithmetic(std::string_view op, std::int64_t a, std::int64_t b) {
  std::int64_t result = 0;
  if (op == "+") {
    if (__builtin_add_overflow(a, b, &result)) return overflow();
    return Value(result);
  }
  if (op == "-") {
    if (__builtin_sub_overflow(a, b, &result)) return overflow();
    return Value(result);
  }
  if (op == "*") {
    if (__builtin_mul_overflow(a, b, &result)) return overflow();
    return Value(result);
  }
  if (op == "**") return integer_power(a, b);
  if (b == 0) {
    return type_error(op == "/"    ? "division by zero"
                      : op == "//" ? "integer division or modulo by zero"
                                   : "integer modulo by zero");
  }
  if (op == "/") return Value(static_cast<double>(a) / static_cast<double>(b));
  if (a == std::numeric_limits<std::int64_t>::min() && b == -1) {
    return op == "//" ? Result<Value>(overflow()) : Result<Value>(Value(0));
  }
  const Division d = divide(a, b);
  return Value(op == "//" ? d.quotient : d.remainder);
}

}  // namespace

Result<Value> number_arithmetic(std::string_view op, const Value& a, const Value& b) {
  if (a.is_integer() && b.is_integer()) return integer_arithmetic(op, a.integer(), b.integer());
  const double x = a.number();
  const double y = b.number();
  if (op == "+") return Value(x + y);
  if (op == "-") return Value(x - y);
  if (op == "*") return Value(x * y);
  if (op == "**") return float_power(x, y);
  if (y == 0) {
    return type_error(op == "/"    ? "float division by zero"
                      : op == "//" ? "float floor division by zero"
                                   : "float modulo");
  }
  if (op == "/") return Value(x / y);
  return Value(op == "//" ? float_floor_division(x, y) : float_modulo(x, y));
}

}  // namespace realm::jinja
