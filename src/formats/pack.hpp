// The inverse of layout.hpp: puts codes and scales into a block whose bytes are zero.
#pragma once

#include <cstdint>
#include <cstring>

#include "base/half.hpp"
#include "formats/layout.hpp"

namespace realm {

/// Puts four parts, one a byte lane, where plane_at4() finds them; i % 4 == 0.
REALM_HD void put_plane4(const Plane& plane, uint8_t* block, uint32_t i, uint32_t lanes) {
  const uint32_t shift = plane.bits * ((i % plane.period) / plane.run);
  uint8_t* at = block + plane.off + (i / plane.period) * plane.stride + i % plane.run;
  if (plane.run == 1) {
    // Bit 0 of lane k lands in bit 24 + k of the product; no two terms meet, so nothing carries.
    *at = static_cast<uint8_t>(*at | ((lanes * 0x01020408u) >> 24 & 15u) << shift);
    return;
  }
  uint32_t word;
  __builtin_memcpy(&word, at, 4);
  word |= lanes << shift;  // every lane keeps to its bits
  __builtin_memcpy(at, &word, 4);
}

/// Puts one element's part where plane_at() finds it.
REALM_HD constexpr void put_plane(const Plane& plane, uint8_t* block, uint32_t i, uint32_t bits) {
  uint8_t& byte = block[plane.off + (i / plane.period) * plane.stride + i % plane.run];
  byte = static_cast<uint8_t>(byte | bits << (plane.bits * ((i % plane.period) / plane.run)));
}

/// Puts four raw codes, one a byte lane, where codes4() finds them; i % 4 == 0.
REALM_HD void put_codes4(const Layout& layout, uint8_t* block, uint32_t i, uint32_t raw) {
  const uint32_t lo_mask = 0x01010101u * ((1u << layout.lo.bits) - 1);
  put_plane4(layout.lo, block, i, raw & lo_mask);
  if (layout.hi.bits == 0) return;
  const uint32_t hi_mask = 0x01010101u * ((1u << layout.hi.bits) - 1);
  put_plane4(layout.hi, block, i, raw >> layout.lo.bits & hi_mask);
}

/// Puts a group's integer scale and min where sub_scale() finds them.
constexpr void put_sub_scale(const Layout& layout, uint8_t* block, uint32_t group, SubScale sub) {
  const auto scale = static_cast<uint32_t>(sub.scale);
  const auto min = static_cast<uint32_t>(sub.min);
  const auto put = [&](uint32_t at, uint32_t bits) {
    uint8_t& byte = block[layout.scales_off + at];
    byte = static_cast<uint8_t>(byte | bits);
  };
  switch (layout.sub_scales) {
    case SubScales::kNone:
      return;
    case SubScales::kNibbles:
      put(group, scale | min << 4);
      return;
    case SubScales::kSplit6: {
      const uint32_t raw = scale + 32;
      put_plane(layout.scale_lo, block, group, raw & 15);
      put_plane(layout.scale_hi, block, group, raw >> 4);
      return;
    }
    case SubScales::kK4:
      if (group < 4) {
        put(group, scale);
        put(group + 4, min);
      } else {
        put(group + 4, (scale & 15) | (min & 15) << 4);
        put(group - 4, scale >> 4 << 6);
        put(group, min >> 4 << 6);
      }
      return;
    case SubScales::kInt8:
      put(group, scale & 255);
      return;
  }
}

/// Values whose largest magnitude a binary16 cannot hold take the largest that it can.
constexpr uint16_t to_finite_half(float value) {
  constexpr float kLargest = 65504.0f;
  if (value > kLargest) return float_to_half(kLargest);
  if (value < -kLargest) return float_to_half(-kLargest);
  return float_to_half(value);
}

/// The inverse of load_e8m0(), for what that returns; 0, which it never does, becomes the least.
constexpr uint8_t to_e8m0(float power) {
  const auto bits = __builtin_bit_cast(uint32_t, power);
  return static_cast<uint8_t>(bits < 0x00800000u ? bits >> 22 : (bits >> 23) + 1);
}

constexpr void put_u16(uint8_t* at, uint32_t bits) {
  at[0] = static_cast<uint8_t>(bits);
  at[1] = static_cast<uint8_t>(bits >> 8);
}

/// Puts the block's own scale and min, as scale_min() means them. Where d is a power of two by its
/// kind, it has to be one of those.
inline void put_block_scale(const Layout& layout, uint8_t* block, float d, float m) {
  uint8_t* at = block + layout.d_off;
  if (layout.d_kind == BlockScale::kSingle) {
    std::memcpy(at, &d, sizeof d);
  } else if (layout.d_kind == BlockScale::kE8m0) {
    *at = to_e8m0(d);
  } else {
    put_u16(at, to_finite_half(d));
  }
  if (has_min(layout)) put_u16(block + layout.m_off, to_finite_half(layout.m_is_negated ? -m : m));
}

}  // namespace realm
