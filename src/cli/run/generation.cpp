#include "cli/run/generation.hpp"

#include <chrono>
#include <condition_variable>
#include <mutex>

#include "cli/terminal/interrupt.hpp"

namespace realm::cli {
namespace {

// From the engine's thread to ours: a slow terminal holds up us alone.
struct Inbox {
  std::mutex mutex;
  std::condition_variable arrived;
  std::string text;  // not yet written
  std::vector<TokenId> tokens;
  std::optional<Finish> finish;

  void put(const Event& event) {
    const std::lock_guard lock(mutex);
    if (event.token) tokens.push_back(*event.token);
    text += event.text;
    if (event.finish) finish = event.finish;
    arrived.notify_one();
  }
};

}  // namespace

Result<Answer> generate(Engine& engine, Request request,
                        const std::function<bool(std::string_view)>& on_text) {
  const GracefulInterrupts graceful;
  const auto inbox = std::make_shared<Inbox>();
  REALM_ASSIGN(const RequestId id, engine.submit(std::move(request), [inbox](const Event& event) {
    inbox->put(event);
  }));
  Answer answer;
  // A signal handler may not notify a condition variable, so Ctrl-C is looked for this often.
  constexpr std::chrono::milliseconds kGlance(25);
  for (bool cancelled = false;;) {
    std::string text;
    {
      std::unique_lock lock(inbox->mutex);
      inbox->arrived.wait_for(lock, kGlance,
                              [&] { return !inbox->text.empty() || inbox->finish.has_value(); });
      text.swap(inbox->text);
      if (text.empty() && inbox->finish) {
        answer.finish = *inbox->finish;
        answer.tokens = std::move(inbox->tokens);
        return answer;
      }
    }
    answer.text += text;
    const bool wanted = text.empty() || cancelled || on_text(text);
    if (!cancelled && (!wanted || interrupted())) {
      engine.cancel(id);
      cancelled = true;
    }
  }
}

}  // namespace realm::cli
