// Random weights for the conformance suite: random bytes in every field of a block, with scale
// fields that keep the values finite and of order 1.
#pragma once

#include <cstddef>
#include <span>

#include "ops/cases/rng.hpp"
#include "realm/format.hpp"

namespace realm {

/// The weight formats, plain ones first: everything a matmul's weight can be.
std::span<const Format> weight_formats();

/// True for formats of blocks: the ones whose activations a device may round.
constexpr bool is_block_format(Format format) {
  return format != Format::kF32 && format != Format::kF16 && format != Format::kBF16;
}

/// Fills whole blocks of `format`. Stored sums, which decoding does not read, stay random bytes.
void fill_random_weight(Rng& rng, Format format, std::span<std::byte> bytes);

}  // namespace realm
