#include "backend/cpu/linear/pack_rows.hpp"

#include <array>
#include <cstring>
#include <utility>

#include "backend/cpu/linear/packed.hpp"
#include "formats/pack.hpp"

namespace realm::cpu {
namespace {

// f(0) ... f(n - 1) as constants: a loop in which a format's index arithmetic folds away. Written
// as a loop, headers and planes of K-quants are packed three to six times slower.
template <uint32_t n, class F>
[[gnu::always_inline]] inline void unroll(const F& f) {
  [&]<uint32_t... i>(std::integer_sequence<uint32_t, i...>) __attribute__((always_inline)) {
    (f(std::integral_constant<uint32_t, i>{}), ...);
  }
  (std::make_integer_sequence<uint32_t, n>{});
}

// Rows as the file has them.
struct Rows {
  const uint8_t* first;
  size_t stride_bytes;
  uint32_t count;
  const uint8_t* operator[](uint32_t r) const { return first + r * stride_bytes; }
};

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
    unroll<kGroups>([&](auto g) __attribute__((always_inline)) {
      const SubScale sub = sub_scale(kLayout, block, g);
      const int32_t low =
          kLayout.sub_scales == SubScales::kNibbles ? sub.scale | sub.min << 4 : sub.scale;
      subs[g * w] = static_cast<uint8_t>(low & 0xff);
      if constexpr (sub_bytes(kLayout) == 2) {
        subs[(kGroups + g) * w] = static_cast<uint8_t>(sub.min);
      }
    });
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

  // A field of 32 bits: bit 4 * t + k, of column 4 * t + k, goes to bit t of byte k. That turns the
  // five bits of a bit's number round by two places, in four exchanges of two places each.
  static uint32_t bits_by_column(uint32_t x) {
    const auto exchange = [&x](uint32_t mask, uint32_t distance) {
      const uint32_t differ = (x ^ x >> distance) & mask;
      x ^= differ ^ differ << distance;
    };
    exchange(0x0000cccc, 14);  // places 4 and 1: bits with 2^1 in, 2^4 out of their number
    exchange(0x00aa00aa, 7);   // places 3 and 0
    exchange(0x0c0c0c0c, 2);   // places 2 and 1
    exchange(0x22222222, 1);   // places 1 and 0
    return x;
  }

  // Quads [8 * b, 8 * b + 8) of a plane into the row's words of the plane's vectors.
  template <bool high, uint32_t first>
  [[gnu::always_inline]] void pack_plane(const uint8_t* block, uint8_t* at) const {
    static constexpr Plane kPlane = high ? kLayout.hi : kLayout.lo;
    if constexpr (kPlane.bits == 1 && kPlane.run == 1 && kPlane.period == 8) {
      const uint32_t word = bits_by_column(load_u32(block + kPlane.off + first / 8)) ^ signed_flip;
      std::memcpy(at, &word, 4);
      return;
    }
    unroll<kPlane.bits>([&](auto v) __attribute__((always_inline)) {
      uint32_t word = 0;
      unroll<8 / kPlane.bits>([&](auto t) __attribute__((always_inline)) {
        word |= plane_at4(kPlane, block, first + 4 * (v + t * kPlane.bits)) << (kPlane.bits * t);
      });
      word ^= signed_flip;
      std::memcpy(at + v * 4 * w, &word, 4);
    });
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

  void pack_block(const uint8_t* block, uint8_t* tile) const {
    const uint32_t codes = codes_bytes(kLayout, w);
    const uint32_t hi = w * 4 * kLayout.lo.bits;
    pack_header(block, tile);
    tile += header_bytes(kLayout, w) + r * 4;
    unroll<kLayout.elems / kBlock>([&](auto i) __attribute__((always_inline)) {
      pack_plane<false, i * kBlock>(block, tile + i * codes);
      if constexpr (kLayout.hi.bits > 0) pack_plane<true, i * kBlock>(block, tile + i * codes + hi);
    });
  }

  // Block by block of all rows: a tile is written once from front to back, however long it is.
  static void pack_tile(const Rows& rows, uint64_t cols, uint32_t w, uint32_t signed_flip,
                        uint8_t* tile) {
    const uint32_t block_bytes = packed_block_bytes(kLayout, w);
    for (uint64_t b = 0; b < cols / kLayout.elems; ++b, tile += block_bytes) {
      for (uint32_t r = 0; r < rows.count; ++r) {
        Row{w, r, signed_flip}.pack_block(rows[r] + b * kLayout.bytes, tile);
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

// Plain formats: units of a row (elements, or pairs of them) lie W units apart.
template <Format kFormat>
struct PlainRow {
  static constexpr uint32_t kBytes = layout_of(kFormat).bytes;
  static constexpr uint32_t kUnit = plain_unit(kFormat);
  uint32_t w;
  uint32_t r;
  uint32_t signed_flip;

  void pack(uint64_t cols, const uint8_t* row, uint8_t* tile) const {
    tile += r * kUnit * kBytes;
    const uint64_t whole = cols / kUnit * kUnit;
    for (uint64_t i = 0; i < whole; i += kUnit)
      std::memcpy(tile + i * w * kBytes, row + i * kBytes, kUnit * kBytes);
    if (whole == cols) return;
    std::memset(tile + whole * w * kBytes, 0, kUnit * kBytes);
    std::memcpy(tile + whole * w * kBytes, row + whole * kBytes, (cols - whole) * kBytes);
  }
  static void pack_tile(const Rows& rows, uint64_t cols, uint32_t w, uint32_t signed_flip,
                        uint8_t* tile) {
    constexpr uint64_t kPiece = 64;  // of all rows: whole lines of the file, written in one go
    for (uint64_t i = 0; i < cols; i += kPiece) {
      const uint64_t count = cols - i < kPiece ? cols - i : kPiece;
      for (uint32_t r = 0; r < rows.count; ++r) {
        PlainRow{w, r, signed_flip}.pack(count, rows[r] + i * kBytes, tile + i * w * kBytes);
      }
    }
  }
  void unpack(uint64_t cols, const uint8_t* tile, uint8_t* row) const {
    tile += r * kUnit * kBytes;
    const uint64_t whole = cols / kUnit * kUnit;
    for (uint64_t i = 0; i < whole; i += kUnit)
      std::memcpy(row + i * kBytes, tile + i * w * kBytes, kUnit * kBytes);
    std::memcpy(row + whole * kBytes, tile + whole * w * kBytes, (cols - whole) * kBytes);
  }
};

template <Format kFormat>
constexpr uint32_t flip_of(TileShape shape) {
  const bool is_signed = layout_of(kFormat).code == CodeKind::kSigned;
  return is_signed && shape.offset_bytes ? 0x80808080u : 0u;
}

struct Transports {
  void (*pack)(TileShape shape, uint64_t cols, const Rows& rows, uint8_t* tile) = nullptr;
  void (*unpack)(TileShape shape, uint32_t row, uint64_t cols, const uint8_t* tile,
                 uint8_t* out) = nullptr;
};

template <Format kFormat>
constexpr Transports transports() {
  constexpr FormatKind kKind = row_of(kFormat).kind;
  if constexpr (kKind == FormatKind::kNumber) {
    return {};
  } else {
    using Mover = std::conditional_t<kKind == FormatKind::kFloat, PlainRow<kFormat>, Row<kFormat>>;
    return {[](TileShape shape, uint64_t cols, const Rows& rows, uint8_t* tile) {
              Mover::pack_tile(rows, cols, shape.rows, flip_of<kFormat>(shape), tile);
            },
            [](TileShape shape, uint32_t row, uint64_t cols, const uint8_t* tile, uint8_t* out) {
              Mover{shape.rows, row, flip_of<kFormat>(shape)}.unpack(cols, tile, out);
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
  transports_of(format).pack(shape, cols,
                             {reinterpret_cast<const uint8_t*>(rows), row_stride_bytes, count}, to);
}

void unpack_row(Format format, TileShape shape, uint64_t cols, const std::byte* tile, uint32_t row,
                std::byte* out) {
  transports_of(format).unpack(shape, row, cols, reinterpret_cast<const uint8_t*>(tile),
                               reinterpret_cast<uint8_t*>(out));
}

}  // namespace realm::cpu
