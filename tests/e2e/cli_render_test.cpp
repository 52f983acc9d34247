// realm render: the golden templates through the program, and what it says of wrong ones.
#include "cli.hpp"
#include "model/tiny/tiny_model.hpp"

namespace realm::testing {
namespace {

using json = nlohmann::ordered_json;  // templates see the order of keys

const std::string kTemplates = REALM_SOURCE_DIR "/tests/golden/chat_templates/";
const std::string kHello = R"({"messages": [{"role": "user", "content": "Hé, <you>"}]})";

// Each template with a few of the conversations, another few for every template; all of them are
// in tests/golden.
TEST(Render, EqualsGoldens) {
  const json golden = json::parse(read_file(kTemplates + "expected.json"));
  const json& cases = golden.at("cases");
  int texts = 0, errors = 0;
  for (size_t i = 0; i < cases.size(); i += 7) {
    const json& row = cases[i];
    const std::string name = row.at("template"), conversation = row.at("conversation");
    SCOPED_TRACE(name + ", " + conversation);
    const Outcome run =
        realm({"render", kTemplates + name + ".jinja", "-", "--now", "2024-07-26T13:05:09.001234"},
              {.input = golden.at("conversations").at(conversation).dump()});
    if (row.contains("text")) {
      ++texts;
      ASSERT_TRUE(ended_with(run, 0));
      ASSERT_EQ(run.out, row.at("text").get<std::string>());
      EXPECT_EQ(run.err, "");
    } else {
      ++errors;
      ASSERT_TRUE(ended_with(run, 1));
      EXPECT_TRUE(contains(run.err, row.at("error").get<std::string>())) << run.err;
      EXPECT_EQ(run.out, "");
    }
  }
  EXPECT_GT(texts, 80);
  EXPECT_GT(errors, 3);
}

class RenderFiles : public Scratch {
 protected:
  Outcome render(const std::string& source, const std::string& conversation = kHello,
                 std::vector<std::string> more = {}) {
    std::vector<std::string> words{"render", write("t.jinja", source),
                                   write("conversation.json", conversation)};
    words.insert(words.end(), more.begin(), more.end());
    return realm(words);
  }
  void expect_text(const std::string& text, const Outcome& run) {
    EXPECT_TRUE(ended_with(run, 0));
    EXPECT_EQ(run.out, text);
    EXPECT_EQ(run.err, "");
  }
  void expect_error(int code, const std::string& says, const Outcome& run) {
    EXPECT_TRUE(ended_with(run, code));
    EXPECT_TRUE(contains(run.err, says)) << run.err << " lacks " << says;
    EXPECT_EQ(run.out, "");
  }
};

TEST_F(RenderFiles, VariablesAreThoseOfTheObject) {
  expect_text("Hé, <you>", render("{{ messages[0].content }}"));
  expect_text("FalseFalseFalse",
              render("{{ tools is defined }}{{ add_generation_prompt is defined }}"
                     "{{ bos_token is defined }}"));
  expect_text(
      "True|[1, 2.50]|x",
      render("{{ add_generation_prompt }}|{{ mine.a | tojson | replace('.5', '.50') }}|"
             "{{ bos_token }}",
             R"({"add_generation_prompt": true, "mine": {"a": [1, 2.5]}, "bos_token": "x"})"));
  expect_text("<s></s>",
              render("{{ bos_token }}{{ eos_token }}", "{}", {"--bos", "<s>", "--eos", "</s>"}));
  expect_text("no line break added\n", render("no line break added\n\n", "{}"));
  expect_text("", render("", "{}"));
}

TEST_F(RenderFiles, TheClockIsTheCallers) {
  const std::string source = "{{ strftime_now('%A, %d %B %Y %H:%M:%S.%f') }}";
  expect_text("Friday, 26 July 2024 13:05:09.001000",
              render(source, "{}", {"--now", "2024-07-26 13:05:09.001"}));
  expect_text("Thursday, 29 February 2024 00:00:00.000000",
              render(source, "{}", {"--now", "2024-02-29"}));
  expect_error(2, "--now: \"2023-02-29\" is not a time",
               render(source, "{}", {"--now", "2023-02-29"}));
}

TEST_F(RenderFiles, ErrorsShowThePlace) {
  expect_error(1, "Only user and assistant roles are supported!",
               render("{% if true %}\n{{ raise_exception('Only user and assistant roles are "
                      "supported!') }}{% endif %}"));
  const Outcome raised = render("ab\n  {{ raise_exception('Nein, «danke»') }}");
  expect_error(1, "chat template:2:6: Nein, «danke»\n", raised);
  expect_error(1, "  {{ raise_exception('Nein, «danke»') }}\n", raised);
  expect_error(1, "\n       ^", raised);
  expect_error(1, "chat template:2:4: Expected an expression, got 'end of print statement'",
               render("x\n{{ }}"));
  expect_error(1, "chat template:1:23: 'dict object' has no attribute 'y'",
               render("{% set x = {'a': 1}.y.z %}"));
  expect_error(1, "No filter named 'nope'", render("{{ 1 | nope }}"));
  expect_text("", render("{% if false %}{{ 1 | nope }}{% endif %}"));
  expect_error(1, "steps",
               render("{% set ns = namespace(s='x') %}{% for i in range(99) %}"
                      "{% set ns.s = ns.s + ns.s %}{% endfor %}"));
}

TEST_F(RenderFiles, WrongFilesAreNamed) {
  expect_error(2, "conversation.json", render("x", "{"));
  expect_error(2, "must be a JSON object", render("x", "[1]"));
  expect_error(3, "nowhere.json", realm({"render", write("t.jinja", "x"), path("nowhere.json")}));
  expect_error(3, "nowhere.jinja", realm({"render", path("nowhere.jinja"), write("c", "{}")}));
  expect_error(4, "no chat template", realm({"render", kGpt2, "-"}, {.input = "{}"}));
}

TEST_F(RenderFiles, ModelsGiveTheirTemplateAndTokens) {
  const std::string file = path("model.gguf");
  tiny::Spec spec;
  spec.chat_template = "{{ bos_token }}|{{ eos_token }}|{{ messages[0].content }}";
  ASSERT_TRUE(tiny::write(file, spec));
  expect_text("<s>|</s>|Hé, <you>", realm({"render", file, "-"}, {.input = kHello}));
  expect_text("<s>|</s>|Hé, <you>", realm({"render", file}, {.input = kHello}));
  expect_text("[B]|E|m", realm({"render", file, "-", "--bos", "[B]"},
                               {.input = R"({"messages": [{"content": "m"}], "eos_token": "E"})"}));
}

TEST(RenderModel, DemoModelWritesItsOwnSystemText) {
  REALM_NEEDS_MODEL(model);
  const Outcome run =
      realm({"render", model, "-"}, {.input = R"({"messages": [{"role": "user", "content": "Hi"}],
                                          "add_generation_prompt": true})"});
  ASSERT_TRUE(ended_with(run, 0));
  EXPECT_TRUE(run.out.starts_with("<|im_start|>system\n")) << run.out;
  EXPECT_TRUE(run.out.ends_with("<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n"))
      << run.out;
}

}  // namespace
}  // namespace realm::testing
