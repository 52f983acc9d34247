// RandomBlocks: the bytes of a tensor of random values, any stretch of them at once: every byte is
// a function of the seed and of its place alone. Codes and scales of groups are random in all their
// bits; a block's own scale is one of a few, which make the values' root mean square about what was
// asked for and their mean about 0. Immutable; shared by threads.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "formats/layout.hpp"
#include "realm/format.hpp"

namespace realm::synthetic {

class RandomBlocks {
 public:
  /// Values of `format`, which is_decodable(), about `rms` (finite, above 0) around `center`; only
  /// F32 has a center other than 0.
  RandomBlocks(Format format, double rms, double center, uint64_t seed);

  /// The bytes of whole blocks from number `first` on.
  void fill(uint64_t first, std::span<std::byte> out) const;
  /// Bytes from any place on.
  void fill_bytes(uint64_t offset, std::span<std::byte> out) const;

 private:
  static constexpr size_t kScales = 16;
  struct BlockScales {
    float d = 1;
    float m = 0;
  };

  void random_bytes(uint64_t offset, std::span<std::byte> out) const;
  void choose_scales(double rms);
  void put_scales(std::span<std::byte> blocks) const;
  void shape_floats(std::span<std::byte> out) const;

  Format format_;
  Layout layout_;
  uint64_t seed_;
  float rms_;
  float center_;
  std::array<BlockScales, kScales> scales_{};
};

}  // namespace realm::synthetic
