#include "backend/cpu/linear/pack_rows.hpp"

#include <array>
#include <cstring>
#include <utility>

#include "backend/cpu/linear/packed.hpp"
#include "formats/pack.hpp"

namespace realm::cpu {
namespace {

// The transport of one row between its bytes in the file and its lane of a tile. Every field is
// copied by a pair of functions that stand beside each other.
template <Format kFormat>
struct Row {
  static constexpr Layout kLayout = layout_of(kFormat);
  static constexpr uint32_t kGroups = sub_groups(kLayout);

  uint32_t w;            // rows of the tile
  uint32_t r;            // this one
  uint32_t signed_flip;  // 0x80808080 where signed codes are stored with 128 added

  static void copy_u16(const uint8_t* from, uint8_t* to) { std::memcpy(to, from, 2); }

  void pack_header(const uint8_t* block, uint8_t* header) const {
    constexpr uint32_t kD = d_bytes(kLayout);
    std::memcpy(header + r * kD, block + kLayout.d_off, kD);
    if constexpr (has_min(kLayout)) {
      copy_u16(block + kLayout.m_off, header + m_at(kLayout, w) + r * 2);
    }
    uint8_t* subs = header + subs_at(kLayout, w) + r;
    for (uint32_t g = 0; g < kGroups; ++g) {
      const SubScale sub = sub_scale(kLayout, block, g);
      const int32_t low =
          kLayout.sub_scales == SubScales::kNibbles ? sub.scale | sub.min << 4 : sub.scale;
      subs[g * w] = static_cast<uint8_t>(low & 0xff);
      if constexpr (sub_bytes(kLayout) == 2) {
        subs[(kGroups + g) * w] = static_cast<uint8_t>(sub.min);
      }
    }
    uint8_t* sums = header + stored_sums_at(kLayout, w) + r * 2;
    for (uint32_t i = 0; i < stored_sum_bytes(kLayout) / 2; ++i) {
      copy_u16(block + kLayout.sums_off + 2 * i, sums + i * 2 * w);
    }
  }

  void unpack_header(const uint8_t* header, uint8_t* block) const {
    constexpr uint32_t kD = d_bytes(kLayout);
    std::memcpy(block + kLayout.d_off, header + r * kD, kD);
    if constexpr (has_min(kLayout)) {
      copy_u16(header + m_at(kLayout, w) + r * 2, block + kLayout.m_off);
    }
    const uint8_t* subs = header + subs_at(kLayout, w) + r;
    for (uint32_t g = 0; g < kGroups; ++g) {
      SubScale sub{static_cast<int8_t>(subs[g * w]), 0};
      if constexpr (sub_bytes(kLayout) == 2) {
        sub = {subs[g * w], subs[(kGroups + g) * w]};
      } else if constexpr (kLayout.sub_scales == SubScales::kNibbles) {
        sub = {subs[g * w] & 15, subs[g * w] >> 4};
      }
      put_sub_scale(kLayout, block, g, sub);
    }
    const uint8_t* sums = header + stored_sums_at(kLayout, w) + r * 2;
    for (uint32_t i = 0; i < stored_sum_bytes(kLayout) / 2; ++i) {
      copy_u16(sums + i * 2 * w, block + kLayout.sums_off + 2 * i);
    }
  }

  // Quads [8 * b, 8 * b + 8) of a plane into the row's words of the plane's vectors.
  template <class Vectors>
  void pack_plane(const Plane& plane, const uint8_t* block, uint32_t first, Vectors at) const {
    for (uint32_t v = 0; v < plane.bits; ++v) {
      uint32_t word = 0;
      for (uint32_t t = 0; t < 8 / plane.bits; ++t) {
        word |= plane_at4(plane, block, first + 4 * (v + t * plane.bits)) << (plane.bits * t);
      }
      word ^= signed_flip;
      std::memcpy(at + v * 4 * w, &word, 4);
    }
  }

  void unpack_plane(const Plane& plane, const uint8_t* at, uint32_t first, uint8_t* block) const {
    const uint32_t mask = 0x01010101u * ((1u << plane.bits) - 1);
    for (uint32_t v = 0; v < plane.bits; ++v) {
      uint32_t word;
      std::memcpy(&word, at + v * 4 * w, 4);
      word ^= signed_flip;
      for (uint32_t t = 0; t < 8 / plane.bits; ++t) {
        put_plane4(plane, block, first + 4 * (v + t * plane.bits),
                   (word >> (plane.bits * t)) & mask);
      }
    }
  }

  void pack(uint64_t cols, const uint8_t* row, uint8_t* tile) const {
    const uint32_t header = header_bytes(kLayout, w);
    const uint32_t codes = codes_bytes(kLayout, w);
    const uint32_t hi = w * 4 * kLayout.lo.bits;
    for (uint64_t b = 0; b < cols / kLayout.elems; ++b, row += kLayout.bytes) {
      pack_header(row, tile);
      tile += header;
      for (uint32_t i = 0; i < kLayout.elems; i += kBlock, tile += codes) {
        pack_plane(kLayout.lo, row, i, tile + r * 4);
        if constexpr (kLayout.hi.bits > 0) pack_plane(kLayout.hi, row, i, tile + hi + r * 4);
      }
    }
  }

  void unpack(uint64_t cols, const uint8_t* tile, uint8_t* row) const {
    const uint32_t header = header_bytes(kLayout, w);
    const uint32_t codes = codes_bytes(kLayout, w);
    const uint32_t hi = w * 4 * kLayout.lo.bits;
    for (uint64_t b = 0; b < cols / kLayout.elems; ++b, row += kLayout.bytes) {
      std::memset(row, 0, kLayout.bytes);
      unpack_header(tile, row);
      tile += header;
      for (uint32_t i = 0; i < kLayout.elems; i += kBlock, tile += codes) {
        unpack_plane(kLayout.lo, tile + r * 4, i, row);
        if constexpr (kLayout.hi.bits > 0) unpack_plane(kLayout.hi, tile + hi + r * 4, i, row);
      }
    }
  }
};

// Plain formats: elements of a row lie W elements apart.
template <Format kFormat>
struct PlainRow {
  static constexpr uint32_t kBytes = layout_of(kFormat).bytes;
  uint32_t w;
  uint32_t r;
  uint32_t signed_flip;

  void pack(uint64_t cols, const uint8_t* row, uint8_t* tile) const {
    tile += r * kBytes;
    for (uint64_t i = 0; i < cols; ++i)
      std::memcpy(tile + i * w * kBytes, row + i * kBytes, kBytes);
  }
  void unpack(uint64_t cols, const uint8_t* tile, uint8_t* row) const {
    tile += r * kBytes;
    for (uint64_t i = 0; i < cols; ++i)
      std::memcpy(row + i * kBytes, tile + i * w * kBytes, kBytes);
  }
};

template <Format kFormat>
constexpr uint32_t flip_of(TileShape shape) {
  const bool is_signed = layout_of(kFormat).code == CodeKind::kSigned;
  return is_signed && shape.offset_bytes ? 0x80808080u : 0u;
}

using Transport = void (*)(TileShape shape, uint32_t row, uint64_t cols, const uint8_t* from,
                           uint8_t* to);

struct Transports {
  Transport pack = nullptr;
  Transport unpack = nullptr;
};

template <Format kFormat>
constexpr Transports transports() {
  constexpr FormatKind kKind = row_of(kFormat).kind;
  if constexpr (kKind == FormatKind::kNumber) {
    return {};
  } else {
    using Mover = std::conditional_t<kKind == FormatKind::kFloat, PlainRow<kFormat>, Row<kFormat>>;
    return {[](TileShape shape, uint32_t row, uint64_t cols, const uint8_t* from, uint8_t* to) {
              Mover{shape.rows, row, flip_of<kFormat>(shape)}.pack(cols, from, to);
            },
            [](TileShape shape, uint32_t row, uint64_t cols, const uint8_t* from, uint8_t* to) {
              Mover{shape.rows, row, flip_of<kFormat>(shape)}.unpack(cols, from, to);
            }};
  }
}

template <size_t... kRow>
constexpr auto make_transports(std::index_sequence<kRow...>) {
  return std::array{transports<kFormatTable[kRow].format>()...};
}

constexpr auto kTransports = make_transports(std::make_index_sequence<std::size(kFormatTable)>());

const Transports& transports_of(Format format) {
  return kTransports[static_cast<size_t>(&row_of(format) - kFormatTable)];
}

}  // namespace

uint64_t tile_bytes(Format format, TileShape shape, uint64_t cols) {
  return tile_bytes(row_of(format), shape.rows, cols);
}

void pack_tile(Format format, TileShape shape, uint64_t cols, const std::byte* rows,
               size_t row_stride_bytes, uint32_t count, std::byte* tile) {
  auto* to = reinterpret_cast<uint8_t*>(tile);
  if (count < shape.rows) std::memset(to, 0, tile_bytes(format, shape, cols));
  const Transport pack = transports_of(format).pack;
  for (uint32_t r = 0; r < count; ++r) {
    pack(shape, r, cols, reinterpret_cast<const uint8_t*>(rows + r * row_stride_bytes), to);
  }
}

void unpack_row(Format format, TileShape shape, uint64_t cols, const std::byte* tile, uint32_t row,
                std::byte* out) {
  transports_of(format).unpack(shape, row, cols, reinterpret_cast<const uint8_t*>(tile),
                               reinterpret_cast<uint8_t*>(out));
}

}  // namespace realm::cpu
