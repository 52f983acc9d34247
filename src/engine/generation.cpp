#include "engine/generation.hpp"

namespace realm {
namespace {

double seconds(Generation::Clock::time_point from, Generation::Clock::time_point to) {
  return std::chrono::duration<double>(to - from).count();
}

// A text prompt is gone on with, so the answer's first space is the model's. The answer in a
// conversation is a text of its own.
bool opens_text(const Prompt& prompt) {
  const auto* chat = std::get_if<ChatPrompt>(&prompt);
  return chat != nullptr && chat->add_generation_prompt;
}

}  // namespace

Generation::Generation(RequestId id, Request request, Plan plan, const Tokenizer& tokenizer,
                       EventSink sink, Places::Place place)
    : id_(id),
      tokenizer_(tokenizer),
      plan_(std::move(plan)),
      sampler_(request.sampling, plan_.seed),
      text_(tokenizer,
            {.render_special = request.render_special, .at_start = opens_text(request.prompt)},
            std::move(request.stop)),
      sink_(std::move(sink)),
      place_(std::move(place)),
      ignore_end_(request.ignore_end),
      submitted_(Clock::now()) {
  sequence_.id = SeqId{static_cast<uint64_t>(id)};
  sequence_.tokens.reserve(plan_.prompt.size());
  for (const TokenId token : plan_.prompt) sequence_.tokens.push_back(index(token));
}

void Generation::start() {
  if (!started_) started_ = Clock::now();
}

void Generation::advance(std::span<float> logits) {
  if (finished_) return;
  Event event{.request = id_};
  if (plan_.max_tokens == 0) return finish(std::move(event), FinishReason::kLength);
  const Result<int32_t> sampled = sampler_.sample(logits, sequence_.tokens);
  if (!sampled) return end(FinishReason::kError, sampled.error());
  if (!first_token_) first_token_ = Clock::now();

  event.token = TokenId{*sampled};
  sequence_.tokens.push_back(*sampled);
  ++answer_tokens_;
  if (!ignore_end_ && tokenizer_.is_end_of_generation(*event.token)) {
    return finish(std::move(event), FinishReason::kStopToken);
  }
  event.text = text_.feed(*event.token);
  if (text_.stop() != nullptr) return finish(std::move(event), FinishReason::kStopString);
  if (answer_tokens_ == plan_.max_tokens) return finish(std::move(event), FinishReason::kLength);
  tell(event);
}

void Generation::end(FinishReason reason, std::optional<Error> error) {
  if (finished_) return;
  Event event{.request = id_};
  event.finish.emplace().error = std::move(error);
  finish(std::move(event), reason);
}

void Generation::finish(Event event, FinishReason reason) {
  finished_ = true;
  event.text += text_.flush();
  // What was left may have completed a stop string.
  if (reason == FinishReason::kLength && text_.stop() != nullptr) {
    reason = FinishReason::kStopString;
  }
  if (!event.finish) event.finish.emplace();
  Finish& f = *event.finish;
  f.reason = reason;
  if (reason == FinishReason::kStopString) f.stop_string = *text_.stop();
  f.context_full = reason == FinishReason::kLength && plan_.to_context;
  f.seed = sampler_.seed();
  f.prompt_tokens = static_cast<int32_t>(plan_.prompt.size());
  f.cached_tokens = sequence_.cached_tokens;
  f.answer_tokens = answer_tokens_;

  const auto now = Clock::now();
  f.queue_seconds = seconds(submitted_, started_.value_or(now));
  if (started_) f.prompt_seconds = seconds(*started_, first_token_.value_or(now));
  if (first_token_) f.decode_seconds = seconds(*first_token_, now);
  place_ = {};
  tell(event);
  sink_ = nullptr;  // what it holds on to is free from here on
}

// The worker serves others too: a sink that throws, against its contract, ends its own request.
void Generation::tell(const Event& event) {
  if (!sink_) return;
  try {
    sink_(event);
  } catch (...) {
    sink_ = nullptr;
    finished_ = true;
  }
}

const char* to_string(FinishReason reason) {
  switch (reason) {
    case FinishReason::kStopToken:
      return "stop_token";
    case FinishReason::kStopString:
      return "stop_string";
    case FinishReason::kLength:
      return "length";
    case FinishReason::kCancelled:
      return "cancelled";
    case FinishReason::kError:
      return "error";
  }
  return "unknown";
}

}  // namespace realm
