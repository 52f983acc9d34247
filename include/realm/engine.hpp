// Engine: text generation for many requests at once on one model.
//
// A worker thread owns the model. It decodes all running requests in one batch over a paged KV
// cache, and tells each request's sink what happens. Everything here may be called from any number
// of threads, submit() and cancel() also from within a sink.
//
// The text of a request depends on its prompt, its options and its seed (and on the model, the
// device and EngineOptions::chunk_tokens), never on other requests, load or the number of threads.
//
//   auto engine = Engine::open("model.gguf", {});
//   Request request{.prompt = TextPrompt{"Once upon a time"}, .max_tokens = 32};
//   auto answer = (*engine)->complete(request);
//   std::cout << answer->text;
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "realm/chat.hpp"
#include "realm/error.hpp"
#include "realm/model_info.hpp"
#include "realm/sampling.hpp"
#include "realm/tokenizer.hpp"

namespace realm {

struct TextPrompt {
  std::string text = {};
  bool add_special = true;     ///< begin of sequence and the like, where the model wants them
  bool parse_special = false;  ///< the text may name control tokens: trusted text
};

struct TokenPrompt {
  std::vector<TokenId> ids = {};  ///< as they are; nothing is added
};

/// A conversation, written as the model's own chat template has it. What messages contain stays
/// text: control tokens spelled in them are not taken for control tokens.
struct ChatPrompt {
  std::vector<ChatMessage> messages = {};
  bool add_generation_prompt = true;  ///< ends with the opening of the assistant's turn
  /// Ids that the conversation had so far: an earlier prompt of it (Engine::tokenize()) and
  /// Answer::tokens. As far as they spell the same, they are used as they are, so that the cache
  /// knows them; without them the same text may come in other tokens.
  std::vector<TokenId> kept = {};
};

using Prompt = std::variant<TextPrompt, TokenPrompt, ChatPrompt>;

struct Request {
  Prompt prompt = {};
  SamplingParams sampling = {};            ///< start from Engine::info().sampling
  std::optional<int32_t> max_tokens = {};  ///< 0 and up; missing: until the context is full
  /// The answer ends before the first of these, which is not part of it. At most 16, none empty,
  /// each at most 1024 bytes.
  std::vector<std::string> stop = {};
  bool ignore_end = false;      ///< tokens that end an answer are tokens like any other
  bool render_special = false;  ///< the text shows control tokens by their names
};

enum class RequestId : uint64_t {};

enum class FinishReason {
  kStopToken,   ///< the model ended its answer
  kStopString,  ///< one of Request::stop came up
  kLength,      ///< max_tokens were made, or the context is full
  kCancelled,   ///< by cancel(), or the engine went away
  kError,       ///< see Finish::error
};
const char* to_string(FinishReason reason);  ///< "stop_token", "stop_string", ...

struct Finish {
  FinishReason reason = FinishReason::kError;
  std::optional<Error> error = {};  ///< with kError
  std::string stop_string = {};     ///< with kStopString, which one
  bool context_full = false;        ///< with kLength: it was the context, not max_tokens
  uint64_t seed = 0;                ///< the one in use: with it the answer can be had again

  int32_t prompt_tokens = 0;
  int32_t cached_tokens = 0;  ///< of these, found in the cache instead of computed
  int32_t answer_tokens = 0;  ///< sampled, with the token that ended the answer

  double queue_seconds = 0;   ///< submit() to the first step
  double prompt_seconds = 0;  ///< first step to first token
  double decode_seconds = 0;  ///< first token to the end: answer_tokens - 1 tokens
};

/// One event per sampled token, the last one with `finish`; an answer that ends without a new token
/// (cancelled, failed) has a last event without `token`.
struct Event {
  RequestId request{};
  std::optional<TokenId> token = {};
  /// Whole UTF-8. The texts of all events joined are the answer; a single one may be empty, as long
  /// as a character is incomplete or a stop string may have begun.
  std::string text = {};
  std::optional<Finish> finish = {};
};

/// Runs on the engine's worker thread: must not block for long and must not throw (its request ends
/// if it does). It is called with finish exactly once for every request that was accepted, and
/// never after that.
using EventSink = std::function<void(const Event&)>;

struct Answer {
  std::string text = {};
  std::vector<TokenId> tokens = {};
  Finish finish = {};
};

struct EngineStats {
  int32_t running = 0;
  int32_t waiting = 0;
  int32_t cache_pages = 0;       ///< of the pool
  int32_t cache_pages_used = 0;  ///< held by running requests
  uint64_t preemptions = 0;      ///< requests that had to give back their pages, in all
  uint64_t steps = 0;            ///< batches computed, in all
  uint64_t refused = 0;          ///< requests that found no place to wait, in all
};

struct EngineParts;  // src/engine/engine_parts.hpp: a model loaded by other means

class Engine {
 public:
  /// Loads the GGUF file at `path` (the first one of a split model) onto a device. Errors: see
  /// Code; the message names file, tensor or device.
  static Result<std::unique_ptr<Engine>> open(const std::string& path,
                                              const EngineOptions& options);
  static Result<std::unique_ptr<Engine>> create(EngineParts parts, const EngineOptions& options);

  /// Cancels what still runs or waits: every sink gets its finish.
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// Tokenizes and checks the request on the caller's thread, then queues it. kInvalidArgument when
  /// the request is wrong, or when its prompt leaves no room in the context: it is never cut. kBusy
  /// when max_sequences + max_waiting requests have not had their finish: a server's 429 or 503. A
  /// request's place is free again when its sink is told the finish, also for that sink.
  Result<RequestId> submit(Request request, EventSink sink);

  /// Ends a request soon, before the next token. Its sink gets the finish; no effect on one that
  /// has finished already.
  void cancel(RequestId id);

  /// submit() and wait. `sink` may be empty. A request that fails on the way is an error here. Not
  /// to be called from a sink.
  Result<Answer> complete(Request request, const EventSink& sink = {});

  /// The ids that a prompt becomes.
  Result<std::vector<TokenId>> tokenize(const Prompt& prompt) const;

  const ModelInfo& info() const;
  const Tokenizer& tokenizer() const;
  EngineStats stats() const;

 private:
  struct Impl;
  explicit Engine(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace realm
