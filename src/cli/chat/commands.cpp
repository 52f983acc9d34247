// The commands of a chat: lines that begin with a slash.
#include "base/str.hpp"
#include "cli/chat/chat.hpp"
#include "cli/flags/closest.hpp"
#include "cli/terminal/table.hpp"

namespace realm::cli {
namespace {

struct Entry {
  const char* usage;
  const char* help;
};
constexpr Entry kHelp[] = {
    {"\"\"\"", "begins and ends a message of several lines"},
    {"/set NAME VALUE", "changes a setting, such as temperature 0.2 or system \"\"\"...\"\"\""},
    {"/set NAME default", "takes a change back"},
    {"/show", "settings, model and context"},
    {"/show messages", "the conversation"},
    {"/undo", "takes the last exchange back"},
    {"/clear", "begins a new conversation; settings stay"},
    {"/save FILE", "writes the conversation to a JSON file"},
    {"/load FILE", "goes on with a saved conversation"},
    {"/help", "this list"},
    {"/bye", "leaves, as Ctrl-D does"},
};
const std::vector<std::string> kNames = {"set",  "show", "undo", "clear", "save",
                                         "load", "help", "bye",  "exit",  "quit"};

}  // namespace

Result<bool> Chat::command(const std::string& name, const std::string& rest) {
  Result<void> done;
  if (name == "bye" || name == "exit" || name == "quit") return false;
  if (name == "set") {
    done = set(rest);
  } else if (name == "show") {
    done = show(rest);
  } else if (name == "save") {
    done = save(rest);
  } else if (name == "load") {
    done = load(rest);
  } else if (name == "undo") {
    undo();
  } else if (name == "clear") {
    conversation_.clear();
    host_.console.note("(a new conversation)");
  } else if (name == "help" || name == "?") {
    help();
  } else {
    const std::string near = closest(name, kNames);
    return Error{Code::kInvalidArgument,
                 str("no command /", name, near.empty() ? "" : str("; did you mean /", near, "?"),
                     " /help lists them; a message may begin with a blank")};
  }
  if (!done) return done.error();
  return true;
}

Result<void> Chat::set(const std::string& rest) {
  auto [name, value] = first_word(rest);
  if (name == "parameter") std::tie(name, value) = first_word(value);  // as elsewhere
  if (name.empty()) return show("");
  if (value.empty()) {
    return Error{Code::kInvalidArgument,
                 str("/set ", name, " needs a value; \"default\" takes a change back")};
  }
  REALM_TRY(settings_.set(name, value));
  if (options_.interactive) host_.console.note(str("(", name, " is set)"));
  return {};
}

Result<void> Chat::show(const std::string& what) {
  if (what == "messages") {
    for (const ChatMessage& message : all_messages()) {
      host_.console.note(str(message.role, ": ", message.content));
    }
    return {};
  }
  if (!what.empty()) {
    return Error{Code::kInvalidArgument,
                 str("/show ", what, " is not known: /show or /show messages")};
  }
  REALM_ASSIGN(const std::vector<TokenId> ids, engine_.tokenize(prompt()));
  const ModelInfo& info = engine_.info();
  Table table;
  table.row({"model", options_.model});
  table.row({"device", str(info.device, ": ", info.device_description)});
  table.row({"context", str(conversation_.messages.empty() ? 0 : ids.size(), " of ",
                            info.context_tokens, " tokens used")});
  for (const auto& setting : settings_.list(info)) table.row({setting.first, setting.second});
  std::string text = table.text();
  if (text.ends_with('\n')) text.pop_back();
  host_.console.note(text);
  return {};
}

Result<void> Chat::save(const std::string& path) {
  if (path.empty()) return Error{Code::kInvalidArgument, "/save needs the name of a file"};
  REALM_TRY(save_messages(path, all_messages()));
  host_.console.note(str("(", conversation_.messages.size(), " messages saved to ", path, ")"));
  return {};
}

Result<void> Chat::load(const std::string& path) {
  if (path.empty()) return Error{Code::kInvalidArgument, "/load needs the name of a file"};
  REALM_ASSIGN(std::vector<ChatMessage> messages, load_messages(path));
  settings_.system.reset();
  if (!messages.empty() && messages.front().role == "system") {
    settings_.system = std::move(messages.front().content);
    messages.erase(messages.begin());
  }
  conversation_.clear();
  conversation_.messages = std::move(messages);
  host_.console.note(str("(", conversation_.messages.size(), " messages loaded)"));
  return {};
}

void Chat::undo() {
  host_.console.note(conversation_.undo() ? "(the last exchange is taken back)"
                                          : "(there is nothing to take back)");
}

void Chat::help() {
  Table table;
  for (const Entry& entry : kHelp) table.row({entry.usage, entry.help});
  std::string names;
  for (const auto& setting : settings_.list(engine_.info())) {
    names += (names.empty() ? "" : ", ") + setting.first;
  }
  host_.console.note(str(table.text(), "Settings: ", names,
                         ".\nCtrl-C stops an answer, twice leaves. Several pasted lines are one "
                         "message."));
}

}  // namespace realm::cli
