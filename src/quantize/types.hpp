// The types that a file can be made into, and the mixes behind their names: a table of facts. They
// are what files of these names have had for years (llama.cpp made the names), so that a Q4_K_M of
// Realm has the size and the quality that its name lets people expect.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "quantize/tensor_role.hpp"
#include "realm/format.hpp"

namespace realm::quantization {

/// When a rule of a mix holds. Layers are counted over all of the tensor's role: see Mix.
enum class When : uint8_t {
  kAlways,
  kFirstTwo,        ///< layers
  kFirstFour,       ///< layers
  kFirstEighth,     ///< of the layers
  kFirstSixteenth,  ///< of the layers
  kMoreBits,        ///< the first and last eighth of the layers, and every third between
  kFourQueryHeads,  ///< at least, to a head of keys
  kEightExperts,    ///< exactly: the model is small enough per expert for it
  kNotEightExperts,
  kOneMatrix,  ///< not one for every expert
};

/// Architectures that a rule is for.
enum class Family : uint8_t { kAny, kFalcon, kNotFalcon };

struct Rule {
  Role role;
  When when;
  Format format;
  Family family = Family::kAny;
};

/// How the output matrix, or an embedding that serves as one, is chosen.
enum class OutputRule : uint8_t {
  kAsOthers,
  kMoreBits,  ///< Q6_K; Q8_0 for Falcon and where the type's blocks do not divide the rows
  kQ8_0,
};

struct Type {
  std::string_view name;
  Format format;                        ///< where no rule says otherwise
  std::optional<uint32_t> file_type{};  ///< general.file_type; empty: GGUF has no number for it
  OutputRule output = OutputRule::kAsOthers;
  std::span<const Rule> rules{};  ///< the first that holds for a tensor counts
};

/// The type called `name` (any case), or nullptr. Q3_K, Q4_K and Q5_K are their _M mixes.
const Type* find_type(std::string_view name);
std::span<const Type> all_types();

/// The format for rows of `cols` elements that blocks of `format` do not divide.
Format fallback_of(Format format, uint64_t cols);

/// Whether a layer is one of those that get more bits.
constexpr bool gets_more_bits(int layer, int layers) {
  return layer < layers / 8 || layer >= 7 * layers / 8 || (layer - layers / 8) % 3 == 2;
}

}  // namespace realm::quantization
