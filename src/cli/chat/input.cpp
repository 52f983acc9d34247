#include "cli/chat/input.hpp"

#include <algorithm>
#include <string_view>

namespace realm::cli {
namespace {

constexpr std::string_view kQuotes = "\"\"\"";
constexpr std::string_view kBlanks = " \t\r\n";
constexpr const char* kPrompt = ">>> ";
constexpr const char* kMorePrompt = "... ";

bool blank(std::string_view text) { return text.find_first_not_of(kBlanks) == text.npos; }

std::string trimmed_end(std::string_view text) {
  return std::string(text.substr(0, text.find_last_not_of(kBlanks) + 1));
}

// `text` stands behind the opening marks; more lines come until the closing ones.
ChatInput read_quoted(Lines& lines, std::string text) {
  for (;;) {
    const std::string_view closed = std::string_view(text).substr(0, trimmed_end(text).size());
    if (closed.ends_with(kQuotes)) {
      text.resize(closed.size() - kQuotes.size());
      if (text.starts_with('\n')) text.erase(0, 1);
      if (text.ends_with('\n')) text.pop_back();
      return {ChatInput::Kind::kMessage, std::move(text)};
    }
    const Line line = lines.read(kMorePrompt);
    if (line.kind == Line::Kind::kInterrupt) return {ChatInput::Kind::kInterrupt, std::move(text)};
    if (line.kind == Line::Kind::kEnd) return {ChatInput::Kind::kUnclosed};
    text += "\n" + line.text;
  }
}

}  // namespace

std::pair<std::string, std::string> first_word(const std::string& text) {
  const size_t begin = std::min(text.find_first_not_of(kBlanks), text.size());
  const size_t end = std::min(text.find_first_of(kBlanks, begin), text.size());
  const size_t rest = std::min(text.find_first_not_of(kBlanks, end), text.size());
  return {text.substr(begin, end - begin), trimmed_end(text.substr(rest))};
}

ChatInput read_input(Lines& lines) {
  for (;;) {
    Line line = lines.read(kPrompt);
    if (line.kind == Line::Kind::kEnd) return {ChatInput::Kind::kEnd};
    if (line.kind == Line::Kind::kInterrupt) {
      return {ChatInput::Kind::kInterrupt, std::move(line.text)};
    }
    if (line.text.starts_with(kQuotes)) {
      ChatInput input = read_quoted(lines, line.text.substr(kQuotes.size()));
      if (input.kind == ChatInput::Kind::kMessage && blank(input.text)) continue;
      return input;
    }
    if (blank(line.text)) continue;
    if (line.text.starts_with('/')) {
      if (const size_t quotes = line.text.find(kQuotes); quotes != line.text.npos) {
        ChatInput value = read_quoted(lines, line.text.substr(quotes + kQuotes.size()));
        if (value.kind != ChatInput::Kind::kMessage) return value;
        line.text.replace(quotes, line.text.npos, value.text);
      }
      auto [name, rest] = first_word(line.text);
      return {ChatInput::Kind::kCommand, name.substr(1), std::move(rest)};
    }
    return {ChatInput::Kind::kMessage, std::move(line.text)};
  }
}

}  // namespace realm::cli
