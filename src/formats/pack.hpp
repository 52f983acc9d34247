// The inverse of layout.hpp: puts codes and scales into a block whose bytes are zero.
#pragma once

#include <cstdint>
#include <cstring>

#include "base/half.hpp"
#include "formats/layout.hpp"

namespace realm {

/// Puts four parts, one a byte lane, where plane_at4() finds them; i % 4 == 0.
REALM_HD constexpr void put_plane4(const Plane& plane, uint8_t* block, uint32_t i, uint32_t lanes) {
  const uint32_t shift = plane.bits * ((i % plane.period) / plane.run);
  uint8_t* at = block + plane.off + (i / plane.period) * plane.stride + i % plane.run;
  if (plane.run == 1) {
    // Bit 0 of lane k lands in bit 24 + k of the product; no two terms meet, so nothing carries.
    *at = static_cast<uint8_t>(*at | ((lanes * 0x01020408u) >> 24 & 15u) << shift);
    return;
  }
  for (uint32_t k = 0; k < 4; ++k) {
    at[k] = static_cast<uint8_t>(at[k] | (lanes >> (8 * k) & 255u) << shift);
  }
}

/// Puts four raw codes, one a byte lane, where codes4() finds them; i % 4 == 0.
REALM_HD constexpr void put_codes4(const Layout& layout, uint8_t* block, uint32_t i, uint32_t raw) {
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
  uint8_t* s = block + layout.scales_off;
  const auto put = [&](uint32_t at, uint32_t bits) { s[at] = static_cast<uint8_t>(s[at] | bits); };
  switch (layout.sub_scales) {
    case SubScales::kNone:
      return;
    case SubScales::kNibbles:
      put(group, scale | min << 4);
      return;
    case SubScales::kSplit6: {
      const uint32_t raw = scale + 32;
      put(group % 8, (raw & 15) << 4 * (group / 8));
      put(8 + group % 4, raw >> 4 << 2 * (group / 4));
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
      s[group] = static_cast<uint8_t>(sub.scale);
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

constexpr void put_u16(uint8_t* at, uint32_t bits) {
  at[0] = static_cast<uint8_t>(bits);
  at[1] = static_cast<uint8_t>(bits >> 8);
}

/// Puts the block's own scale and min, as scale_min() means them.
inline void put_block_scale(const Layout& layout, uint8_t* block, float d, float m) {
  if (layout.d_is_single) {
    std::memcpy(block + layout.d_off, &d, sizeof d);
  } else {
    put_u16(block + layout.d_off, to_finite_half(d));
  }
  if (has_min(layout)) put_u16(block + layout.m_off, to_finite_half(layout.m_is_negated ? -m : m));
}

}  // namespace realm
