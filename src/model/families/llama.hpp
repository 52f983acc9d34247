// Llama's passes, which its relatives share: see llama.cpp.
#pragma once

#include "model/families/families.hpp"
#include "ops/op_list.hpp"

namespace realm::families {

inline constexpr std::string_view kLlamaOps[] = {
    Embed::kName,     RopeTable::kName,  NormQkvRope::kName, Attention::kName,
    LinearAdd::kName, NormGateUp::kName, NormLinear::kName};

void llama_declare(WeightBinder& file, const Config& config, Weights& weights);
void llama_layers(Stream& s, const Config& c, const Weights& w, const StepViews& v);
void llama_head(Stream& s, const Config& c, const Weights& w, const HeadViews& v);

}  // namespace realm::families
