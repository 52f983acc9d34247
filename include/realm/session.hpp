// Session: a model without scheduler or sampler. Tokens in, logits out, for measurements:
// perplexity, speed, comparisons.
//
// A session holds sequences 0 .. EngineOptions::max_sequences - 1, all empty at first. forward()
// appends to them, truncate() takes back. Belongs to one thread at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "realm/error.hpp"
#include "realm/model_info.hpp"
#include "realm/tokenizer.hpp"

namespace realm {

struct EngineParts;

/// Tokens to append to one sequence.
struct Feed {
  int32_t sequence = 0;
  std::span<const TokenId> tokens = {};
  int32_t logits = 0;  ///< of the last so many of these tokens
};

class Session {
 public:
  /// As Engine::open().
  static Result<std::unique_ptr<Session>> open(const std::string& path,
                                               const EngineOptions& options);
  static Result<std::unique_ptr<Session>> create(EngineParts parts, const EngineOptions& options);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  const ModelInfo& info() const;
  const Tokenizer& tokenizer() const;

  /// Appends and computes: one row of vocab_size floats for every logits row that the feeds ask
  /// for, in their order, row r at logits[r * vocab_size]. Feeds of one token each are computed
  /// together in one step (up to what fits); longer ones in chunks that end at multiples of
  /// chunk_tokens from the sequence's start. Each sequence may occur once.
  /// Errors: kInvalidArgument for ids outside the vocabulary, a sequence that is not there or
  /// becomes longer than the context, or `logits` too small; then nothing has changed. After other
  /// errors the sequences fed are empty.
  Result<void> forward(std::span<const Feed> feeds, std::span<float> logits);

  /// Tokens that the sequence holds.
  int32_t length(int32_t sequence) const;
  /// Keeps the first `tokens` tokens of a sequence, at most its length. A sequence that is not
  /// there is left alone.
  void truncate(int32_t sequence, int32_t tokens);

 private:
  struct Impl;
  explicit Session(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace realm
