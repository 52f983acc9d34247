// Conversions between float32 and the elements of caches and float weights.
#include "backend/cpu/kernels/kernels.hpp"
#include "backend/cpu/simd/simd.hpp"

namespace realm::cpu::REALM_ISA {
namespace {

// Calls f.operator()<element>().
template <class F>
void with_element(Element element, F&& f) {
  switch (element) {
    case Element::kF32:
      return f.template operator()<Element::kF32>();
    case Element::kF16:
      return f.template operator()<Element::kF16>();
    case Element::kBF16:
      return f.template operator()<Element::kBF16>();
  }
}

template <class T>
void scatter(const T* lanes, T* out, int64_t n, int64_t stride) {
  for (int64_t i = 0; i < n; ++i) out[i * stride] = lanes[i];
}

}  // namespace

void store_row(const float* x, void* out, int64_t n, Element element) {
  with_element(element, [=]<Element e>() {
    int64_t i = 0;
    for (; i + kLanes <= n; i += kLanes) store_as<e>(out, i, load(x + i));
    if (i < n) store_as_n<e>(out, i, load_n(x + i, n - i), n - i);
  });
}

void load_row(const void* x, float* out, int64_t n, Element element) {
  with_element(element, [=]<Element e>() {
    int64_t i = 0;
    for (; i + kLanes <= n; i += kLanes) store(out + i, load_as<e>(x, i));
    if (i < n) store_n(out + i, load_as_n<e>(x, i, n - i), n - i);
  });
}

void store_strided(const float* x, void* out, int64_t n, int64_t stride, Element element) {
  if (element == Element::kF32) return scatter(x, static_cast<float*>(out), n, stride);
  auto* halves = static_cast<uint16_t*>(out);
  constexpr int kBlock = 64;
  uint16_t lanes[kBlock];
  for (int64_t i = 0; i < n; i += kBlock) {
    const int64_t count = n - i < kBlock ? n - i : kBlock;
    store_row(x + i, lanes, count, element);
    scatter(lanes, halves + i * stride, count, stride);
  }
}

}  // namespace realm::cpu::REALM_ISA
