// Checked arithmetic for numbers that come from outside (files, requests). An overflow is an empty
// optional, never a wrapped number.
#pragma once

#include <concepts>
#include <optional>

namespace realm {

template <std::integral T>
constexpr std::optional<T> checked_add(T a, T b) {
  T sum{};
  if (__builtin_add_overflow(a, b, &sum)) return std::nullopt;
  return sum;
}

template <std::integral T>
constexpr std::optional<T> checked_mul(T a, T b) {
  T product{};
  if (__builtin_mul_overflow(a, b, &product)) return std::nullopt;
  return product;
}

/// `value` rounded up to a multiple of `alignment` (not 0).
template <std::unsigned_integral T>
constexpr std::optional<T> checked_align_up(T value, T alignment) {
  const T rest = value % alignment;
  if (rest == 0) return value;
  return checked_add<T>(value, alignment - rest);
}

}  // namespace realm
