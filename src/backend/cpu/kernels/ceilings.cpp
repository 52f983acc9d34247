// What the machine can do at most: kernels that do nothing but read, or nothing but multiply. Their
// speeds are what others' are a percentage of.
#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

#include "backend/cpu/ceiling_kernels.hpp"
#include "backend/cpu/simd/simd.hpp"

namespace realm::cpu::REALM_ISA {
namespace {

#define REALM_INLINE __attribute__((always_inline)) inline

// A register of bytes, and the instruction that multiplies and adds most of them.
#if defined(__AVX512VNNI__) && defined(__AVX512F__)

using Register = __m512i;
REALM_INLINE Register load_register(const void* at) { return _mm512_loadu_si512(at); }
// 4 products into each of 16 sums. In asm, as below: the compiler cannot fold what it does not
// know.
REALM_INLINE void multiply(Register& sum, Register a, Register b) {
  asm volatile("vpdpbusd %2, %1, %0" : "+v"(sum) : "v"(a), "v"(b));
}

#elif defined(__AVXVNNI__)

using Register = __m256i;
REALM_INLINE Register load_register(const void* at) {
  return _mm256_loadu_si256(static_cast<const __m256i*>(at));
}
// 4 products into each of 8 sums.
REALM_INLINE void multiply(Register& sum, Register a, Register b) {
  asm volatile("%{vex%} vpdpbusd %2, %1, %0" : "+x"(sum) : "x"(a), "x"(b));
}

#elif defined(__AVX2__)

using Register = __m256i;
REALM_INLINE Register load_register(const void* at) {
  return _mm256_loadu_si256(static_cast<const __m256i*>(at));
}
// Products of bytes, added in pairs to sums of 16 bits: the widening, which a kernel does once for
// several of them, is not counted.
REALM_INLINE void multiply(Register& sum, Register a, Register b) {
  Register pairs;
  asm volatile("vpmaddubsw %2, %1, %0" : "=x"(pairs) : "x"(a), "x"(b));
  asm volatile("vpaddw %1, %0, %0" : "+x"(sum) : "x"(pairs));
}

#elif defined(__ARM_FEATURE_MATMUL_INT8)

using Register = int8x16_t;
REALM_INLINE Register load_register(const void* at) {
  return vld1q_s8(static_cast<const int8_t*>(at));
}
// 2 rows times 2 columns of 8 bytes.
REALM_INLINE void multiply(Register& sum, Register a, Register b) {
  asm volatile("smmla %0.4s, %1.16b, %2.16b" : "+w"(sum) : "w"(a), "w"(b));
}

#elif defined(__ARM_FEATURE_DOTPROD)

using Register = int8x16_t;
REALM_INLINE Register load_register(const void* at) {
  return vld1q_s8(static_cast<const int8_t*>(at));
}
REALM_INLINE void multiply(Register& sum, Register a, Register b) {
  asm volatile("sdot %0.4s, %1.16b, %2.16b" : "+w"(sum) : "w"(a), "w"(b));
}

#elif defined(__x86_64__)

using Register = __m128i;
REALM_INLINE Register load_register(const void* at) {
  return _mm_loadu_si128(static_cast<const __m128i*>(at));
}
// SSE2 multiplies no bytes: 8 numbers of 16 bits.
REALM_INLINE void multiply(Register& sum, Register a, Register b) {
  Register pairs = a;
  asm volatile("pmaddwd %1, %0" : "+x"(pairs) : "x"(b));
  asm volatile("paddd %1, %0" : "+x"(sum) : "x"(pairs));
}

#elif defined(__aarch64__)

using Register = int8x16_t;
REALM_INLINE Register load_register(const void* at) {
  return vld1q_s8(static_cast<const int8_t*>(at));
}
REALM_INLINE void multiply(Register& sum, Register a, Register b) {
  asm volatile("smlal %0.8h, %1.8b, %2.8b" : "+w"(sum) : "w"(a), "w"(b));
}

#else

using Register = uint64_t;
REALM_INLINE Register load_register(const void* at) {
  uint64_t word;
  std::memcpy(&word, at, sizeof word);
  return word;
}
REALM_INLINE void multiply(Register& sum, Register a, Register b) {
  sum += a * b;
  asm volatile("" : "+r"(sum));
}

#endif

#if defined(__ARM_FEATURE_MATMUL_INT8)
constexpr int64_t kProducts = 2 * sizeof(Register);
#elif defined(__AVX2__) || defined(__ARM_FEATURE_DOTPROD)
constexpr int64_t kProducts = sizeof(Register);  // of one multiply()
#elif defined(__x86_64__) || defined(__aarch64__)
constexpr int64_t kProducts = 8;
#else
constexpr int64_t kProducts = 1;
#endif

// Enough sums to hide the latency of any of these instructions, few enough for 16 registers.
constexpr int kSums = 10;

uint64_t read_all(const void* at, int64_t bytes) {
  constexpr int kLoads = 4;
  constexpr int64_t kStep = kLoads * static_cast<int64_t>(sizeof(Register));
  const auto* from = static_cast<const char*>(at);
  for (int64_t i = 0; i + kStep <= bytes; i += kStep) {
    for (int j = 0; j < kLoads; ++j) {
      Register v = load_register(from + i + j * static_cast<int64_t>(sizeof(Register)));
#if defined(__x86_64__)
      asm volatile("" : : "x"(v));
#elif defined(__aarch64__)
      asm volatile("" : : "w"(v));
#else
      asm volatile("" : : "r"(v));
#endif
    }
  }
  return static_cast<uint64_t>(bytes / kStep * kStep);
}

// Sums have names, so that they stay in registers; what they begin with is read from volatile
// memory, so that the compiler cannot know that all of them are the same.
int64_t multiply_bytes(int64_t rounds) {
  volatile uint8_t one = 1;
  alignas(64) uint8_t codes[64];
  for (uint8_t& code : codes) code = one;
  const Register a = load_register(codes), b = a;
  Register s0 = a, s1 = a, s2 = a, s3 = a, s4 = a, s5 = a, s6 = a, s7 = a, s8 = a, s9 = a;
  for (int64_t i = 0; i < rounds; ++i) {
    multiply(s0, a, b), multiply(s1, a, b), multiply(s2, a, b), multiply(s3, a, b);
    multiply(s4, a, b), multiply(s5, a, b), multiply(s6, a, b), multiply(s7, a, b);
    multiply(s8, a, b), multiply(s9, a, b);
  }
  return rounds * kSums * kProducts;
}

int64_t multiply_floats(int64_t rounds) {
  volatile float zero = 0;
  alignas(64) float values[kSums * kLanes];
  for (float& value : values) value = zero;
  const auto at = [&](int i) { return load(values + i * kLanes); };
  const F32 a = at(0), b = at(1);
  F32 s0 = at(0), s1 = at(1), s2 = at(2), s3 = at(3), s4 = at(4), s5 = at(5), s6 = at(6),
      s7 = at(7), s8 = at(8), s9 = at(9);
  for (int64_t i = 0; i < rounds; ++i) {
    s0 = fma(s0, a, b), s1 = fma(s1, a, b), s2 = fma(s2, a, b), s3 = fma(s3, a, b);
    s4 = fma(s4, a, b), s5 = fma(s5, a, b), s6 = fma(s6, a, b), s7 = fma(s7, a, b);
    s8 = fma(s8, a, b), s9 = fma(s9, a, b);
  }
  const F32 all = ((s0 + s1) + (s2 + s3)) + ((s4 + s5) + (s6 + s7)) + (s8 + s9);
  store(values, all);
  asm volatile("" : : "r"(values) : "memory");  // what nobody reads would not be computed
  return rounds * kSums * kLanes;
}

}  // namespace

extern const CeilingKernels kCeilings = {&read_all, &multiply_bytes, &multiply_floats};

}  // namespace realm::cpu::REALM_ISA
