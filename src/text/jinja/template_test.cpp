// Where errors stand, and what rendering leaves alone. What templates mean is held to Jinja2 by
// tests/golden/chat_template_golden_test.cpp.
#include "text/jinja/template.hpp"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "text/jinja/json.hpp"

namespace realm::jinja {
namespace {

std::string error_of(std::string_view source, const Value::Dict& context = {}) {
  const auto parsed = Template::parse(source, "t");
  if (!parsed) return parsed.error().message;
  const auto text = parsed->render(context);
  return text ? "no error: " + *text : text.error().message;
}

TEST(TemplateError, PointsAtTheMistakeInTheSource) {
  EXPECT_EQ(error_of("a\n  {{ 1 + }}\nb"),
            "t:2:10: unexpected 'end of print statement'\n"
            "    {{ 1 + }}\n"
            "           ^");
  EXPECT_EQ(
      error_of("{% if x %}"),
      "t:1:11: Unexpected end of template. Jinja was looking for the following tags: 'elif' or "
      "'else' or 'endif'. The innermost block that needs to be closed is 'if'.\n"
      "  {% if x %}\n"
      "            ^");
  EXPECT_EQ(error_of("{{ 'abc }}"),
            "t:1:4: unexpected char \"'\" at 3\n"
            "  {{ 'abc }}\n"
            "     ^");
  EXPECT_EQ(error_of("x {# open"),
            "t:1:3: Missing end of comment tag\n"
            "  x {# open\n"
            "    ^");
}

TEST(TemplateError, PointsAtTheExpressionThatFailed) {
  EXPECT_EQ(error_of("\n\n{{ a.b.c }}"),
            "t:3:6: 'a' is undefined\n"
            "  {{ a.b.c }}\n"
            "       ^");
  EXPECT_EQ(error_of("{% for i in [1, 0] %}{{ 1 // i }}{% endfor %}"),
            "t:1:25: integer division or modulo by zero\n"
            "  {% for i in [1, 0] %}{{ 1 // i }}{% endfor %}\n"
            "                          ^");
  // Inside the macro, not where it is called.
  EXPECT_EQ(
      error_of("{% macro m(x) %}\n{{ (x|first).y }}\n{% endmacro %}\n{{ m([]) }}").substr(0, 6),
      "t:2:14");
  EXPECT_EQ(error_of("{{ raise_exception('No\nsystem!') }}"),
            "t:1:4: No\nsystem!\n"
            "  {{ raise_exception('No\n"
            "     ^");
}

TEST(TemplateError, CountsCharactersNotBytes) {
  EXPECT_EQ(error_of("🦀é\t{{ x.y }}"),
            "t:1:9: 'x' is undefined\n"
            "  🦀é {{ x.y }}\n"
            "          ^");
}

TEST(TemplateError, ShowsAWindowOfALongLine) {
  const std::string fill(500, 'a');
  EXPECT_EQ(error_of(fill + "{{ x.y }}" + fill),
            "t:1:506: 'x' is undefined\n  " + std::string(55, 'a') + "{{ x.y }}" +
                std::string(56, 'a') + "\n  " + std::string(60, ' ') + "^");
}

TEST(TemplateError, IsAnInvalidArgument) {
  const auto parsed = Template::parse("{{");
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error().code, Code::kInvalidArgument);
  EXPECT_EQ(parsed.error().message.rfind("template:1:3: ", 0), 0u) << parsed.error().message;
}

TEST(Template, LineEndsAreNormalized) {
  const auto parsed = Template::parse("a\r\nb\rc\n");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->source(), "a\nb\nc");
}

TEST(Template, BytesThatAreNoUtf8PassThrough) {
  const auto parsed = Template::parse("\xff{{ x }}{{ x[0]|upper }}{{ x|length }}\x80");
  ASSERT_TRUE(parsed);
  const auto text = parsed->render({{"x", "\xc3z\xe4\xbd"}});
  ASSERT_TRUE(text);
  EXPECT_EQ(*text,
            "\xff\xc3z\xe4\xbd\xc3"
            "4\x80");
}

TEST(Template, DoesNotChangeTheCallersValues) {
  const auto parsed =
      Template::parse("{{ l.append(4) }}{{ l[0].append(1) }}{{ d.x.update(y=2) }}{{ l }}{{ d }}");
  ASSERT_TRUE(parsed);
  auto context = read_json(R"({"l": [[]], "d": {"x": {}}})");
  ASSERT_TRUE(context);
  for (int i = 0; i < 2; ++i) {
    const auto text = parsed->render(context->dict());
    ASSERT_TRUE(text);
    EXPECT_EQ(*text, "NoneNoneNone[[1], 4]{'x': {'y': 2}}");
  }
}

TEST(Template, OneContextManyThreads) {
  const auto parsed = Template::parse(
      "{% for m in l %}{{ l.append(m) if loop.index < 3 }}{{ m|tojson }}{% endfor %}{{ l|length "
      "}}");
  ASSERT_TRUE(parsed);
  const auto context = read_json(R"({"l": [{"a": [1, 2]}, "b"]})");
  ASSERT_TRUE(context);
  const auto expected = parsed->render(context->dict());
  ASSERT_TRUE(expected) << expected.error().message;
  std::vector<std::thread> threads;
  std::vector<int> same(4);
  for (size_t t = 0; t < same.size(); ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 50; ++i) {
        const auto text = parsed->render(context->dict());
        same[t] += text.has_value() && *text == *expected;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const int count : same) EXPECT_EQ(count, 50);
}

}  // namespace
}  // namespace realm::jinja
