#include "ops/cases/random_weight.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <iterator>

#include "base/half.hpp"
#include "formats/table.hpp"

namespace realm {
namespace {

// The largest magnitudes that a format's integers take: what d and m are divided by, so that
// values are about 1.
double largest_sub_scale(const Layout& layout) {
  switch (layout.sub_scales) {
    case SubScales::kNone:
      return 1;
    case SubScales::kNibbles:
      return 15;
    case SubScales::kSplit6:
      return 32;
    case SubScales::kK4:
      return 63;
    case SubScales::kInt8:
      return 128;
  }
  return 1;
}
double largest_code(const Layout& layout) {
  if (layout.code == CodeKind::kSigned) return 127;
  if (layout.code == CodeKind::kBook) {
    const auto& book = layout.book.at;
    return std::abs(*std::max_element(std::begin(book), std::end(book),
                                      [](int a, int b) { return std::abs(a) < std::abs(b); }));
  }
  const uint32_t levels = (1u << code_bits(layout)) - 1;
  return layout.bias == 0 ? levels : -layout.bias;
}
double largest_d(const Layout& layout) {
  return 1 / (largest_sub_scale(layout) * largest_code(layout));
}
double largest_m(const Layout& layout) {
  return layout.sub_scales == SubScales::kNone ? 0.5 : 1 / largest_sub_scale(layout);
}

// Mostly of full size, of either sign; now and then zero or (in binary16) subnormal.
double random_scale(Rng& rng, double largest) {
  const int64_t kind = rng.below(16);
  if (kind == 0) return 0.0;
  const double sign = rng.below(2) == 0 ? 1.0 : -1.0;
  if (kind == 1) return sign * rng.uniform(0.1, 1.0) * 0x1p-16;
  return sign * rng.uniform(0.25, 1.0) * largest;
}

void store_half(double value, std::byte* at) {
  const uint16_t bits = float_to_half(static_cast<float>(value));
  std::memcpy(at, &bits, sizeof bits);
}

void store_single(double value, std::byte* at) {
  const auto narrow = static_cast<float>(value);
  std::memcpy(at, &narrow, sizeof narrow);
}

void store_block_scale(Rng& rng, BlockScale kind, double value, std::byte* at) {
  if (kind == BlockScale::kHalf) return store_half(value, at);
  if (kind == BlockScale::kSingle) return store_single(value, at);
  // A power of two near |value|. There is no zero; the least two are subnormal, and as rare as in a
  // file, because products slow down on them.
  int exponent = value == 0 ? 100 : 128 + std::ilogb(value);
  if (rng.below(256) == 0) exponent = static_cast<int>(rng.below(2));
  *at = static_cast<std::byte>(std::clamp(exponent, 0, 255));
}

void fill_plain(Rng& rng, Format format, std::span<std::byte> bytes) {
  const size_t step = info(format).block_bytes;
  for (size_t i = 0; i + step <= bytes.size(); i += step) {
    const int64_t kind = rng.below(32);
    double value = rng.gaussian() * 0.5;
    if (kind == 0) value = 0;
    if (kind == 1) value *= 0x1p-15;  // subnormal in binary16
    std::byte* at = bytes.data() + i;
    if (format == Format::kF32) {
      store_single(value, at);
    } else if (format == Format::kF16) {
      store_half(value, at);
    } else {
      const uint16_t bits = float_to_bfloat16(static_cast<float>(value));
      std::memcpy(at, &bits, sizeof bits);
    }
  }
}

constexpr size_t kWeightFormatCount = static_cast<size_t>(
    std::count_if(std::begin(kFormatTable), std::end(kFormatTable),
                  [](const FormatRow& row) { return is_decodable(row.format); }));

constexpr auto kWeightFormats = [] {
  std::array<Format, kWeightFormatCount> formats{};
  size_t n = 0;
  for (const FormatKind kind : {FormatKind::kFloat, FormatKind::kBlock}) {
    for (const FormatRow& row : kFormatTable) {
      if (row.kind == kind) formats[n++] = row.format;
    }
  }
  return formats;
}();

}  // namespace

std::span<const Format> weight_formats() { return kWeightFormats; }

void fill_random_weight(Rng& rng, Format format, std::span<std::byte> bytes) {
  if (!is_block_format(format)) return fill_plain(rng, format, bytes);
  for (std::byte& b : bytes) b = static_cast<std::byte>(rng.next() >> 56);
  const Layout layout = layout_of(format);
  for (size_t block = 0; block < bytes.size(); block += layout.bytes) {
    std::byte* at = bytes.data() + block;
    const double d = random_scale(rng, largest_d(layout));
    store_block_scale(rng, layout.d_kind, d, at + layout.d_off);
    if (has_min(layout)) store_half(random_scale(rng, largest_m(layout)), at + layout.m_off);
  }
}

}  // namespace realm
