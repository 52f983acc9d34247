// Codebooks as products take them: looked up in a register.
#pragma once

#include <cstdint>

#include "backend/cpu/linear/kernels/isa.hpp"
#include "formats/layout.hpp"

namespace realm::cpu::REALM_ISA {

/// A codebook as the product takes it.
struct OffsetBook {
  alignas(16) uint8_t at[16];
};
constexpr OffsetBook offset_book(const Codebook& book, int offset) {
  OffsetBook out{};
  for (int i = 0; i < 16; ++i) out.at[i] = static_cast<uint8_t>(book.at[i] + offset);
  return out;
}

/// A codebook as kStep * index + residual - offset: two products of small unsigned numbers, many of
/// which fit into 16 bits, in place of one of signed bytes.
struct BookSplit {
  int step = 0;
  int most = 0;  // residual
  OffsetBook residuals{};
};
constexpr BookSplit split_book(const Codebook& book, int offset) {
  BookSplit best{};
  for (int step = 1; step < 32; ++step) {
    BookSplit split{};
    split.step = step;
    bool fits = true;
    for (int i = 0; i < 16; ++i) {
      const int residual = book.at[i] + offset - step * i;
      fits = fits && residual >= 0;
      split.residuals.at[i] = static_cast<uint8_t>(residual);
      split.most = residual > split.most ? residual : split.most;
    }
    if (fits && (best.step == 0 || split.most < best.most)) best = split;
  }
  return best;
}

}  // namespace realm::cpu::REALM_ISA
