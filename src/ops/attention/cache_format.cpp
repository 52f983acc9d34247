#include "ops/attention/cache_format.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "base/half.hpp"
#include "base/str.hpp"

namespace realm {
namespace {

constexpr Format kCacheFormats[] = {Format::kF32, Format::kF16, Format::kBF16, Format::kQ8_0,
                                    Format::kQ4_0};
constexpr int64_t kBlock = 32;

struct Codes {
  uint16_t scale = 0;  // binary16
  int8_t code[kBlock] = {};
};

Codes round_block(Format format, const float* x) {
  const bool eight_bits = format == Format::kQ8_0;
  Codes out;
  float largest = 0;
  bool finite = true;
  for (int64_t i = 0; i < kBlock; ++i) {
    finite = finite && std::isfinite(x[i]);
    if (std::fabs(x[i]) > std::fabs(largest)) largest = x[i];
  }
  out.scale = float_to_half(eight_bits ? std::fabs(largest) / 127.0f : largest / -8.0f);
  const float scale = half_to_float(out.scale);
  if (!finite || !std::isfinite(scale)) {
    out.scale = float_to_half(std::numeric_limits<float>::quiet_NaN());
    return out;
  }
  if (scale == 0) {
    out.scale = 0;
    return out;
  }
  const float inverse = 1.0f / scale;
  const float low = eight_bits ? -127.0f : -8.0f;
  const float high = eight_bits ? 127.0f : 7.0f;
  for (int64_t i = 0; i < kBlock; ++i) {
    out.code[i] = static_cast<int8_t>(std::clamp(std::nearbyint(x[i] * inverse), low, high));
  }
  return out;
}

void store_block(Format format, const Codes& block, std::byte* to) {
  std::memcpy(to, &block.scale, sizeof block.scale);
  to += sizeof block.scale;
  if (format == Format::kQ8_0) {
    std::memcpy(to, block.code, sizeof block.code);
    return;
  }
  for (int64_t i = 0; i < kBlock / 2; ++i) {
    to[i] = static_cast<std::byte>((block.code[i] + 8) | (block.code[i + kBlock / 2] + 8) << 4);
  }
}

}  // namespace

bool is_cache_format(Format format) {
  return std::find(std::begin(kCacheFormats), std::end(kCacheFormats), format) !=
         std::end(kCacheFormats);
}

std::string cache_format_names() {
  std::string out;
  for (const Format format : kCacheFormats) out += str(out.empty() ? "" : ", ", info(format).name);
  return out;
}

std::string cache_format_misfit(Format format, int32_t head_dim) {
  if (!is_cache_format(format)) {
    return str("a cache in ", info(format).name, "; it can be ", cache_format_names());
  }
  const auto block = static_cast<int32_t>(info(format).block_elems);
  if (head_dim % block == 0) return {};
  return str("a cache in ", info(format).name, ": heads of ", head_dim,
             " elements are not whole blocks of ", block);
}

double load_cached(Format format, const void* base, int64_t i) {
  if (format == Format::kF32) return static_cast<const float*>(base)[i];
  if (info(format).block_elems == 1) {
    const uint16_t bits = static_cast<const uint16_t*>(base)[i];
    return format == Format::kF16 ? half_to_float(bits) : bfloat16_to_float(bits);
  }
  const auto* block = static_cast<const std::byte*>(base) + i / kBlock * info(format).block_bytes;
  const auto at = i % kBlock;
  uint16_t scale = 0;
  std::memcpy(&scale, block, sizeof scale);
  block += sizeof scale;
  if (format == Format::kQ8_0) return half_to_float(scale) * std::to_integer<int8_t>(block[at]);
  const auto byte = std::to_integer<int>(block[at % (kBlock / 2)]);
  return half_to_float(scale) * static_cast<float>((at < kBlock / 2 ? byte & 15 : byte >> 4) - 8);
}

void store_cached(Format format, void* base, int64_t at, std::span<const float> x) {
  if (format == Format::kF32) {
    std::copy(x.begin(), x.end(), static_cast<float*>(base) + at);
  } else if (info(format).block_elems == 1) {
    auto* out = static_cast<uint16_t*>(base) + at;
    for (const float value : x) {
      *out++ = format == Format::kF16 ? float_to_half(value) : float_to_bfloat16(value);
    }
  } else {
    auto* out = static_cast<std::byte*>(base) + at / kBlock * info(format).block_bytes;
    for (size_t i = 0; i < x.size(); i += kBlock, out += info(format).block_bytes) {
      store_block(format, round_block(format, x.data() + i), out);
    }
  }
}

double largest_rounding(Format format) {
  return format == Format::kQ8_0 ? 0.5 + 127 * 0x1p-11 : 1 + 8 * 0x1p-11;
}

}  // namespace realm
