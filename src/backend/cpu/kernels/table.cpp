#include "backend/cpu/kernels/kernels.hpp"

#if defined(REALM_ISA_AVX512)
namespace realm::cpu::avx512bf16 {  // attention_bf16.cpp
void attend_queries(const float* q, int32_t rows, int32_t head_dim, float scale, KvFormat format,
                    float* out);
void attend(const AttendChunk& chunk);
}  // namespace realm::cpu::avx512bf16
#endif

namespace realm::cpu::REALM_ISA {

namespace {

// All but attention.
constexpr Kernels table(decltype(Kernels::attend_queries) queries,
                        decltype(Kernels::attend) attend) {
  return {
      .rms_norm = &rms_norm,
      .layer_norm = &layer_norm,
      .softmax = &softmax,
      .exp = &exp_row,
      .tanh = &tanh_row,
      .erf = &erf_row,
      .silu = &silu_row,
      .gelu_erf = &gelu_erf_row,
      .gelu_tanh = &gelu_tanh_row,
      .add = &add_row,
      .mul = &mul_row,
      .silu_mul = &silu_mul,
      .gelu_tanh_mul = &gelu_tanh_mul,
      .softcap = &softcap_row,
      .scale = &scale_row,
      .rope_adjacent = &rope_adjacent,
      .rope_halves = &rope_halves,
      .store = &store_row,
      .load = &load_row,
      .store_strided = &store_strided,
      .kv_block = &kv_block,
      .attend_queries = queries,
      .attend = attend,
      .attend_fold = &attend_fold,
      .attend_finish = &attend_finish,
  };
}

}  // namespace

extern const Kernels kKernels = table(&attend_queries, &attend);

#if defined(REALM_ISA_AVX512)
extern const Kernels kBf16Kernels = table(&avx512bf16::attend_queries, &avx512bf16::attend);
#endif

}  // namespace realm::cpu::REALM_ISA
