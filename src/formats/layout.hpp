// Layout: where the bits of a block format lie, as data, and the four functions that read them.
//
// Every block format obeys one rule. A plane is (off, bits, period, stride, run): element i lies in
//   byte off + (i / period) * stride + i % run, at bit bits * ((i % period) / run), `bits` wide.
//   raw   = lo | hi << lo.bits
//   code  = raw + bias, or raw as a signed byte, or number raw of a codebook
//   value = scale * code + min of the element's group, where
//   scale = d * sub.scale and min = m * sub.min: d and m belong to the block, sub to the group.
// The rows of this description stand in table.hpp; docs/formats.md is printed from them.
//
// Kernel sources include this file: nothing but <cstdint>, no allocation, everything constexpr and
// always inlined, so that code compiled for one instruction set never serves as another's copy.
// With a constexpr Layout all index arithmetic folds away.
#pragma once

#include <cstdint>

#if defined(__CUDACC__)
#define REALM_HD __host__ __device__ __forceinline__
#else
#define REALM_HD [[gnu::always_inline]] inline
#endif

namespace realm {

struct Plane {
  uint16_t off = 0;     ///< bytes from the start of the block to the plane
  uint16_t bits = 0;    ///< width of one element's part; 0: there is no such plane
  uint16_t period = 1;  ///< elements after which the pattern repeats `stride` bytes further
  uint16_t stride = 0;  ///< bytes from one period to the next
  uint16_t run = 1;     ///< consecutive elements in consecutive bytes; the next run lies in higher
                        ///< bits of the same bytes
};

enum class CodeKind : uint8_t {
  kBiased,  ///< code = raw + bias
  kSigned,  ///< code = raw read as a two's complement byte
  kBook,    ///< code = book.at[raw], raw has 4 bits
};

/// The codes of a format whose steps are not even.
struct Codebook {
  int8_t at[16] = {};
};

/// What the block's own scale is stored as.
enum class BlockScale : uint8_t {
  kHalf,    ///< binary16
  kSingle,  ///< float32
  kE8m0,    ///< one byte e: 2^(e - 128), half of what the OCP microscaling formats mean by it,
            ///< because the codebook holds twice their elements
};

REALM_HD constexpr uint32_t bytes_of(BlockScale kind) {
  return kind == BlockScale::kHalf ? 2 : kind == BlockScale::kSingle ? 4 : 1;
}

/// How a group's integer scale and min are packed at `scales_off`.
enum class SubScales : uint8_t {
  kNone,     ///< one group, or all alike: scale 1, min 1
  kNibbles,  ///< byte g: scale in the low nibble, min in the high one
  kSplit6,   ///< 6-bit scale + 32 in the planes scale_lo (4 bits) and scale_hi (2), over groups
  kK4,       ///< eight 6-bit scales and mins in 12 bytes, see k4_pair()
  kInt8,     ///< signed byte g: scale
};

/// Sums of codes that a format stores beside them and that decoding does not need.
enum class StoredSums : uint8_t {
  kNone,
  kHalf,        ///< binary16 d * (sum of all codes)
  kInt16Per16,  ///< int16 sum of each 16 codes
};

constexpr uint16_t kNoOffset = 0xffff;

struct Layout {
  uint16_t elems = 1;  ///< elements of a block
  uint16_t bytes = 0;  ///< bytes of a block
  uint16_t group = 1;  ///< elements that share a scale
  Plane lo = {};
  Plane hi = {};
  CodeKind code = CodeKind::kBiased;
  int8_t bias = 0;
  Codebook book = {};
  SubScales sub_scales = SubScales::kNone;
  uint16_t scales_off = kNoOffset;
  Plane scale_lo = {};
  Plane scale_hi = {};
  uint16_t d_off = kNoOffset;
  BlockScale d_kind = BlockScale::kHalf;
  uint16_t m_off = kNoOffset;  ///< binary16; kNoOffset: the format has no min
  bool m_is_negated = false;   ///< the file holds -m
  StoredSums sums = StoredSums::kNone;
  uint16_t sums_off = kNoOffset;
};

REALM_HD constexpr bool has_min(const Layout& layout) { return layout.m_off != kNoOffset; }
REALM_HD constexpr uint32_t code_bits(const Layout& layout) {
  return uint32_t{layout.lo.bits} + layout.hi.bits;
}

// Little-endian loads, as bytes: compilers make one load of them, and they are constexpr.
REALM_HD constexpr uint32_t load_u16(const uint8_t* at) { return at[0] | uint32_t{at[1]} << 8; }
REALM_HD constexpr uint32_t load_u32(const uint8_t* at) {
  return load_u16(at) | load_u16(at + 2) << 16;
}

/// Exact for every binary16, without branches. The definition is half_to_float in base/half.hpp.
REALM_HD constexpr float half_of_bits(uint32_t bits) {
  const uint32_t magnitude = (bits & 0x7fffu) << 13;
  const uint32_t exponent = magnitude >> 23;
  // Subnormals: put the mantissa behind 2^-14 and take 2^-14 off again.
  const float small = __builtin_bit_cast(float, magnitude + (113u << 23)) - 0x1p-14f;
  const uint32_t small_bits = __builtin_bit_cast(uint32_t, small);
  const uint32_t normal_bits = magnitude + ((exponent == 31 ? 224u : 112u) << 23);
  const uint32_t is_small = 0u - static_cast<uint32_t>(exponent == 0);  // a choice would branch
  const uint32_t value = (small_bits & is_small) | (normal_bits & ~is_small);
  return __builtin_bit_cast(float, value | (bits & 0x8000u) << 16);
}
REALM_HD constexpr float load_half(const uint8_t* at) { return half_of_bits(load_u16(at)); }

/// 2^(e - 128), exact: subnormal for 0 and 1.
REALM_HD constexpr float load_e8m0(const uint8_t* at) {
  const uint32_t e = *at;
  return __builtin_bit_cast(float, e < 2 ? 0x00200000u << e : (e - 1) << 23);
}

/// One element's part of a plane.
REALM_HD constexpr uint32_t plane_at(const Plane& plane, const uint8_t* block, uint32_t i) {
  const uint32_t byte = block[plane.off + (i / plane.period) * plane.stride + i % plane.run];
  return (byte >> (plane.bits * ((i % plane.period) / plane.run))) & ((1u << plane.bits) - 1);
}

/// The parts of elements i .. i + 3 in the four byte lanes of a word; i % 4 == 0. Stays inside the
/// block: a run is a multiple of 4 bytes, or 1 (a bit field).
REALM_HD constexpr uint32_t plane_at4(const Plane& plane, const uint8_t* block, uint32_t i) {
  const uint32_t shift = plane.bits * ((i % plane.period) / plane.run);
  const uint8_t* at = block + plane.off + (i / plane.period) * plane.stride + i % plane.run;
  if (plane.run == 1) {
    // Four neighbouring bits: bit k of the product's low bytes lands in lane k, without carries.
    return (((uint32_t{*at} >> shift) & 15u) * 0x00204081u) & 0x01010101u;
  }
  return (load_u32(at) >> shift) & (0x01010101u * ((1u << plane.bits) - 1));
}

/// Element i's stored bits, before bias or sign.
REALM_HD constexpr uint32_t raw_code(const Layout& layout, const uint8_t* block, uint32_t i) {
  const uint32_t lo = plane_at(layout.lo, block, i);
  if (layout.hi.bits == 0) return lo;
  return lo | plane_at(layout.hi, block, i) << layout.lo.bits;
}

/// raw_code of elements i .. i + 3 in four byte lanes; i % 4 == 0. What dp4a, vpdpbusd and sdot
/// take.
REALM_HD constexpr uint32_t codes4(const Layout& layout, const uint8_t* block, uint32_t i) {
  const uint32_t lo = plane_at4(layout.lo, block, i);
  if (layout.hi.bits == 0) return lo;
  return lo | plane_at4(layout.hi, block, i) << layout.lo.bits;
}

/// The code that stored bits stand for: lane k of codes4(), or raw_code().
REALM_HD constexpr int32_t code_of(const Layout& layout, uint32_t raw) {
  if (layout.code == CodeKind::kSigned) return static_cast<int8_t>(raw & 0xffu);
  if (layout.code == CodeKind::kBook) return layout.book.at[raw & 15u];
  return static_cast<int32_t>(raw) + layout.bias;
}

/// Integer factors of a group.
struct SubScale {
  int32_t scale = 1;
  int32_t min = 1;
};

/// Pair g of the eight 6-bit pairs in the 12 bytes s: 0-3 hold the first four scales, 4-7 the
/// first four mins; the last four have their low nibbles in 8-11 (scale low, min high) and their
/// top two bits above the first four scales and mins.
REALM_HD constexpr SubScale k4_pair(const uint8_t* s, uint32_t g) {
  if (g < 4) return {s[g] & 63, s[g + 4] & 63};
  return {(s[g + 4] & 15) | (s[g - 4] >> 6) << 4, (s[g + 4] >> 4) | (s[g] >> 6) << 4};
}

REALM_HD constexpr SubScale sub_scale(const Layout& layout, const uint8_t* block, uint32_t group) {
  if (layout.sub_scales == SubScales::kNone) return {};
  if (layout.sub_scales == SubScales::kSplit6) {
    const uint32_t lo = plane_at(layout.scale_lo, block, group);
    const uint32_t hi = plane_at(layout.scale_hi, block, group);
    return {static_cast<int32_t>(lo | hi << 4) - 32, 0};
  }
  const uint8_t* s = block + layout.scales_off;
  switch (layout.sub_scales) {
    case SubScales::kNibbles:
      return {s[group] & 15, s[group] >> 4};
    case SubScales::kK4:
      return k4_pair(s, group);
    case SubScales::kInt8:
      return {static_cast<int8_t>(s[group]), 0};
    case SubScales::kSplit6:
    case SubScales::kNone:
      break;
  }
  return {};
}

/// The block's own scale.
REALM_HD constexpr float block_d(const Layout& layout, const uint8_t* block) {
  const uint8_t* d = block + layout.d_off;
  if (layout.d_kind == BlockScale::kSingle) return __builtin_bit_cast(float, load_u32(d));
  if (layout.d_kind == BlockScale::kE8m0) return load_e8m0(d);
  return load_half(d);
}

/// The block's own min; 0 where the format has none.
REALM_HD constexpr float block_m(const Layout& layout, const uint8_t* block) {
  if (!has_min(layout)) return 0.0f;
  const float stored = load_half(block + layout.m_off);
  return layout.m_is_negated ? -stored : stored;
}

struct ScaleMin {
  float scale = 0;
  float min = 0;
};

/// value = scale * code + min, each operation rounded to float32 in this order. Where !has_min the
/// sum is left out, which only a negative zero can tell.
REALM_HD constexpr ScaleMin scale_min(const Layout& layout, const uint8_t* block, uint32_t group) {
  const SubScale sub = sub_scale(layout, block, group);
  return {block_d(layout, block) * static_cast<float>(sub.scale),
          block_m(layout, block) * static_cast<float>(sub.min)};
}

}  // namespace realm
