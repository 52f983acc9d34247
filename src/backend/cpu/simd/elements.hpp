// Vectors of elements in any plain format, whole or in part. See simd.hpp.
#pragma once

#include <cstddef>
#include <cstring>

#include "backend/cpu/kernels.hpp"

namespace realm::cpu::REALM_ISA {

inline int64_t element_bytes(Element element) { return element == Element::kF32 ? 4 : 2; }

template <Element element>
inline F32 load_as(const void* base, int64_t i) {
  if constexpr (element == Element::kF32) return load(static_cast<const float*>(base) + i);
  const auto* p = static_cast<const uint16_t*>(base) + i;
  if constexpr (element == Element::kF16) return load_f16(p);
  return load_bf16(p);
}

template <Element element>
inline F32 load_as_n(const void* base, int64_t i, int64_t n) {
  if constexpr (element == Element::kF32) return load_n(static_cast<const float*>(base) + i, n);
  uint16_t lanes[kLanes] = {};
  std::memcpy(lanes, static_cast<const uint16_t*>(base) + i,
              static_cast<size_t>(n) * sizeof(uint16_t));
  return load_as<element>(lanes, 0);
}

template <Element element>
inline void store_as(void* base, int64_t i, F32 x) {
  if constexpr (element == Element::kF32) return store(static_cast<float*>(base) + i, x);
  auto* p = static_cast<uint16_t*>(base) + i;
  if constexpr (element == Element::kF16) return store_f16(p, x);
  store_bf16(p, x);
}

template <Element element>
inline void store_as_n(void* base, int64_t i, F32 x, int64_t n) {
  if constexpr (element == Element::kF32) return store_n(static_cast<float*>(base) + i, x, n);
  uint16_t lanes[kLanes];
  store_as<element>(lanes, 0, x);
  std::memcpy(static_cast<uint16_t*>(base) + i, lanes, static_cast<size_t>(n) * sizeof(uint16_t));
}

}  // namespace realm::cpu::REALM_ISA
