// Loops that are written out at compile time, and the attributes that keep everything in a kernel
// in registers: each piece is inlined whatever the compiler thinks of its size.
#pragma once

#define REALM_KERNEL __attribute__((always_inline)) inline
#define REALM_KERNEL_LAMBDA __attribute__((always_inline))

namespace realm::cpu::REALM_ISA {

template <int kValue>
struct Index {
  static constexpr int value = kValue;
  constexpr operator int() const { return kValue; }
};

/// f(Index<0>), f(Index<1>), ... f(Index<kCount - 1>).
template <int kCount, int kFrom = 0, class F>
REALM_KERNEL void unroll(F&& f) {
  if constexpr (kFrom < kCount) {
    f(Index<kFrom>{});
    unroll<kCount, kFrom + 1>(f);
  }
}

}  // namespace realm::cpu::REALM_ISA
