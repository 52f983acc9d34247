// Filters on numbers and single values: conversion, rounding, defaults.
#include <charconv>
#include <cmath>

#include "base/str.hpp"
#include "text/jinja/builtins/builtins.hpp"
#include "text/jinja/builtins/format/format.hpp"
#include "text/jinja/builtins/format/numbers.hpp"
#include "text/jinja/values/large_integer.hpp"
#include "text/jinja/values/operators.hpp"

namespace realm::jinja {
namespace {

Result<Value> absolute(Interp&, Args& args) {
  REALM_ASSIGN(const auto a, bind("abs", args, {"x"}, 1));
  if (a[0].is(Kind::kFloat)) return Value(std::fabs(a[0].number()));
  if (!a[0].is_integer()) {
    return type_error(str("bad operand type for abs(): '", type_name(a[0]), "'"));
  }
  return a[0].integer() < 0 ? negate(a[0]) : Result<Value>(Value(a[0].integer()));
}

// Of a text that is a decimal number beyond 64 bits, and nothing else.
Value large_decimal(std::string_view text, std::int64_t base) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  const bool plain = base == 10 && text.size() >= 19 && text.size() <= LargeInteger::kMostDigits &&
                     text[0] != '0' && text.find_first_not_of("0123456789") == text.npos;
  if (!plain) return {};
  return make_dynamic<LargeInteger>((negative ? "-" : "") + std::string(text));
}

Result<Value> to_int(Interp&, Args& args) {
  REALM_ASSIGN(const auto a, bind("do_int", args, {"value", "default", "base"}, 1));
  const Value fallback = a[1].missing() ? Value(0) : a[1];
  if (a[0].is_undefined()) return type_error(a[0].undefined_message());
  if (a[0].is_integer()) return Value(a[0].integer());
  if (a[0].as<LargeInteger>()) return a[0];
  std::optional<double> real;
  if (a[0].is(Kind::kFloat)) {
    real = a[0].number();
  } else if (a[0].is_string()) {
    REALM_ASSIGN(const std::int64_t base, as_index(a[2], 10));
    if (const auto parsed = parse_integer(a[0].string(), base)) return Value(*parsed);
    if (Value large = large_decimal(a[0].string(), base); !large.missing()) return large;
    real = parse_float(a[0].string());
  }
  if (!real || std::isnan(*real)) return fallback;
  if (std::isinf(*real)) return type_error("cannot convert float infinity to integer");
  if (std::fabs(*real) >= 9.2e18) return type_error("integer result does not fit 64 bits");
  return Value(static_cast<std::int64_t>(*real));
}

Result<Value> to_float(Interp&, Args& args) {
  REALM_ASSIGN(const auto a, bind("do_float", args, {"value", "default"}, 1));
  if (a[0].is_undefined()) return type_error(a[0].undefined_message());
  if (a[0].is_number()) return Value(a[0].number());
  if (const auto* large = a[0].as<LargeInteger>()) {
    const std::optional<double> near = parse_float(large->digits());
    if (!near || std::isinf(*near)) return type_error("int too large to convert to float");
    return Value(*near);
  }
  if (a[0].is_string()) {
    if (const auto parsed = parse_float(a[0].string())) return Value(*parsed);
  }
  return a[1].missing() ? Value(0.0) : a[1];
}

Result<Value> round(Interp& interp, Args& args) {
  REALM_ASSIGN(const auto a, bind("do_round", args, {"value", "precision", "method"}, 1));
  REALM_ASSIGN(const std::int64_t precision, as_index(a[1], 0));
  const std::string method = a[2].is_string() ? a[2].string() : "common";
  if (method != "common" && method != "ceil" && method != "floor") {
    return type_error("method must be common, ceil or floor");
  }
  if (!a[0].is_number() && method == "common") {
    return type_error(str("type ", type_name(a[0]), " doesn't define __round__ method"));
  }
  if (!a[0].is_number()) {  // math.floor(value * 10 ** precision)
    REALM_ASSIGN(const Value scaled, arithmetic(interp, "*", a[0], Value(1)));
    return type_error(str("must be real number, not ", type_name(scaled)));
  }
  if (method == "common") {
    if (a[0].is_integer()) return round_integer(a[0].integer(), precision);
    return Value(round_float(a[0].number(), precision));
  }
  const double scale = std::pow(10.0, static_cast<double>(precision));
  const double scaled = a[0].number() * scale;
  // + 0.0: Python rounds to an integer, which has no negative zero.
  return Value(((method == "ceil" ? std::ceil(scaled) : std::floor(scaled)) + 0.0) / scale);
}

// float(value)
Result<double> python_float(Interp& interp, const Value& value) {
  if (value.is_number()) return value.number();
  if (value.is_undefined()) return type_error(value.undefined_message());
  if (!value.is_string()) {
    return type_error(
        str("float() argument must be a string or a real number, not '", type_name(value), "'"));
  }
  if (const auto parsed = parse_float(value.string())) return *parsed;
  REALM_ASSIGN(const std::string shown, repr(interp, value));
  return type_error("could not convert string to float: " + shown);
}

Result<Value> filesizeformat(Interp& interp, Args& args) {
  REALM_ASSIGN(const auto a, bind("do_filesizeformat", args, {"value", "binary"}, 1));
  REALM_ASSIGN(const double size_bytes, python_float(interp, a[0]));
  const bool binary = !a[1].missing() && truthy(a[1]);
  const double base = binary ? 1024 : 1000;
  if (size_bytes == 1) return Value("1 Byte");
  if (size_bytes < base) return Value(str(static_cast<std::int64_t>(size_bytes), " Bytes"));
  static constexpr std::string_view kPrefixes = "kMGTPEZY";
  long double unit = base;  // exact up to 1000^9 in 64 bits of mantissa
  for (std::size_t i = 0; i < kPrefixes.size(); ++i) {
    unit *= static_cast<long double>(base);
    if (size_bytes >= unit && i + 1 < kPrefixes.size()) continue;
    const char prefix = binary && i == 0 ? 'K' : kPrefixes[i];
    return Value(str(format_real(base * size_bytes / static_cast<double>(unit), 'f', 1, false), " ",
                     prefix, binary ? "iB" : "B"));
  }
  return Value();
}

Result<Value> fallback(Interp&, Args& args) {
  REALM_ASSIGN(const auto a, bind("do_default", args, {"value", "default_value", "boolean"}, 1));
  const bool by_truth = !a[2].missing() && truthy(a[2]);
  if (a[0].is_undefined() || (by_truth && !truthy(a[0]))) {
    return a[1].missing() ? Value("") : a[1];
  }
  return Value(a[0]);
}

}  // namespace

Native find_number_filter(std::string_view name) {
  static constexpr NativeEntry kTable[] = {
      {"abs", absolute},
      {"int", to_int},
      {"float", to_float},
      {"round", round},
      {"d", fallback},
      {"default", fallback},
      {"filesizeformat", filesizeformat},
  };
  return find_native(kTable, name);
}

}  // namespace realm::jinja
