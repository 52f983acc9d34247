// Generation: one request on its way through the engine: its tokens, its sampler, its text, its
// clock. Made on the caller's thread, then owned by the worker.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>

#include "engine/answer_text.hpp"
#include "engine/places.hpp"
#include "engine/sampler.hpp"
#include "engine/scheduler.hpp"
#include "realm/engine.hpp"

namespace realm {

class Generation {
 public:
  using Clock = std::chrono::steady_clock;

  /// What a request was checked to be.
  struct Plan {
    std::vector<TokenId> prompt;
    int32_t max_tokens = 0;   ///< what max_tokens or the context allows
    bool to_context = false;  ///< it is the context
    uint64_t seed = 0;
  };

  /// `place` is given up before the sink is told the finish.
  Generation(RequestId id, Request request, Plan plan, const Tokenizer& tokenizer, EventSink sink,
             Places::Place place = {});

  RequestId id() const { return id_; }
  Sequence& sequence() { return sequence_; }
  bool finished() const { return finished_; }

  /// The first step with this request begins.
  void start();
  /// The logits behind the last token: samples the next one, or ends the answer. Tells the sink.
  void advance(std::span<float> logits);
  /// Ends the answer without a token of its own. Tells the sink, unless it had its finish.
  void end(FinishReason reason, std::optional<Error> error = {});

 private:
  void finish(Event event, FinishReason reason);
  void tell(const Event& event);

  RequestId id_;
  Tokenizer tokenizer_;
  Plan plan_;
  Sampler sampler_;
  AnswerText text_;
  EventSink sink_;
  Places::Place place_;
  Sequence sequence_;
  bool ignore_end_;
  bool finished_ = false;
  int32_t answer_tokens_ = 0;
  Clock::time_point submitted_;
  std::optional<Clock::time_point> started_;
  std::optional<Clock::time_point> first_token_;
};

}  // namespace realm
