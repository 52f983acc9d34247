// The codes that a format's elements choose from.
#pragma once

#include "formats/fit/vec.hpp"
#include "formats/layout.hpp"

namespace realm::fit::REALM_ISA {

/// The codes from `low` to `high`, one apart.
struct EvenCodes {
  float low;
  float high;
  float bias;  ///< code = raw + bias

  /// Nearest code (ties to even) of every lane. Precondition: no NaN.
  REALM_FIT Vec nearest(Vec v) const { return round(min(max(v, splat(low)), splat(high))); }
  REALM_FIT Vec nearest_raw(Vec v) const { return nearest(v) - bias; }
};

/// The codes of a codebook.
struct BookCodes {
  float low = 0;
  float high = 0;

  constexpr explicit BookCodes(const Codebook& book) {
    int order[16] = {};
    for (int i = 0; i < 16; ++i) {
      int at = i;
      for (; at > 0 && book.at[order[at - 1]] > book.at[i]; --at) order[at] = order[at - 1];
      order[at] = i;
    }
    low = book.at[order[0]];
    high = book.at[order[15]];
    first_raw_ = static_cast<float>(order[0]);
    for (int i = 0; i < 15; ++i) {
      const int from = order[i], to = order[i + 1];
      middles_[i] = static_cast<float>(book.at[from] + book.at[to]) / 2;
      steps_[i] = static_cast<float>(book.at[to] - book.at[from]);
      raw_steps_[i] = static_cast<float>(to - from);
    }
  }

  /// Nearest code (the lower of two) of every lane.
  REALM_FIT Vec nearest(Vec v) const { return climb(v, low, steps_); }
  REALM_FIT Vec nearest_raw(Vec v) const { return climb(v, first_raw_, raw_steps_); }

 private:
  // Up every step whose middle lies below.
  REALM_FIT Vec climb(Vec v, float from, const float (&steps)[15]) const {
    Vec at = splat(from);
    for (int i = 0; i < 15; ++i) {
      if constexpr (kVecBytes == 64) {
        at = where_greater(v, splat(middles_[i]), at + steps[i], at);  // one masked addition
      } else {
        at += where_greater(v, splat(middles_[i]), splat(steps[i]), Vec{});
      }
    }
    return at;
  }

  float first_raw_ = 0;
  float middles_[15] = {};
  float steps_[15] = {};
  float raw_steps_[15] = {};
};

}  // namespace realm::fit::REALM_ISA
