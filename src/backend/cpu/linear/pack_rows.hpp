// Rows of the file into tiles and back: the only place besides the kernels that knows the picture
// of packed.hpp. Compiled once, for any number of rows a tile.
#pragma once

#include <cstddef>
#include <cstdint>

#include "realm/format.hpp"

namespace realm::cpu {

/// How a set of kernels wants its tiles.
struct TileShape {
  uint32_t rows = 0;          ///< W
  bool offset_bytes = false;  ///< signed codes with 128 added
};

/// Bytes of a tile of `cols` columns. Precondition of all three: blocks divide the columns and
/// `format` is a weight's.
uint64_t tile_bytes(Format format, TileShape shape, uint64_t cols);

/// Packs `count` rows, `row_stride_bytes` apart, into one tile; missing rows become zeros.
void pack_tile(Format format, TileShape shape, uint64_t cols, const std::byte* rows,
               size_t row_stride_bytes, uint32_t count, std::byte* tile);

/// Row `row` of a tile as the file has it.
void unpack_row(Format format, TileShape shape, uint64_t cols, const std::byte* tile, uint32_t row,
                std::byte* out);

}  // namespace realm::cpu
