// EngineParts: a loaded model, as the engine takes it over. Engine::open() fills it from a file;
// tests fill it with fakes.
#pragma once

#include <memory>
#include <optional>

#include "backend/device.hpp"
#include "engine/scheduler.hpp"
#include "gguf/gguf.hpp"
#include "model/facts.hpp"
#include "model/step.hpp"
#include "realm/error.hpp"
#include "realm/model_info.hpp"
#include "realm/tokenizer.hpp"
#include "text/jinja/chat.hpp"

namespace realm {

struct EngineParts {
  ModelInfo info = {};
  Tokenizer tokenizer;
  /// Missing: the model has none. An error: it has one that cannot be parsed, which is told to who
  /// asks for it; the model is of use without.
  std::optional<Result<ChatTemplate>> chat_template = {};
  /// Whatever the runner needs to stay alive, the device above all.
  std::shared_ptr<void> owner = {};
  std::unique_ptr<StepRunner> runner = {};  // after `owner`: goes first
};

/// What the file and the device say; the rest of ModelInfo is the caller's.
ModelInfo describe_model(const ModelFacts& facts, const Device& device);

/// A model file that is open, loaded onto the device of `options`; errors do not begin with its
/// name.
Result<EngineParts> load_parts(const gguf::File& file, const EngineOptions& options);

/// Checks that the parts fit each other and completes `info` with what the runner knows. The budget
/// is what the options make of the runner's limits. kInvalidArgument for options outside them.
Result<Budget> take_over(EngineParts& parts, const EngineOptions& options);

}  // namespace realm
