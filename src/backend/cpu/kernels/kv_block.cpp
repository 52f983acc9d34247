// Rounding of keys and values to blocks: ops/attention/cache_format.hpp has the definition, in the
// same float32 arithmetic.
#include "backend/cpu/kernels/kernels.hpp"
#include "backend/cpu/simd/simd.hpp"

namespace realm::cpu::REALM_ISA {

void kv_block(const float* x, uint8_t* codes, uint16_t* scale, KvFormat format) {
  const bool eight_bits = format == KvFormat::kQ8_0;
  F32 most = set1(0);
  F32 spoilt = set1(0);  // NaN once an element is no finite number
  for (int i = 0; i < kKvBlock; i += kLanes) {
    const F32 v = load(x + i);
    most = max(max(v, set1(0) - v), most);
    spoilt = fma(v, set1(0), spoilt);
  }
  const float magnitude = reduce_max(most);
  float wanted = magnitude / 127.0f;
  if (!eight_bits) {
    int at = 0;
    while (at + 1 < kKvBlock && (x[at] < 0 ? -x[at] : x[at]) != magnitude) ++at;
    wanted = x[at] / -8.0f;
  }
  float lanes[kLanes] = {wanted};
  uint16_t halves[kLanes];
  store_f16(halves, load(lanes));
  store(lanes, load_f16(halves));
  const float rounded = lanes[0];
  const float finite = reduce_add(spoilt) + (rounded - rounded);
  for (int i = 0; i < kKvBlock; ++i) codes[i] = 0;
  *scale = finite != 0 ? 0x7e00 : rounded == 0 ? 0 : halves[0];
  float values[kKvBlock] = {};
  if (finite == 0 && rounded != 0) {
    constexpr float kMagic = 0x1.8p23f;  // adding it rounds to an integer, to even
    const F32 inverse = set1(1.0f / rounded);
    const F32 low = set1(eight_bits ? -127.0f : -8.0f);
    const F32 high = set1(eight_bits ? 127.0f : 7.0f);
    for (int i = 0; i < kKvBlock; i += kLanes) {
      const F32 code = (load(x + i) * inverse + set1(kMagic)) - set1(kMagic);
      store(values + i, max(low, min(high, code)));
    }
  }
  if (eight_bits) {
    for (int i = 0; i < kKvBlock; ++i) {
      codes[i] = static_cast<uint8_t>(static_cast<int8_t>(static_cast<int32_t>(values[i])));
    }
  } else {
    for (int i = 0; i < kKvBlock / 2; ++i) {
      const int32_t first = static_cast<int32_t>(values[i]) + 8;
      const int32_t second = static_cast<int32_t>(values[i + kKvBlock / 2]) + 8;
      codes[i] = static_cast<uint8_t>(first | second << 4);
    }
  }
}

}  // namespace realm::cpu::REALM_ISA
