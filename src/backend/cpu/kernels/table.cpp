#include "backend/cpu/kernels/kernels.hpp"

namespace realm::cpu::REALM_ISA {

extern const Kernels kKernels = {
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
    .attend_queries = &attend_queries,
    .attend = &attend,
    .attend_fold = &attend_fold,
    .attend_finish = &attend_finish,
};

}  // namespace realm::cpu::REALM_ISA
