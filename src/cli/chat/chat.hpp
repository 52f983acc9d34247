// A conversation with a model, turn by turn. Answers go to standard output, all else that is said
// to standard error.
#pragma once

#include <string>

#include "cli/chat/conversation.hpp"
#include "cli/chat/input.hpp"
#include "cli/chat/settings.hpp"
#include "cli/command.hpp"
#include "realm/engine.hpp"

namespace realm::cli {

struct ChatOptions {
  std::string model;         ///< the file
  bool interactive = false;  ///< somebody sits there: errors are told and the chat goes on
  bool verbose = false;      ///< tokens and speed of every answer
};

class Chat {
 public:
  Chat(Engine& engine, Lines& lines, Host& host, ChatSettings settings, ChatOptions options)
      : engine_(engine),
        lines_(lines),
        host_(host),
        settings_(std::move(settings)),
        options_(std::move(options)) {}

  /// Until the user leaves: kCancelled when that was by Ctrl-C. When nobody sits there, the first
  /// failure is the end.
  Result<void> run();

 private:
  Result<void> answer(const std::string& message);
  /// False: the user leaves.
  Result<bool> command(const std::string& name, const std::string& rest);
  Result<void> set(const std::string& rest);
  Result<void> show(const std::string& what);
  Result<void> save(const std::string& path);
  Result<void> load(const std::string& path);
  void undo();
  void help();

  std::vector<ChatMessage> all_messages() const;
  ChatPrompt prompt() const;
  void report(const Answer& answer);

  Engine& engine_;
  Lines& lines_;
  Host& host_;
  ChatSettings settings_;
  ChatOptions options_;
  Conversation conversation_;
  bool pressed_ = false;  // the last thing that the user did was Ctrl-C
};

}  // namespace realm::cli
