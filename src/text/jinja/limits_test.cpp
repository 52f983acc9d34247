// A template may ask for anything: what it gets is bounded, and the bound is an error like others.
#include "text/jinja/limits.hpp"

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <string>

#include "text/jinja/template.hpp"

namespace realm::jinja {
namespace {

Result<std::string> render(const std::string& source, const Limits& limits = {}) {
  REALM_ASSIGN(const Template parsed, Template::parse(source, "t"));
  return parsed.render({}, limits);
}

void expect_error(const Result<std::string>& found, const std::string& part) {
  ASSERT_FALSE(found) << found->substr(0, 200);
  EXPECT_NE(found.error().message.find(part), std::string::npos) << found.error().message;
}

std::string nested(const std::string& open, const std::string& middle, const std::string& close,
                   int depth) {
  std::string out;
  for (int i = 0; i < depth; ++i) out += open;
  out += middle;
  for (int i = 0; i < depth; ++i) out += close;
  return out;
}

TEST(Limits, Steps) {
  const std::string loops =
      "{% for i in range(100000) %}{% for j in range(100000) %}{% endfor %}{% endfor %}";
  expect_error(render(loops, {.max_steps = 10000}), "t:1:32: template took more than 10000 steps");
  EXPECT_TRUE(render("{% for i in range(1000) %}{% endfor %}", {.max_steps = 10000}));
}

TEST(Limits, Output) {
  const std::string source = "{% for i in range(100) %}0123456789{% endfor %}";
  expect_error(render(source, {.max_output_bytes = 999}),
               "t:1:26: template wrote more than 999 bytes");
  const auto whole = render(source, {.max_output_bytes = 1000});
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->size(), 1000u);
}

TEST(Limits, Time) {
  const auto start = std::chrono::steady_clock::now();
  const std::string forever =
      "{% for i in range(100000) %}{% for j in range(100000) %}{{ j }}{% endfor %}{% endfor %}";
  const Limits limits = {
      .max_steps = UINT64_MAX / 2, .max_output_bytes = SIZE_MAX / 2, .max_time_ms = 20};
  expect_error(render(forever, limits), "template took more than 20 ms");
  // A busy machine may stop this thread for long; without the limit it is minutes.
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));
}

TEST(Limits, DepthOfRendering) {
  expect_error(render("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}"),
               "template recurses deeper than 600 levels");
  expect_error(render("{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}"),
               "template recurses deeper than 600 levels");
  expect_error(render("{% block a %}{{ self.a() }}{% endblock %}"),
               "template recurses deeper than 600 levels");
  const std::string bounded =
      "{% macro m(n) %}{% if n %}{{ m(n - 1) }}{% endif %}.{% endmacro %}{{ m(40) }}";
  const auto text = render(bounded);
  ASSERT_TRUE(text) << text.error().message;
  EXPECT_EQ(*text, std::string(41, '.'));
}

TEST(Limits, DepthOfSource) {
  for (const auto& [open, middle, close] :
       {std::array{"(", "1", ")"}, std::array{"[", "1", "]"}, std::array{"{1: ", "1", "}"},
        std::array{"not ", "1", ""}, std::array{"-", "1", ""}, std::array{"x(", "1", ")"},
        std::array{"x[", "1", "]"}, std::array{"1 if 1 else ", "1", ""},
        std::array{"x|default(", "1", ")"}, std::array{"1 is eq ", "1", ""}}) {
    expect_error(render("{{ " + nested(open, middle, close, 5000) + " }}"), "nests too deep");
    EXPECT_TRUE(Template::parse("{{ " + nested(open, middle, close, 40) + " }}")) << open;
  }
  for (const auto& [open, close] :
       {std::array{"{% if 1 %}", "{% endif %}"}, std::array{"{% for x in y %}", "{% endfor %}"},
        std::array{"{% macro m() %}", "{% endmacro %}"}, std::array{"{% with %}", "{% endwith %}"},
        std::array{"{% filter upper %}", "{% endfilter %}"},
        std::array{"{% set x %}", "{% endset %}"}}) {
    expect_error(render(nested(open, "x", close, 5000)), "nests too deep");
    EXPECT_TRUE(Template::parse(nested(open, "x", close, 40))) << open;
  }
  for (const std::string link : {" + 1", " ~ 1", " and 1", " * 1", ".x", "[0]", "()", "|upper"}) {
    std::string chain = "{{ x";
    for (int i = 0; i < 5000; ++i) chain += link;
    const auto parsed = Template::parse(chain + " }}");
    // A chain that is one node with many children does not nest.
    if (parsed) continue;
    EXPECT_NE(parsed.error().message.find("nests too deep"), std::string::npos) << link;
  }
}

TEST(Limits, DepthOfData) {
  Value deep(1);
  for (int i = 0; i < 600; ++i) deep = Value(Value::List{deep});
  const auto parsed = Template::parse("{{ x }}");
  ASSERT_TRUE(parsed);
  expect_error(parsed->render({{"x", deep}}), "nests too deep");
  // Data that the template itself nests, then walks and destroys.
  const std::string nest =
      "{% set ns = namespace(x=[]) %}{% for i in range(90000) %}{% set ns.x = [ns.x] %}{% endfor "
      "%}";
  EXPECT_TRUE(render(nest));
  for (const char* walk : {"{{ ns.x }}", "{{ ns.x|tojson }}", "{{ ns.x == [ns.x] }}",
                           "{{ ns.x < ns.x }}", "{{ ns.x|pprint }}"}) {
    const auto text = render(nest + walk);
    if (!text) expect_error(text, "recurses deeper than 600 levels");
  }
}

// Expressions that would make more text or data than any machine holds.
TEST(Limits, Bombs) {
  const char* const kBombs[] = {
      "{{ 'x' * 1000000000000 }}",
      "{{ [1] * 1000000000000 }}",
      "{{ ('x' * 100000) * 100000 }}",
      "{{ 'x'.center(1000000000000) }}",
      "{{ 'x'|center(1000000000000) }}",
      "{{ 'x'.ljust(1000000000000, '-') }}",
      "{{ 'x'.zfill(1000000000000) }}",
      "{{ 'x\ny'|indent(1000000000000) }}",
      "{{ '\t'.expandtabs(1000000000000) }}",
      "{{ '%1000000000d' % 1 }}",
      "{{ '%*d' % (1000000000000, 1) }}",
      "{{ '%.1000000000f' % 1.0 }}",
      "{{ '{:1000000000}'.format(1) }}",
      "{{ '{:.1000000000f}'.format(1.0) }}",
      "{{ [1]|batch(1000000000000, 0)|list }}",
      "{{ [1]|slice(1000000000000)|list }}",
      "{{ range(1000000000000) }}",
      "{{ range(100000)|list|tojson(indent=1000000000) }}",
      "{{ ('x' * 1000)|replace('', 'y' * 1000000)|length }}",
      "{{ ('y' * 100000).join('x' * 100000)|length }}",
      "{{ ('x' * 100000)|join('y' * 100000)|length }}",
      "{% set ns = namespace(s='x') %}{% for i in range(100) %}{% set ns.s = ns.s + ns.s %}{% "
      "endfor %}",
      "{% set ns = namespace(s='x') %}{% for i in range(100) %}{% set ns.s = ns.s ~ ns.s %}{% "
      "endfor %}",
      "{% set ns = namespace(s=[1]) %}{% for i in range(100) %}{% set ns.s = ns.s + ns.s %}{% "
      "endfor %}",
      "{% set l = [1] %}{% for i in l %}{{ l.append(i) }}{% endfor %}",
      "{% set l = [1] %}{% for i in range(100) %}{{ l.extend(l) }}{% endfor %}",
      "{% macro m(x) %}{{ m(x + x) }}{{ m(x + x) }}{% endmacro %}{{ m('x') }}",
      "{% set l = [1] %}{% for i in range(60) %}{% set _ = l.append(l + l) %}{% endfor %}{{ l }}",
  };
  for (const char* bomb : kBombs) {
    const auto start = std::chrono::steady_clock::now();
    const auto text = render(bomb, {.max_steps = 2'000'000});
    EXPECT_FALSE(text) << bomb << " gave " << (text ? text->size() : 0) << " bytes";
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20)) << bomb;
  }
}

// Nodes that hold one another are freed with the rendering (the leak checker of the sanitized build
// sees to that), and what was freed is not used again.
TEST(Limits, CyclesEnd) {
  for (const char* source :
       {"{% set l = [] %}{{ l.append(l) }}{{ l }}", "{% set d = {} %}{{ d.update(d=d) }}{{ d }}",
        "{% set ns = namespace() %}{% set ns.x = ns %}{{ ns.x.x.x is sameas ns }}",
        "{% macro m() %}{{ m }}{% endmacro %}{% set x = [m] %}{{ x.append(x) }}{{ m() }}",
        "{% set l = [1] %}{{ l.append(l|map('string')) }}{{ l[1]|list|length }}",
        "{% set l = [] %}{{ l.append(l.append) }}{{ l|length }}",
        "{% set c = cycler([]) %}{{ c.next().append(c) }}"}) {
    const auto text = render(source);
    EXPECT_TRUE(text) << source << ": " << text.error().message;
  }
}

}  // namespace
}  // namespace realm::jinja
