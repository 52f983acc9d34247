#include "cli/chat/chat.hpp"

#include <algorithm>

#include "base/str.hpp"
#include "cli/run/generation.hpp"
#include "cli/terminal/interrupt.hpp"
#include "cli/terminal/table.hpp"

namespace realm::cli {

Result<void> Chat::run() {
  // From here to the end Ctrl-C asks, and a second one before that was seen to leaves at once.
  const GracefulInterrupts graceful;
  for (;;) {
    const ChatInput input = read_input(lines_);
    Result<bool> go_on = true;
    switch (input.kind) {
      case ChatInput::Kind::kMessage: {
        pressed_ = false;
        const Result<void> done = answer(input.text);
        if (!done) go_on = done.error();
        break;
      }
      case ChatInput::Kind::kCommand:
        pressed_ = false;
        go_on = command(input.text, input.rest);
        break;
      case ChatInput::Kind::kInterrupt:
        if (!options_.interactive || (pressed_ && input.text.empty())) {
          return Error{Code::kCancelled, ""};
        }
        pressed_ = true;
        host_.console.note("(Ctrl-C once more leaves; so does /bye)");
        break;
      case ChatInput::Kind::kUnclosed:
        go_on = Error{Code::kInvalidArgument, "the input ended within a text begun by \"\"\""};
        if (options_.interactive) return go_on.error();
        break;
      case ChatInput::Kind::kEnd:
        return {};
    }
    REALM_TRY(host_.console.output_state());
    if (!go_on) {
      if (!options_.interactive || go_on.error().code == Code::kDeviceLost) return go_on.error();
      host_.console.error(go_on.error().message);
    } else if (!*go_on) {
      return {};
    }
  }
}

std::vector<ChatMessage> Chat::all_messages() const {
  std::vector<ChatMessage> all;
  if (settings_.system) all.push_back({.role = "system", .content = *settings_.system});
  all.insert(all.end(), conversation_.messages.begin(), conversation_.messages.end());
  return all;
}

ChatPrompt Chat::prompt() const {
  return {.messages = all_messages(), .add_generation_prompt = true, .kept = conversation_.ids};
}

Result<void> Chat::answer(const std::string& message) {
  conversation_.messages.push_back({.role = "user", .content = message});
  const auto take_back = [this](Error error) {
    conversation_.messages.pop_back();
    return error;
  };
  Request request;
  request.prompt = prompt();
  request.sampling = settings_.sampling.over(engine_.info().sampling);
  request.max_tokens = settings_.max_tokens;
  request.stop = settings_.stop;
  Result<std::vector<TokenId>> ids = engine_.tokenize(request.prompt);
  if (!ids) return take_back(ids.error());
  const auto used = static_cast<int32_t>(ids->size());
  if (used >= engine_.info().context_tokens) {
    return take_back(
        {Code::kInvalidArgument,
         str("the context is full: with this message the conversation has ", used, " tokens, and ",
             engine_.info().context_tokens,
             " must hold it and an answer. The message was not added. /undo takes the last "
             "exchange back, /clear begins anew, --context makes room (at the start)")});
  }

  bool ends_line = true;
  const Result<Answer> answer = generate(engine_, std::move(request), [&](std::string_view text) {
    host_.console.write(text);
    ends_line = text.back() == '\n';
    return !host_.console.output_failed();
  });
  if (!answer) return take_back(answer.error());
  if (!ends_line) host_.console.write("\n");
  const Finish& finish = answer->finish;
  if (finish.reason == FinishReason::kError) return take_back(*finish.error);
  const bool stopped = finish.reason == FinishReason::kCancelled;
  // What the model said so far was said; if it was nothing, nothing was asked either.
  if (stopped && answer->text.empty()) {
    conversation_.messages.pop_back();
  } else {
    conversation_.messages.push_back({.role = "assistant", .content = answer->text});
    conversation_.ids = std::move(*ids);
    conversation_.ids.insert(conversation_.ids.end(), answer->tokens.begin(), answer->tokens.end());
  }
  if (options_.verbose) report(*answer);
  if (stopped && !options_.interactive) return Error{Code::kCancelled, ""};
  if (stopped) {
    take_back_interrupt();
    pressed_ = true;
    host_.console.note("(stopped; Ctrl-C once more leaves)");
  }
  if (finish.context_full) {
    host_.console.warning(
        "the answer ends here because the context is full (/undo takes the last exchange back, "
        "/clear begins anew, --context makes room at the start)");
  }
  return {};
}

void Chat::report(const Answer& answer) {
  const Finish& f = answer.finish;
  const int32_t computed = f.prompt_tokens - f.cached_tokens;
  const auto rate = [](int32_t tokens, double seconds) {
    return fixed(tokens > 0 && seconds > 0 ? tokens / seconds : 0, 1);
  };
  host_.console.note(str("prompt ", f.prompt_tokens, " tokens, ", f.cached_tokens, " known, ",
                         computed, " computed, ", rate(computed, f.prompt_seconds),
                         " tokens/s; answer ", f.answer_tokens, " tokens, ",
                         rate(f.answer_tokens - 1, f.decode_seconds), " tokens/s, ",
                         to_string(f.reason), ", seed ", f.seed));
}

}  // namespace realm::cli
