// Conversion of a stretch of a tensor: read, decode, encode, write. Blocks stand by themselves, so
// a stretch may begin at any whole block, in the middle of a row too.
#pragma once

#include <cstdint>
#include <vector>

#include "gguf/gguf.hpp"
#include "gguf/writer.hpp"

namespace realm::quantization {

/// Elements of a stretch: a multiple of every format's block. 32 Ki floats are 128 KiB; they, the
/// input's bytes and the output's stay in a core's L2 cache.
constexpr uint64_t kStretchElems = 32768;

/// One thread's buffers.
struct Buffers {
  std::vector<std::byte> in, out;
  std::vector<float> values;
};

struct Stretch {
  size_t tensor = 0;   ///< number in the file, and in the writer
  uint64_t first = 0;  ///< element of the flattened tensor
  uint64_t elems = 0;
};

/// Errors: those of reading and writing; kInvalidArgument for a value that `to` cannot hold, by
/// tensor, row and column.
Result<void> convert(const gguf::File& file, const Stretch& stretch, Format to,
                     gguf::Writer& writer, Buffers& buffers);

}  // namespace realm::quantization
