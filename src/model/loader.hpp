// Loads a model file onto a device: everything that can be wrong with the file, the device or the
// memory is found here and named, so that a loaded model runs.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "backend/device.hpp"
#include "base/log.hpp"
#include "gguf/gguf.hpp"
#include "model/facts.hpp"
#include "model/memory_plan.hpp"
#include "model/step.hpp"
#include "realm/error.hpp"
#include "realm/tokenizer.hpp"

namespace realm {

/// What a model is loaded for.
enum class LoadUse : uint8_t {
  kGenerate,  ///< logits; encoders are refused
  kEmbed,     ///< states
};

struct LoadOptions {
  LoadUse use = LoadUse::kGenerate;
  /// Longest sequence; 0: the model's own, at most 8192, and with LongRoPE at most the context
  /// before it grew: a longer one has other factors, also for short texts.
  int32_t context_tokens = 0;
  std::optional<Format> cache_format =
      std::nullopt;  ///< of keys and values (ops/attention/cache_format.hpp); empty: the device's
  int32_t block_tokens = 64;  ///< tokens a page holds
  /// Pages; 0: a full context for each of max_sequences, less where that is more than half of the
  /// device's memory, but always one full context.
  int32_t n_blocks = 0;
  int32_t max_rows = 512;      ///< rows of one step; an encoder's is at least a context
  int32_t max_sequences = 16;  ///< sequences of one step
  /// The file stays mapped and its bytes are the weights, where the device takes them; where it
  /// does not, it is told on the log and they are packed.
  bool map_weights = false;
  /// Folder of packed-cache files (load/packed_cache.hpp); empty: none. A cache that cannot be used
  /// or written is told on the log.
  std::string packed_cache = {};
};

struct LoadedModel {
  ModelFacts facts;
  std::optional<Tokenizer> tokenizer;  ///< absent only where the file has no vocabulary
  MemoryPlan memory;
  bool encoder = false;                ///< it embeds and has no logits
  std::unique_ptr<StepRunner> runner;  ///< its limits() are what was granted
};

/// Loads the GGUF file (or the first of its parts) at `path`. `device` must outlive the result.
/// Errors: kNotFound; kCorruptFile (a key or tensor is missing or contradicts the others);
/// kUnsupported (architecture, format, or an op that the device lacks, by name); kOutOfMemory with
/// the plan's numbers, before anything is allocated; kInvalidArgument for options.
Result<LoadedModel> load_model(const std::string& path, Device& device, const LoadOptions& options,
                               const LogSink& log = {});
/// The same of a file that is open; errors do not begin with its name.
Result<LoadedModel> load_model(const gguf::File& file, Device& device, const LoadOptions& options,
                               const LogSink& log = {});

/// The facts and the vocabulary alone; also of vocabulary-only files. Needs no device.
struct ModelText {
  ModelFacts facts;
  std::optional<Tokenizer> tokenizer;
};
Result<ModelText> load_text(const std::string& path);

}  // namespace realm
