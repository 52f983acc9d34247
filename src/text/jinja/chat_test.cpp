#include "text/jinja/chat.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "text/jinja/json.hpp"

namespace realm {
namespace {

ChatTemplate parse(std::string_view source, std::string bos = "<s>", std::string eos = "</s>") {
  auto parsed = ChatTemplate::parse(source, std::move(bos), std::move(eos));
  if (!parsed) throw std::runtime_error(parsed.error().message);
  return std::move(parsed).value();
}

constexpr const char* kSimple =
    "{{ bos_token }}{% for m in messages %}<{{ m.role }}>{{ m.content }}{{ eos_token }}{% endfor %}"
    "{% if add_generation_prompt %}<assistant>{% endif %}";

TEST(ChatTemplate, WritesAConversation) {
  const ChatTemplate chat = parse(kSimple);
  const std::vector<ChatMessage> messages = {{"system", "Be brief."}, {"user", "Hi <s>"}};
  EXPECT_EQ(*chat.render(messages), "<s><system>Be brief.</s><user>Hi <s></s><assistant>");
  EXPECT_EQ(*chat.render(messages, {.add_generation_prompt = false}),
            "<s><system>Be brief.</s><user>Hi <s></s>");
}

TEST(ChatTemplate, MessagesMayBeJson) {
  const auto messages = jinja::read_json(
      R"([{"role": "user", "content": [{"type": "text", "text": "Hi"}], "extra": 1}])");
  ASSERT_TRUE(messages);
  EXPECT_EQ(*parse("{{ messages[0].content[0].text }}{{ messages[0].extra }}").render(*messages),
            "Hi1");
}

TEST(ChatTemplate, VariablesAreThoseOfTransformers) {
  const std::vector<ChatMessage> none;
  EXPECT_EQ(*parse("{{ tools is none }}{{ documents is none }}{{ messages }}").render(none),
            "TrueTrue[]");
  EXPECT_EQ(*parse("{{ bos_token is defined }}{{ eos_token is defined }}", "", "").render(none),
            "FalseFalse");
  ChatRenderOptions options;
  options.tools = *jinja::read_json(R"([{"name": "f"}])");
  options.variables.set("enable_thinking", false);
  options.variables.set("bos_token", "<b>");
  EXPECT_EQ(*parse("{{ tools[0].name }}{{ enable_thinking }}{{ bos_token }}").render(none, options),
            "fFalse<b>");
}

TEST(ChatTemplate, TheClockIsTheCallers) {
  ChatRenderOptions options;
  options.clock = [] {
    jinja::LocalTime time;
    time.civil.tm_year = 99;
    time.civil.tm_mon = 11;
    time.civil.tm_mday = 31;
    return time;
  };
  const std::vector<ChatMessage> none;
  EXPECT_EQ(*parse("{{ strftime_now('%d %b %Y') }}").render(none, options), "31 Dec 1999");
}

TEST(ChatTemplate, FailuresNameTheTemplate) {
  const auto parsed = ChatTemplate::parse("{% if %}", "", "");
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error().message.rfind("chat template:1:7: ", 0), 0u) << parsed.error().message;
  const auto text = parse("{{ raise_exception('no tools') }}").render(std::vector<ChatMessage>{});
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().code, Code::kInvalidArgument);
  EXPECT_EQ(text.error().message.rfind("chat template:1:4: no tools\n", 0), 0u);
  ChatRenderOptions options;
  options.limits.max_output_bytes = 10;
  EXPECT_FALSE(parse(kSimple).render(std::vector<ChatMessage>{{"user", "0123456789"}}, options));
}

}  // namespace
}  // namespace realm
