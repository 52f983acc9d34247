#include "synthetic/random_blocks.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include "base/half.hpp"
#include "formats/decode.hpp"
#include "formats/pack.hpp"

namespace realm::synthetic {
namespace {

// SplitMix64 (Steele, Lea and Flood 2014) of a counter: a word from its place, without a state.
uint64_t word_at(uint64_t seed, uint64_t place) {
  uint64_t z = seed + place * 0x9e3779b97f4a7c15u;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
  z = (z ^ z >> 27) * 0x94d049bb133111ebu;
  return z ^ z >> 31;
}

bool is_float(Format format) { return row_of(format).kind == FormatKind::kFloat; }

// What decoding does not read; kernels may.
void put_sums(const Layout& layout, uint8_t* block, float d) {
  if (layout.sums == StoredSums::kNone) return;
  const auto sum_of = [&](uint32_t first, uint32_t count) {
    int32_t sum = 0;
    for (uint32_t i = first; i < first + count; ++i) {
      sum += code_of(layout, raw_code(layout, block, i));
    }
    return sum;
  };
  if (layout.sums == StoredSums::kHalf) {
    put_u16(block + layout.sums_off,
            to_finite_half(d * static_cast<float>(sum_of(0, layout.elems))));
    return;
  }
  for (uint32_t g = 0; g < layout.elems / 16u; ++g) {
    put_u16(block + layout.sums_off + 2 * g, static_cast<uint32_t>(sum_of(16 * g, 16)));
  }
}

struct Moments {
  double mean = 0;
  double square = 0;
};
Moments moments_of(std::span<const float> values) {
  Moments m;
  for (const float v : values) {
    m.mean += static_cast<double>(v);
    m.square += static_cast<double>(v) * static_cast<double>(v);
  }
  m.mean /= static_cast<double>(values.size());
  m.square /= static_cast<double>(values.size());
  return m;
}

}  // namespace

RandomBlocks::RandomBlocks(Format format, double rms, double center, uint64_t seed)
    : format_(format),
      layout_(layout_of(format)),
      seed_(seed),
      rms_(static_cast<float>(rms)),
      center_(static_cast<float>(center)) {
  if (!is_float(format)) choose_scales(rms);
}

// The format is asked, not known: a sample of random blocks is decoded with d and m of 1, and what
// comes out says how large d must be, and how m takes the mean away.
void RandomBlocks::choose_scales(double rms) {
  constexpr size_t kSample = 16384;  // elements
  std::vector<std::byte> blocks(*row_bytes(format_, kSample));
  std::vector<float> values(kSample);
  const auto sample = [&](float d, float m) {
    scales_.fill({d, m});
    fill(0, blocks);
    // Whole blocks of a decodable format: it cannot fail.
    (void)decode_row(format_, blocks, values).has_value();
    return moments_of(values);
  };
  const bool min = has_min(layout_);
  const float balance = min ? -static_cast<float>(sample(1, 0).mean / sample(0, 1).mean) : 0.0f;
  const double unit = std::sqrt(sample(1, balance).square);
  for (size_t i = 0; i < kScales; ++i) {
    // Half of them negative where no min takes the mean away: some codes reach further down than
    // up.
    const double sign = !min && i % 2 == 1 && layout_.d_kind != BlockScale::kE8m0 ? -1 : 1;
    double d = sign * rms / unit * (0.75 + 0.5 * static_cast<double>(i) / (kScales - 1));
    if (layout_.d_kind == BlockScale::kE8m0) d = std::exp2(std::round(std::log2(d)));
    scales_[i] = {static_cast<float>(d), static_cast<float>(d) * balance};
  }
}

void RandomBlocks::random_bytes(uint64_t offset, std::span<std::byte> out) const {
  const auto copy = [&](uint64_t place, size_t skip, size_t n) {
    const uint64_t word = word_at(seed_, place);
    std::memcpy(out.data(), reinterpret_cast<const std::byte*>(&word) + skip, n);
    out = out.subspan(n);
  };
  uint64_t place = offset / 8;
  if (const size_t skip = offset % 8; skip != 0 && !out.empty()) {
    copy(place++, skip, std::min(out.size(), 8 - skip));
  }
  std::byte* at = out.data();
  const size_t words = out.size() / 8;
  for (size_t i = 0; i < words; ++i) {
    const uint64_t word = word_at(seed_, place + i);
    std::memcpy(at + 8 * i, &word, 8);
  }
  out = out.subspan(8 * words);
  if (!out.empty()) copy(place + words, 0, out.size());
}

void RandomBlocks::put_scales(std::span<std::byte> blocks) const {
  std::array<std::array<uint8_t, 4>, kScales> d{};
  std::array<std::array<uint8_t, 2>, kScales> m{};
  const size_t d_bytes = bytes_of(layout_.d_kind);
  for (size_t i = 0; i < kScales; ++i) {
    // put_block_scale() into a block of no format but this one's fields.
    Layout fields = layout_;
    fields.d_off = 0;
    fields.m_off = has_min(layout_) ? 4 : kNoOffset;
    uint8_t bytes[8] = {};
    put_block_scale(fields, bytes, scales_[i].d, scales_[i].m);
    std::memcpy(d[i].data(), bytes, 4);
    std::memcpy(m[i].data(), bytes + 4, 2);
  }
  for (size_t begin = 0; begin < blocks.size(); begin += layout_.bytes) {
    auto* block = reinterpret_cast<uint8_t*>(blocks.data() + begin);
    const size_t i = block[layout_.d_off] % kScales;  // random until now
    std::memcpy(block + layout_.d_off, d[i].data(), d_bytes);
    if (has_min(layout_)) std::memcpy(block + layout_.m_off, m[i].data(), 2);
    put_sums(layout_, block, scales_[i].d);
  }
}

// Even over center -+ sqrt(3) rms: of the random bits, the upper ones count.
void RandomBlocks::shape_floats(std::span<std::byte> out) const {
  const float width = 2 * std::sqrt(3.0f) * rms_;
  const float low = center_ - width / 2;
  if (format_ == Format::kF32) {
    for (size_t i = 0; i < out.size(); i += 4) {
      uint32_t bits;
      std::memcpy(&bits, out.data() + i, 4);
      const float value = low + width * (static_cast<float>(bits >> 8) * 0x1p-24f);
      std::memcpy(out.data() + i, &value, 4);
    }
    return;
  }
  for (size_t i = 0; i < out.size(); i += 2) {
    uint16_t bits;
    std::memcpy(&bits, out.data() + i, 2);
    const float value = low + width * (static_cast<float>(bits) * 0x1p-16f);
    bits = format_ == Format::kF16 ? float_to_half(value) : float_to_bfloat16(value);
    std::memcpy(out.data() + i, &bits, 2);
  }
}

void RandomBlocks::fill(uint64_t first, std::span<std::byte> out) const {
  random_bytes(first * layout_.bytes, out);
  if (is_float(format_)) {
    shape_floats(out);
  } else {
    put_scales(out);
  }
}

void RandomBlocks::fill_bytes(uint64_t offset, std::span<std::byte> out) const {
  const uint64_t size = layout_.bytes;
  std::vector<std::byte> block;
  const auto part = [&](uint64_t number, size_t skip, size_t n) {
    block.resize(size);
    fill(number, block);
    std::memcpy(out.data(), block.data() + skip, n);
    out = out.subspan(n);
  };
  uint64_t number = offset / size;
  if (const size_t skip = offset % size; skip != 0 && !out.empty()) {
    part(number++, skip, std::min(out.size(), static_cast<size_t>(size) - skip));
  }
  const size_t whole = out.size() / size;
  fill(number, out.first(whole * size));
  out = out.subspan(whole * size);
  if (!out.empty()) part(number + whole, 0, out.size());
}

}  // namespace realm::synthetic
