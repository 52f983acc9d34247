#include "synthetic/shapes.hpp"

#include <algorithm>
#include <iterator>

namespace realm::synthetic {
namespace {

constexpr std::string_view kLlama = "llama", kQwen2 = "qwen2";

// clang-format off
// Of every size once, from a test's to a workstation's. llama-1b is no published model: 1.1 B
// parameters of the usual proportions, and a vocabulary that does not outweigh the layers. llama-160m
// is the smallest published one whose rows are whole blocks of 256, as K-quants want them.
constexpr ModelShape kShapes[] = {
    // name           family  layers   dim     ff heads kv  head   vocab context     base   eps  tied   bias
    {"tiny",          kLlama,      2,  256,   512,  4,  2,   64,    512,   2048,   1e4f, 1e-5f, false, false},
    {"smollm2-135m",  kLlama,     30,  576,  1536,  9,  3,   64,  49152,   8192,   1e5f, 1e-5f,  true, false},
    {"llama-160m",    kLlama,     12,  768,  3072, 12, 12,   64,  32000,   2048,   1e4f, 1e-6f, false, false},
    {"qwen2-0.5b",    kQwen2,     24,  896,  4864, 14,  2,   64, 151936,  32768,   1e6f, 1e-6f,  true,  true},
    {"llama-1b",      kLlama,     16, 2048,  8192, 32,  8,   64,  32000, 131072,   5e5f, 1e-5f, false, false},
    {"llama-3b",      kLlama,     28, 3072,  8192, 24,  8,  128, 128256, 131072,   5e5f, 1e-5f,  true, false},
    {"mistral-7b",    kLlama,     32, 4096, 14336, 32,  8,  128,  32000,  32768,   1e6f, 1e-5f, false, false},
    {"llama-8b",      kLlama,     32, 4096, 14336, 32,  8,  128, 128256, 131072,   5e5f, 1e-5f, false, false},
    {"llama-70b",     kLlama,     80, 8192, 28672, 64,  8,  128, 128256, 131072,   5e5f, 1e-5f, false, false},
};
// clang-format on

}  // namespace

std::span<const ModelShape> all_shapes() { return kShapes; }

const ModelShape* find_shape(std::string_view name) {
  const auto* found = std::find_if(std::begin(kShapes), std::end(kShapes),
                                   [&](const ModelShape& shape) { return shape.name == name; });
  return found == std::end(kShapes) ? nullptr : found;
}

}  // namespace realm::synthetic
