// The end of a product: bias, residual and the store, for a whole tile or the last rows.
#pragma once

#include "backend/cpu/linear/kernel_table.hpp"
#include "backend/cpu/linear/kernels/isa.hpp"

namespace realm::cpu::REALM_ISA {

REALM_KERNEL void store(const Target& target, int64_t row, int64_t column, typename Isa::Floats v) {
  float* out = target.out + column * target.stride + row;
  const float* residual = nullptr;
  if (target.residual != nullptr) {
    residual = target.residual + column * target.residual_stride + row;
  }
  const int64_t left = target.rows - row;
  if (left >= Isa::kRows) {
    if (target.bias != nullptr) v = Isa::add(v, Isa::load(target.bias + row));
    if (residual != nullptr) v = Isa::add(Isa::load(residual), v);
    return Isa::store(out, v);
  }
  const int n = static_cast<int>(left);
  if (target.bias != nullptr) v = Isa::add(v, Isa::load_first(target.bias + row, n));
  if (residual != nullptr) v = Isa::add(Isa::load_first(residual, n), v);
  Isa::store_first(out, v, n);
}

}  // namespace realm::cpu::REALM_ISA
