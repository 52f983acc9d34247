#include "quantize/types.hpp"

#include <algorithm>
#include <cctype>
#include <iterator>

namespace realm::quantization {
namespace {

using enum Format;
using enum Role;
using enum When;

constexpr Family kFalcon = Family::kFalcon, kNotFalcon = Family::kNotFalcon;

constexpr Rule kRulesQ2_K[] = {
    {kAttentionV, kFourQueryHeads, kQ4_K},
    {kAttentionV, kAlways, kQ3_K},
    {kFfnDown, kAlways, kQ3_K},
    {kAttentionOutput, kEightExperts, kQ5_K, kNotFalcon},
    {kAttentionOutput, kAlways, kQ3_K, kNotFalcon},
};
constexpr Rule kRulesQ3_K_S[] = {
    {kAttentionOutput, kEightExperts, kQ5_K, kNotFalcon},
};
constexpr Rule kRulesQ3_K_M[] = {
    {kAttentionV, kFirstTwo, kQ5_K},
    {kAttentionV, kAlways, kQ4_K},
    {kFfnDown, kFirstSixteenth, kQ5_K},
    {kFfnDown, kAlways, kQ4_K, kNotFalcon},
    {kFfnDown, kMoreBits, kQ4_K, kFalcon},
    {kAttentionOutput, kEightExperts, kQ5_K, kNotFalcon},
    {kAttentionOutput, kAlways, kQ4_K, kNotFalcon},
};
constexpr Rule kRulesQ3_K_L[] = {
    {kAttentionV, kAlways, kQ5_K},
    {kFfnDown, kAlways, kQ5_K, kNotFalcon},
    {kFfnDown, kAlways, kQ4_K, kFalcon},
    {kAttentionOutput, kNotEightExperts, kQ5_K, kNotFalcon},
    {kAttentionOutput, kAlways, kQ4_K, kFalcon},
};
constexpr Rule kRulesQ4_K_S[] = {
    {kAttentionV, kFirstFour, kQ5_K},
    {kFfnDown, kFirstEighth, kQ5_K, kNotFalcon},
    {kAttentionOutput, kEightExperts, kQ5_K, kNotFalcon},
};
constexpr Rule kRulesQ4_K_M[] = {
    {kAttentionV, kMoreBits, kQ6_K},
    {kFfnDown, kMoreBits, kQ6_K, kNotFalcon},
    {kFfnDown, kFirstSixteenth, kQ6_K, kFalcon},
    {kFfnDown, kMoreBits, kQ5_K, kFalcon},
    {kAttentionOutput, kEightExperts, kQ5_K, kNotFalcon},
};
constexpr Rule kRulesQ5_K_M[] = {
    {kAttentionV, kMoreBits, kQ6_K},
    {kFfnDown, kMoreBits, kQ6_K},
};
constexpr Rule kRulesIQ4[] = {
    {kAttentionV, kFourQueryHeads, kQ5_K},
    {kFfnDown, kFirstEighth, kQ5_K},
    {kAttentionOutput, kEightExperts, kQ5_K, kNotFalcon},
};
// Matrices of experts take most of the room; all else stays precise.
constexpr Rule kRulesMxfp4Moe[] = {
    {kTokenEmbedding, kOneMatrix, kQ8_0},  {kAttentionQ, kOneMatrix, kQ8_0},
    {kAttentionK, kOneMatrix, kQ8_0},      {kAttentionV, kOneMatrix, kQ8_0},
    {kAttentionOutput, kOneMatrix, kQ8_0}, {kFfnUp, kOneMatrix, kQ8_0},
    {kFfnGate, kOneMatrix, kQ8_0},         {kFfnDown, kOneMatrix, kQ8_0},
    {kOther, kOneMatrix, kQ8_0},
};

constexpr OutputRule kMore = OutputRule::kMoreBits, kPrecise = OutputRule::kQ8_0;

constexpr Type kTypes[] = {
    {"F32", kF32, 0},
    {"F16", kF16, 1},
    {"BF16", kBF16, 32},
    {"Q2_K", kQ2_K, 10, kMore, kRulesQ2_K},
    {"Q3_K_S", kQ3_K, 11, kMore, kRulesQ3_K_S},
    {"Q3_K_M", kQ3_K, 12, kMore, kRulesQ3_K_M},
    {"Q3_K_L", kQ3_K, 13, kMore, kRulesQ3_K_L},
    {"IQ4_XS", kIQ4_XS, 30, kMore, kRulesIQ4},
    {"MXFP4", kMXFP4, 38, kPrecise},
    {"MXFP4_MOE", kMXFP4, 38, kPrecise, kRulesMxfp4Moe},
    {"IQ4_NL", kIQ4_NL, 25, kMore, kRulesIQ4},
    {"Q4_0", kQ4_0, 2, kMore},
    {"Q4_K_S", kQ4_K, 14, kMore, kRulesQ4_K_S},
    {"Q4_K_M", kQ4_K, 15, kMore, kRulesQ4_K_M},
    {"Q4_1", kQ4_1, 3, kMore},
    {"Q5_0", kQ5_0, 8, kMore},
    {"Q5_K_S", kQ5_K, 16, kMore},
    {"Q5_K_M", kQ5_K, 17, kMore, kRulesQ5_K_M},
    {"Q5_1", kQ5_1, 9, kMore},
    {"Q6_K", kQ6_K, 18, kMore},
    {"Q8_0", kQ8_0, 7, kMore},
    // Blocks that other programs use for activations only; here they are weights like any other.
    {"Q8_1", kQ8_1},
    {"Q8_K", kQ8_K},
};

struct Alias {
  std::string_view name;
  std::string_view type;
};
constexpr Alias kAliases[] = {{"Q3_K", "Q3_K_M"}, {"Q4_K", "Q4_K_M"}, {"Q5_K", "Q5_K_M"}};

struct Fallback {
  Format from;
  Format to;
};
// From blocks of 256 to blocks of 32 with about as many bits or more.
constexpr Fallback kFallbacks[] = {
    {kQ2_K, kQ4_0}, {kQ3_K, kQ4_0}, {kIQ4_XS, kIQ4_NL}, {kQ4_K, kQ5_0},
    {kQ5_K, kQ5_1}, {kQ6_K, kQ8_0}, {kQ8_K, kQ8_0},
};

bool same_name(std::string_view a, std::string_view b) {
  const auto upper = [](char c) { return std::toupper(static_cast<unsigned char>(c)); };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](char x, char y) { return upper(x) == upper(y); });
}

}  // namespace

std::span<const Type> all_types() { return kTypes; }

const Type* find_type(std::string_view name) {
  for (const Alias& alias : kAliases) {
    if (same_name(alias.name, name)) name = alias.type;
  }
  const auto* found = std::find_if(std::begin(kTypes), std::end(kTypes),
                                   [&](const Type& type) { return same_name(type.name, name); });
  return found == std::end(kTypes) ? nullptr : found;
}

Format fallback_of(Format format, uint64_t cols) {
  for (const Fallback& row : kFallbacks) {
    if (row.from == format && row_bytes(row.to, cols)) return row.to;
  }
  return kF16;
}

}  // namespace realm::quantization
