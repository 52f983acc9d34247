#include "cli/chat/conversation.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "base/output_file.hpp"
#include "base/str.hpp"

namespace realm::cli {
namespace {

using nlohmann::ordered_json;

Error wrong(const std::string& path, const std::string& what) {
  return {Code::kInvalidArgument, str(path, ": ", what)};
}

Result<std::string> text_of(const ordered_json& message, const char* key, const std::string& where,
                            const std::string& path) {
  const auto found = message.find(key);
  if (found != message.end() && found->is_string()) return found->get<std::string>();
  return wrong(path, str(where, ": \"", key, "\" must be a text"));
}

}  // namespace

void Conversation::clear() {
  messages.clear();
  ids.clear();
}

bool Conversation::undo() {
  if (messages.empty()) return false;
  while (!messages.empty() && messages.back().role != "user") messages.pop_back();
  if (!messages.empty()) messages.pop_back();
  return true;
}

Result<std::vector<ChatMessage>> load_messages(const std::string& path) {
  const auto unreadable = [&path](const char* why) {
    return Error{Code::kNotFound, str("cannot read ", path, ": ", why)};
  };
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) return unreadable("it is a folder");
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!file.is_open() || file.bad()) {
    return unreadable(errno != 0 ? std::strerror(errno) : "read error");
  }
  const ordered_json data = ordered_json::parse(text, nullptr, false);
  const bool is_conversation =
      data.is_object() && data.contains("messages") && data.at("messages").is_array();
  if (!is_conversation) return wrong(path, "is no conversation ({\"messages\": [...]})");
  std::vector<ChatMessage> messages;
  for (const ordered_json& message : data.at("messages")) {
    const std::string where = str("message ", messages.size() + 1);
    if (!message.is_object()) return wrong(path, where + " must be an object");
    REALM_ASSIGN(const std::string role, text_of(message, "role", where, path));
    REALM_ASSIGN(const std::string content, text_of(message, "content", where, path));
    messages.push_back({.role = role, .content = content});
  }
  return messages;
}

Result<void> save_messages(const std::string& path, const std::vector<ChatMessage>& messages) {
  std::error_code failed;
  if (std::filesystem::exists(path, failed) && !load_messages(path)) {
    return wrong(path, "is there and is no conversation: it stays as it is");
  }
  auto list = ordered_json::array();
  for (const ChatMessage& message : messages) {
    list.push_back({{"role", message.role}, {"content", message.content}});
  }
  const std::string text = ordered_json{{"messages", std::move(list)}}.dump(
                               2, ' ', false, ordered_json::error_handler_t::replace) +
                           "\n";
  REALM_ASSIGN(OutputFile file, OutputFile::create(path));
  REALM_TRY(file.append(std::as_bytes(std::span(text))));
  return file.commit();
}

}  // namespace realm::cli
