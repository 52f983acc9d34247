// An integer of JSON data that 64 bits do not hold. It is carried digit by digit and written as it
// was read; a conversation's identifiers and amounts so come through whole. What computes with it
// says that it cannot, where a rounded number would go unseen.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "text/jinja/values/dynamic.hpp"

namespace realm::jinja {

class LargeInteger final : public Dynamic {
 public:
  static constexpr std::size_t kMostDigits = 4300;  ///< that CPython converts

  /// `digits` as JSON writes an integer: a minus sign at most, no zeros in front.
  explicit LargeInteger(std::string digits) : digits_(std::move(digits)) {}
  const std::string& digits() const { return digits_; }

  std::string type_name() const override { return "int"; }
  Result<std::string> repr(Interp&) override { return digits_; }
  /// Two nodes of one number would be two keys.
  bool hashable() const override { return false; }
  bool equals(const Dynamic& other) const override {
    const auto* number = dynamic_cast<const LargeInteger*>(&other);
    return number != nullptr && number->digits_ == digits_;
  }

 private:
  std::string digits_;
};

/// Less than, equal to or greater than 0, as `a` is to `b`; nothing unless one of them is such a
/// number and the other an integer of any size.
inline std::optional<int> compare_large(const Value& a, const Value& b) {
  const auto* x = a.as<LargeInteger>();
  const auto* y = b.as<LargeInteger>();
  const auto sign = [](const LargeInteger& number) { return number.digits()[0] == '-' ? -1 : 1; };
  if (x != nullptr && b.is_integer()) return sign(*x);
  if (y != nullptr && a.is_integer()) return -sign(*y);
  if (x == nullptr || y == nullptr) return std::nullopt;
  if (sign(*x) != sign(*y)) return sign(*x);
  const auto [m, n] = std::pair(x->digits().size(), y->digits().size());
  const int order = m != n ? (m < n ? -1 : 1) : x->digits().compare(y->digits());
  return sign(*x) * order;
}

/// What computing with `a` or `b` comes to, when one of them is such a number.
inline Result<void> small_integers(const Value& a, const Value& b = {}) {
  for (const Value* value : {&a, &b}) {
    if (const auto* large = value->as<LargeInteger>()) {
      return Error{Code::kInvalidArgument, "integer " + large->digits() +
                                               " does not fit 64 bits: it cannot be computed with"};
    }
  }
  return {};
}

}  // namespace realm::jinja
