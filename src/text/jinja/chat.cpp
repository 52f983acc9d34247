#include "text/jinja/chat.hpp"

namespace realm {

Result<ChatTemplate> ChatTemplate::parse(std::string_view source, std::string bos_token,
                                         std::string eos_token) {
  REALM_ASSIGN(jinja::Template parsed, jinja::Template::parse(source, "chat template"));
  return ChatTemplate(std::move(parsed), std::move(bos_token), std::move(eos_token));
}

Result<std::string> ChatTemplate::render(const std::vector<ChatMessage>& messages,
                                         const ChatRenderOptions& options) const {
  jinja::Value::List list;
  list.reserve(messages.size());
  for (const ChatMessage& message : messages) {
    list.emplace_back(jinja::Value::Dict{{jinja::Value("role"), jinja::Value(message.role)},
                                         {jinja::Value("content"), jinja::Value(message.content)}});
  }
  return render(jinja::Value(std::move(list)), options);
}

Result<std::string> ChatTemplate::render(const jinja::Value& messages,
                                         const ChatRenderOptions& options) const {
  jinja::Value::Dict context;
  context.set("messages", messages);
  // transformers always passes tools and documents, none when there are none.
  context.set("tools", options.tools.missing() ? jinja::Value(nullptr) : options.tools);
  context.set("documents", nullptr);
  context.set("add_generation_prompt", options.add_generation_prompt);
  if (!bos_token_.empty()) context.set("bos_token", bos_token_);
  if (!eos_token_.empty()) context.set("eos_token", eos_token_);
  for (const auto& entry : options.variables.entries()) context.set(entry.key, entry.value);
  return template_.render(context, options.limits, options.clock);
}

}  // namespace realm
