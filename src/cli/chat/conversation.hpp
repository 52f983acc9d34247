// A conversation: what was said, and the ids that the model has seen it as.
#pragma once

#include <string>
#include <vector>

#include "realm/engine.hpp"

namespace realm::cli {

struct Conversation {
  std::vector<ChatMessage> messages;  ///< without the system text of the settings
  std::vector<TokenId> ids;           ///< the last prompt and its answer; see ChatPrompt::kept

  void clear();
  /// Takes back the last answer and what was asked; false when there is none.
  bool undo();
};

/// Writes {"messages": [...]}, as `realm render` and the chat APIs of servers read it, whole or not
/// at all. What is there and is no such file stays: kInvalidArgument.
Result<void> save_messages(const std::string& path, const std::vector<ChatMessage>& messages);
/// Reads such a file. Errors: kNotFound; kInvalidArgument names the message.
Result<std::vector<ChatMessage>> load_messages(const std::string& path);

}  // namespace realm::cli
