// ChatTemplate: a model's own way to write a conversation as one text, rendered by its Jinja
// template with the variables that transformers gives it.
// Thread-safety: immutable; render() may run on many threads at once.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "realm/chat.hpp"
#include "realm/error.hpp"
#include "text/jinja/template.hpp"

namespace realm {

struct ChatRenderOptions {
  /// Ends with the opening of the assistant's turn, for the model to go on from.
  bool add_generation_prompt = true;
  /// The tools as a list of JSON schemas; missing: none are offered.
  jinja::Value tools{};
  /// Further variables: enable_thinking, documents, date_string ... They win over all others.
  jinja::Value::Dict variables{};
  jinja::Limits limits{};
  jinja::Clock clock{};  ///< what strftime_now() sees; empty: the system's
};

class ChatTemplate {
 public:
  /// An empty token is one that the model does not have: undefined to the template.
  static Result<ChatTemplate> parse(std::string_view source, std::string bos_token,
                                    std::string eos_token);

  Result<std::string> render(const std::vector<ChatMessage>& messages,
                             const ChatRenderOptions& options = {}) const;
  /// `messages` as in the API: a list of objects with role, content (text, parts or null),
  /// tool_calls, reasoning_content ... See jinja/json.hpp to read them from JSON.
  Result<std::string> render(const jinja::Value& messages,
                             const ChatRenderOptions& options = {}) const;

  const jinja::Template& jinja_template() const { return template_; }

 private:
  ChatTemplate(jinja::Template parsed, std::string bos_token, std::string eos_token)
      : template_(std::move(parsed)),
        bos_token_(std::move(bos_token)),
        eos_token_(std::move(eos_token)) {}

  jinja::Template template_;
  std::string bos_token_;
  std::string eos_token_;
};

}  // namespace realm
