// Kernels that go over one row element by element.
#include "backend/cpu/kernels/kernels.hpp"
#include "backend/cpu/simd/math.hpp"

namespace realm::cpu::REALM_ISA {
namespace {

// out[i] = f(in[i]...) over whole vectors, then the rest in a partial one: the same instructions.
template <class F>
void map1(const float* x, float* out, int64_t n, F f) {
  int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) store(out + i, f(load(x + i)));
  if (i < n) store_n(out + i, f(load_n(x + i, n - i)), n - i);
}

template <class F>
void map2(const float* a, const float* b, float* out, int64_t n, F f) {
  int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) store(out + i, f(load(a + i), load(b + i)));
  if (i < n) store_n(out + i, f(load_n(a + i, n - i), load_n(b + i, n - i)), n - i);
}

}  // namespace

void rms_norm(const float* x, const float* weight, float* out, int64_t n, float eps) {
  F32 sums[4] = {set1(0), set1(0), set1(0), set1(0)};
  int64_t i = 0;
  for (; i + 4 * kLanes <= n; i += 4 * kLanes) {
    for (int s = 0; s < 4; ++s) {
      const F32 v = load(x + i + s * kLanes);
      sums[s] = fma(v, v, sums[s]);
    }
  }
  for (; i < n; i += kLanes) {
    const F32 v = load_n(x + i, n - i < kLanes ? n - i : kLanes);
    sums[0] = fma(v, v, sums[0]);
  }
  const float sum = reduce_add((sums[0] + sums[1]) + (sums[2] + sums[3]));
  const F32 scale = set1(1.0f / __builtin_sqrtf(sum / static_cast<float>(n) + eps));
  map2(x, weight, out, n, [scale](F32 v, F32 w) { return v * scale * w; });
}

void layer_norm(const float* x, const float* weight, const float* bias, float* out, int64_t n,
                float eps) {
  const auto count = static_cast<float>(n);
  F32 sums[4] = {set1(0), set1(0), set1(0), set1(0)};
  int64_t i = 0;
  for (; i + 4 * kLanes <= n; i += 4 * kLanes) {
    for (int s = 0; s < 4; ++s) sums[s] = sums[s] + load(x + i + s * kLanes);
  }
  for (; i < n; i += kLanes) {
    sums[0] = sums[0] + load_n(x + i, n - i < kLanes ? n - i : kLanes);
  }
  const F32 mean = set1(reduce_add((sums[0] + sums[1]) + (sums[2] + sums[3])) / count);
  for (F32& sum : sums) sum = set1(0);
  for (i = 0; i + 4 * kLanes <= n; i += 4 * kLanes) {
    for (int s = 0; s < 4; ++s) {
      const F32 d = load(x + i + s * kLanes) - mean;
      sums[s] = fma(d, d, sums[s]);
    }
  }
  for (; i < n; i += kLanes) {
    const int64_t lanes = n - i < kLanes ? n - i : kLanes;
    const F32 d = keep_lanes(load_n(x + i, lanes) - mean, 0, lanes, set1(0));
    sums[0] = fma(d, d, sums[0]);
  }
  const float squares = reduce_add((sums[0] + sums[1]) + (sums[2] + sums[3]));
  const F32 scale = set1(1.0f / __builtin_sqrtf(squares / count + eps));
  map2(x, weight, out, n, [mean, scale](F32 v, F32 w) { return (v - mean) * scale * w; });
  if (bias != nullptr) map2(out, bias, out, n, [](F32 v, F32 b) { return v + b; });
}

void softmax(const float* x, float* out, int64_t n, float scale) {
  const F32 factor = set1(scale);
  const F32 lowest = set1(-__builtin_inff());
  F32 most = lowest;
  int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) most = max(load(x + i) * factor, most);
  if (i < n) most = max(keep_lanes(load_n(x + i, n - i) * factor, 0, n - i, lowest), most);
  const F32 largest = set1(reduce_max(most));
  F32 sums = set1(0);
  for (i = 0; i + kLanes <= n; i += kLanes) {
    const F32 p = exp(load(x + i) * factor - largest);
    store(out + i, p);
    sums = sums + p;
  }
  if (i < n) {
    const F32 p = exp(load_n(x + i, n - i) * factor - largest);
    store_n(out + i, p, n - i);
    sums = sums + keep_lanes(p, 0, n - i, set1(0));
  }
  const F32 inverse = set1(1.0f / reduce_add(sums));
  map1(out, out, n, [inverse](F32 p) { return p * inverse; });
}

void exp_row(const float* x, float* out, int64_t n) {
  map1(x, out, n, [](F32 v) { return exp(v); });
}
void tanh_row(const float* x, float* out, int64_t n) {
  map1(x, out, n, [](F32 v) { return tanh(v); });
}
void erf_row(const float* x, float* out, int64_t n) {
  map1(x, out, n, [](F32 v) { return erf(v); });
}
void silu_row(const float* x, float* out, int64_t n) {
  map1(x, out, n, [](F32 v) { return silu(v); });
}
void gelu_erf_row(const float* x, float* out, int64_t n) {
  map1(x, out, n, [](F32 v) { return gelu_erf(v); });
}
void gelu_tanh_row(const float* x, float* out, int64_t n) {
  map1(x, out, n, [](F32 v) { return gelu_tanh(v); });
}
void add_row(const float* a, const float* b, float* out, int64_t n) {
  map2(a, b, out, n, [](F32 u, F32 v) { return u + v; });
}
void mul_row(const float* a, const float* b, float* out, int64_t n) {
  map2(a, b, out, n, [](F32 u, F32 v) { return u * v; });
}
void silu_mul(const float* gate, const float* up, float* out, int64_t n) {
  map2(gate, up, out, n, [](F32 g, F32 u) { return silu(g) * u; });
}
void gelu_tanh_mul(const float* gate, const float* up, float* out, int64_t n) {
  map2(gate, up, out, n, [](F32 g, F32 u) { return gelu_tanh(g) * u; });
}
void softcap_row(const float* x, float* out, int64_t n, float cap) {
  const F32 to = set1(cap);
  const F32 inverse = set1(1.0f / cap);
  map1(x, out, n, [to, inverse](F32 v) { return to * tanh(v * inverse); });
}
void scale_row(const float* x, float* out, int64_t n, float factor) {
  map1(x, out, n, [factor](F32 v) { return v * set1(factor); });
}

void rope_halves(const float* x, const float* table, float* out, int64_t half, int64_t n) {
  const float* sine = table + half;
  for (int64_t j = 0; j < half; j += kLanes) {
    const int64_t lanes = half - j < kLanes ? half - j : kLanes;
    const F32 a = load_n(x + j, lanes);
    const F32 b = load_n(x + half + j, lanes);
    const F32 c = load_n(table + j, lanes);
    const F32 s = load_n(sine + j, lanes);
    store_n(out + j, a * c - b * s, lanes);
    store_n(out + half + j, b * c + a * s, lanes);
  }
  for (int64_t i = 2 * half; i < n; ++i) out[i] = x[i];
}

void rope_adjacent(const float* x, const float* table, float* out, int64_t half, int64_t n) {
  const float* sine = table + half;
  int64_t j = 0;
  constexpr int kPairs = 16;
  for (; j + kPairs <= half; j += kPairs) {
    float turned[2 * kPairs];  // `out` may be `x`
    for (int i = 0; i < kPairs; ++i) {
      const float a = x[2 * (j + i)];
      const float b = x[2 * (j + i) + 1];
      turned[2 * i] = a * table[j + i] - b * sine[j + i];
      turned[2 * i + 1] = b * table[j + i] + a * sine[j + i];
    }
    for (int i = 0; i < 2 * kPairs; ++i) out[2 * j + i] = turned[i];
  }
  for (; j < half; ++j) {
    const float a = x[2 * j];
    const float b = x[2 * j + 1];
    out[2 * j] = a * table[j] - b * sine[j];
    out[2 * j + 1] = b * table[j] + a * sine[j];
  }
  for (int64_t i = 2 * half; i < n; ++i) out[i] = x[i];
}

}  // namespace realm::cpu::REALM_ISA
