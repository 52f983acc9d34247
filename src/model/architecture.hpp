// The architectures that this build runs. Adding one is a straight-line file like
// families/llama.cpp, which ends with its row, and the row's name in architecture.cpp.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "gguf/metadata.hpp"
#include "model/config.hpp"
#include "model/step_views.hpp"
#include "model/weights.hpp"
#include "realm/error.hpp"

namespace realm {

class Device;
class Stream;
class WeightBinder;

struct Architecture {
  std::string_view name;  ///< GGUF's general.architecture
  RopePairs pairs;        ///< which elements turn together: a habit, not in the file
  /// Reads and judges the numbers, all but vocab_size; errors name the key.
  Result<Config> (*read_config)(const gguf::Metadata& metadata, std::string_view architecture,
                                RopePairs pairs);
  /// Names every tensor that the passes below use, with its shape.
  void (*declare)(WeightBinder& file, const Config& config, Weights& weights);
  void (*layers)(Stream& s, const Config& c, const Weights& w, const StepViews& v);
  /// Null for encoders.
  void (*head)(Stream& s, const Config& c, const Weights& w, const HeadViews& v);
  std::span<const std::string_view> ops;  ///< that the two passes need
};

std::span<const Architecture* const> architectures();

/// The row called `name`, or an error that lists those there are.
Result<const Architecture*> find_architecture(const std::string& name);

/// Every op that `architecture` needs has a kernel, or the error names those that have none.
Result<void> check_ops(const Architecture& architecture, const Device& device);

}  // namespace realm
