// Messages of a conversation.
#pragma once

#include <string>

namespace realm {

struct ChatMessage {
  std::string role = {};  ///< system, user, assistant, tool, or what else the template knows
  std::string content = {};
};

}  // namespace realm
