// Declarations of this instruction set's kernels, for its table. See ../kernels.hpp for what each
// does.
#pragma once

#include "backend/cpu/kernels.hpp"

namespace realm::cpu::REALM_ISA {

void rms_norm(const float* x, const float* weight, float* out, int64_t n, float eps);
void layer_norm(const float* x, const float* weight, const float* bias, float* out, int64_t n,
                float eps);
void softmax(const float* x, float* out, int64_t n, float scale);
void exp_row(const float* x, float* out, int64_t n);
void tanh_row(const float* x, float* out, int64_t n);
void erf_row(const float* x, float* out, int64_t n);
void silu_row(const float* x, float* out, int64_t n);
void gelu_erf_row(const float* x, float* out, int64_t n);
void gelu_tanh_row(const float* x, float* out, int64_t n);
void add_row(const float* a, const float* b, float* out, int64_t n);
void mul_row(const float* a, const float* b, float* out, int64_t n);
void silu_mul(const float* gate, const float* up, float* out, int64_t n);
void gelu_tanh_mul(const float* gate, const float* up, float* out, int64_t n);
void softcap_row(const float* x, float* out, int64_t n, float cap);
void scale_row(const float* x, float* out, int64_t n, float factor);

void rope_adjacent(const float* x, const float* table, float* out, int64_t half, int64_t n);
void rope_halves(const float* x, const float* table, float* out, int64_t half, int64_t n);

void store_row(const float* x, void* out, int64_t n, Element element);
void load_row(const void* x, float* out, int64_t n, Element element);
void store_strided(const float* x, void* out, int64_t n, int64_t stride, Element element);

void kv_block(const float* x, uint8_t* codes, uint16_t* scale, KvFormat format);

void attend_queries(const float* q, int32_t rows, int32_t head_dim, float scale, KvFormat format,
                    float* out);
void attend(const AttendChunk& chunk);
void attend_fold(const AttendFold& fold);
void attend_finish(const float* mix, float sum, float* out, int64_t head_dim);

extern const Kernels kKernels;

}  // namespace realm::cpu::REALM_ISA
