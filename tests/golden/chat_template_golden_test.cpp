// What the template engine renders equals Jinja2's text byte for byte, and its errors are Jinja2's:
// real chat templates with conversations of every shape (chat_templates/expected.json), and small
// templates for every builtin (jinja_cases.json). tests/oracle/chat_template_oracle.py makes both.
#include <gtest/gtest.h>

#include <string>

#include "support/vocab_file.hpp"
#include "text/jinja/json.hpp"
#include "text/jinja/template.hpp"

namespace realm::jinja {
namespace {

const std::string kFolder = REALM_SOURCE_DIR "/tests/golden/";

Value read(const std::string& file) {
  auto value = read_json(testing::read_whole_file(kFolder + file));
  if (!value) throw std::runtime_error(file + ": " + value.error().message);
  return std::move(value).value();
}

const Value& field(const Value& object, std::string_view name) {
  const Value* value = object.dict().find_text(name);
  if (!value) throw std::runtime_error("no field " + std::string(name));
  return *value;
}

std::string text_field(const Value& object, std::string_view name) {
  return field(object, name).string();
}

// The oracle's clock: Friday, 26 July 2024, 13:05:09.001234.
LocalTime fixed_clock() {
  LocalTime now;
  now.civil.tm_year = 124;
  now.civil.tm_mon = 6;
  now.civil.tm_mday = 26;
  now.civil.tm_hour = 13;
  now.civil.tm_min = 5;
  now.civil.tm_sec = 9;
  now.civil.tm_wday = 5;
  now.civil.tm_yday = 207;
  now.microsecond = 1234;
  return now;
}

Result<std::string> render(std::string_view source, const Value& context) {
  REALM_ASSIGN(const Template parsed, Template::parse(source, "t"));
  return parsed.render(context.dict(), {}, fixed_clock);
}

// Empty when `found` is what the oracle says.
std::string difference(const Value& expected, const Result<std::string>& found) {
  if (const Value* text = expected.dict().find_text("text")) {
    if (found && *found == text->string()) return {};
    return "expected text:\n" + text->string() + "\nfound:\n" +
           (found ? *found : "error: " + found.error().message);
  }
  if (found) return "expected an error, found:\n" + *found;
  // "t:line:column: message\nsource\ncaret"
  const std::string& story = found.error().message;
  if (expected.dict().find_text("recursion")) {
    return story.find(": template recurses deeper than ") != std::string::npos ? "" : story;
  }
  const std::string message = text_field(expected, "error");
  size_t at = 0;
  for (int colons = 0; colons < 3 && at != std::string::npos; ++colons)
    at = story.find(':', at) + 1;
  if (story.compare(at, message.size() + 2, " " + message + "\n") != 0) {
    return "expected error:\n" + message + "\nfound:\n" + story;
  }
  if (const Value* line = expected.dict().find_text("line")) {
    const std::string where = "t:" + std::to_string(line->integer()) + ":";
    if (story.compare(0, where.size(), where) != 0) return "expected " + where + " in:\n" + story;
  }
  return {};
}

TEST(ChatTemplates, EqualJinja2) {
  const Value golden = read("chat_templates/expected.json");
  int differ = 0;
  size_t count = 0;
  for (const Value& expected : field(golden, "cases").list()) {
    const std::string name = text_field(expected, "template");
    const std::string conversation = text_field(expected, "conversation");
    const auto source = testing::read_whole_file(kFolder + "chat_templates/" + name + ".jinja");
    const Value& context = field(field(golden, "conversations"), conversation);
    const std::string problem = difference(expected, render(source, context));
    ++count;
    if (problem.empty() || ++differ > 20) continue;
    ADD_FAILURE() << name << " with " << conversation << ": " << problem;
  }
  EXPECT_EQ(differ, 0);
  EXPECT_EQ(count, 28u * 33u);
}

TEST(JinjaCases, EqualJinja2) {
  const Value golden = read("jinja_cases.json");
  int differ = 0;
  for (const Value& expected : field(golden, "cases").list()) {
    const std::string source = text_field(expected, "source");
    const std::string problem = difference(expected, render(source, field(golden, "context")));
    if (problem.empty() || ++differ > 20) continue;
    ADD_FAILURE() << text_field(expected, "group") << ": " << source << "\n" << problem;
  }
  EXPECT_EQ(differ, 0);
  EXPECT_GE(field(golden, "cases").list().size(), 8000u);
}

}  // namespace
}  // namespace realm::jinja
