#include "realm/engine.hpp"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <random>
#include <thread>

#include "base/str.hpp"
#include "engine/engine_parts.hpp"
#include "engine/places.hpp"
#include "engine/prompt.hpp"
#include "engine/random.hpp"
#include "engine/worker.hpp"

namespace realm {
namespace {

uint64_t fresh_seed() {
  try {
    std::random_device device;
    return (uint64_t{device()} << 32) | device();
  } catch (const std::exception&) {  // no source of randomness: the clock has to do
    const auto now = std::chrono::steady_clock::now().time_since_epoch().count();
    return mix64(static_cast<uint64_t>(now));
  }
}

}  // namespace

// What callers and the worker's thread share is behind `mutex`; the worker itself is the thread's.
struct Engine::Impl {
  Impl(EngineParts own, const Budget& budget, int32_t most_requests)
      : places(most_requests), parts(std::move(own)), worker(*parts.runner, budget) {
    stats = worker.stats();
  }

  void loop();
  Result<Generation::Plan> plan(const Request& request) const;

  Places places;  // of requests that have not had their finish
  EngineParts parts;
  Worker worker;

  mutable std::mutex mutex;
  std::condition_variable wake;
  std::vector<std::unique_ptr<Generation>> incoming;
  std::vector<RequestId> cancelled;
  bool stopping = false;
  std::optional<Error> broken;  // the worker's end: nothing can be computed any more
  EngineStats stats;
  uint64_t next_id = 1;

  std::thread thread;  // last: everything is there when it starts
};

void Engine::Impl::loop() {
  std::unique_lock lock(mutex);
  while (true) {
    wake.wait(lock, [&] {
      return stopping || !incoming.empty() || !cancelled.empty() || !worker.idle();
    });
    for (auto& generation : std::exchange(incoming, {})) worker.add(std::move(generation));
    const std::vector<RequestId> to_cancel = std::exchange(cancelled, {});
    if (stopping && worker.idle()) return;
    const bool stop = stopping;
    std::optional<Error> failed = broken;

    lock.unlock();  // sinks run without the lock, so that they may submit and cancel
    for (const RequestId id : to_cancel) worker.cancel(id);
    if (stop) {
      worker.end_all(FinishReason::kCancelled);
    } else if (!failed) {
      try {
        if (auto ok = worker.step(); !ok) failed = std::move(ok).error();
      } catch (const std::exception& e) {
        failed = Error{Code::kOutOfMemory, str("the engine stopped: ", e.what())};
      }
    }
    if (failed) worker.end_all(FinishReason::kError, failed);
    lock.lock();

    broken = std::move(failed);
    stats = worker.stats();
  }
}

Result<Generation::Plan> Engine::Impl::plan(const Request& request) const {
  REALM_TRY(check(request.sampling));
  REALM_TRY(AnswerText::check_stops(request.stop));
  if (request.max_tokens && *request.max_tokens < 0) {
    return Error{Code::kInvalidArgument,
                 str("max_tokens is ", *request.max_tokens, ", must be at least 0")};
  }
  Generation::Plan plan;
  REALM_ASSIGN(plan.prompt, encode_prompt(request.prompt, parts.tokenizer, parts.chat_template));
  if (plan.prompt.empty()) {
    return Error{Code::kInvalidArgument, "the prompt is empty: there is nothing to go on from"};
  }
  const int32_t context = parts.info.context_tokens;
  const bool answers = request.max_tokens.value_or(1) > 0;
  const size_t most = static_cast<size_t>(context) - (answers ? 1 : 0);
  if (plan.prompt.size() > most) {
    return Error{Code::kInvalidArgument,
                 str("the prompt has ", plan.prompt.size(), " tokens, the context holds ", context,
                     answers ? " with at least one for the answer" : "")};
  }
  const int32_t room = context - static_cast<int32_t>(plan.prompt.size());
  plan.max_tokens = std::min(request.max_tokens.value_or(room), room);
  plan.to_context = !request.max_tokens || *request.max_tokens > room;
  plan.seed = request.sampling.seed ? *request.sampling.seed : fresh_seed();
  return plan;
}

Engine::Engine(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {
  impl_->thread = std::thread([this] { impl_->loop(); });
}

Engine::~Engine() {
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->stopping = true;
  }
  impl_->wake.notify_one();
  impl_->thread.join();
}

Result<std::unique_ptr<Engine>> Engine::create(EngineParts parts, const EngineOptions& options) {
  REALM_ASSIGN(const Budget budget, take_over(parts, options));
  constexpr int32_t kMostWaiting = 1 << 20;
  if (options.max_waiting < 0 || options.max_waiting > kMostWaiting) {
    return Error{Code::kInvalidArgument,
                 str("max_waiting is ", options.max_waiting, ", must be 0 to ", kMostWaiting)};
  }
  return std::unique_ptr<Engine>(new Engine(std::make_unique<Impl>(
      std::move(parts), budget, options.max_sequences + options.max_waiting)));
}

Result<RequestId> Engine::submit(Request request, EventSink sink) {
  std::optional<Places::Place> place = impl_->places.take();
  if (!place) {
    return Error{Code::kBusy, str("the engine has ", impl_->places.count(),
                                  " requests to answer, which is as many as it takes")};
  }
  REALM_ASSIGN(Generation::Plan plan, impl_->plan(request));
  RequestId id{};
  {
    const std::lock_guard lock(impl_->mutex);
    if (impl_->broken) return *impl_->broken;
    if (impl_->stopping) return Error{Code::kCancelled, "the engine is shutting down"};
    id = RequestId{impl_->next_id++};
    impl_->incoming.push_back(std::make_unique<Generation>(id, std::move(request), std::move(plan),
                                                           impl_->parts.tokenizer, std::move(sink),
                                                           *std::move(place)));
  }
  impl_->wake.notify_one();
  return id;
}

void Engine::cancel(RequestId id) {
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->cancelled.push_back(id);
  }
  impl_->wake.notify_one();
}

Result<Answer> Engine::complete(Request request, const EventSink& sink) {
  if (std::this_thread::get_id() == impl_->thread.get_id()) {
    return Error{Code::kInvalidArgument, "complete() called from a sink would wait for itself"};
  }
  struct Shared {
    std::mutex mutex;
    std::condition_variable done;
    Answer answer;
    bool finished = false;
  };
  const auto shared = std::make_shared<Shared>();
  const auto finish = [](Shared& s, Finish how) {
    const std::lock_guard lock(s.mutex);
    s.answer.finish = std::move(how);
    s.finished = true;
    s.done.notify_one();
  };
  const auto collect = [shared, sink, finish](const Event& event) {
    try {
      if (sink) sink(event);
    } catch (...) {
      finish(*shared, {.error = Error{Code::kInvalidArgument, "the sink threw an exception"}});
      throw;
    }
    shared->answer.text += event.text;  // the caller looks once it has finished
    if (event.token) shared->answer.tokens.push_back(*event.token);
    if (event.finish) finish(*shared, *event.finish);
  };
  REALM_TRY(submit(std::move(request), collect));
  std::unique_lock lock(shared->mutex);
  shared->done.wait(lock, [&] { return shared->finished; });
  if (shared->answer.finish.error) return *shared->answer.finish.error;
  return std::move(shared->answer);
}

Result<std::vector<TokenId>> Engine::tokenize(const Prompt& prompt) const {
  return encode_prompt(prompt, impl_->parts.tokenizer, impl_->parts.chat_template);
}

const ModelInfo& Engine::info() const { return impl_->parts.info; }
const Tokenizer& Engine::tokenizer() const { return impl_->parts.tokenizer; }

EngineStats Engine::stats() const {
  const std::lock_guard lock(impl_->mutex);
  EngineStats stats = impl_->stats;
  stats.waiting += static_cast<int32_t>(impl_->incoming.size());
  stats.refused = impl_->places.refused();
  return stats;
}

}  // namespace realm
