// realm chat, driven through a pseudo-terminal and through pipes.
#include "cli.hpp"
#include "model/tiny/tiny_model.hpp"
#include "terminal.hpp"

namespace realm::testing {
namespace {

using nlohmann::json;

constexpr const char* kEnter = Terminal::kEnter;
constexpr const char* kCtrlC = Terminal::kCtrlC;

// A model of random weights: what it answers means nothing, what is asked of it counts.
class Chat : public Scratch {
 protected:
  Chat() {
    tiny::Spec spec;
    spec.chat_template =
        "{% for m in messages %}[{{ m.role }}]{{ m.content }}\n{% endfor %}"
        "{% if messages and messages[-1].content == 'raise' %}{{ raise_exception('no, thanks') }}"
        "{% endif %}[assistant]";
    EXPECT_TRUE(tiny::write(model_, spec));
    std::filesystem::create_directories(path("home"));
  }

  std::vector<std::string> words(std::vector<std::string> more = {}) const {
    std::vector<std::string> all{REALM_PROGRAM,   "chat", model_, "--threads", "1",
                                 "--temperature", "0",    "-n",   "2"};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  std::map<std::string, std::string> home() const {
    return {{"HOME", path("home")}, {"XDG_STATE_HOME", path("home/state")}};
  }
  Outcome piped(const std::string& input, const std::vector<std::string>& more = {}) const {
    return run(words(more), {.input = input, .set = home()});
  }
  /// What the messages of a saved conversation contain.
  std::vector<std::string> saved(const std::string& name, const std::string& role) const {
    std::vector<std::string> contents;
    const json data = json::parse(read_file(path(name)));
    for (const json& message : data.at("messages")) {
      if (message.at("role") == role) contents.push_back(message.at("content"));
    }
    return contents;
  }
  using Texts = std::vector<std::string>;

  const std::string model_ = path("model.gguf");
};

TEST_F(Chat, LinesCanBeEdited) {
  Terminal t(words(), home());
  EXPECT_PROMPT(t, ">>> ");
  t.press(std::string("Helo\x1b[Dl") + kEnter);  // left arrow
  EXPECT_PROMPT(t, ">>> ");
  t.press(std::string("Grüße 🦀x\x7f") + kEnter);  // backspace
  EXPECT_PROMPT(t, ">>> ");
  t.press(std::string("x\x7fü\x7f€") + kEnter);
  EXPECT_PROMPT(t, ">>> ");
  t.press(std::string("\x1b[A\x1b[A!") + kEnter);  // two lines back
  EXPECT_PROMPT(t, ">>> ");
  t.press(std::string("gone\x15kept") + kEnter);  // Ctrl-U
  EXPECT_PROMPT(t, ">>> ");
  t.press("/save " + path("a.json") + kEnter);
  EXPECT_SHOWN(t, "messages saved");
  EXPECT_PROMPT(t, ">>> ");
  t.press(Terminal::kCtrlD);
  EXPECT_EQ(t.exit_code(), 0);
  EXPECT_EQ(saved("a.json", "user"),
            (Texts{"Hello", "Grüße 🦀", "€", "Grüße 🦀!", "kept"}));
  EXPECT_EQ(saved("a.json", "assistant").size(), 5u);
  EXPECT_TRUE(saved("a.json", "system").empty());
}

TEST_F(Chat, LinesAreKeptForTheNextTime) {
  {
    Terminal t(words(), home());
    EXPECT_PROMPT(t, ">>> ");
    t.press(std::string("first, «é»") + kEnter);
    EXPECT_PROMPT(t, ">>> ");
    t.press(std::string("/bye") + kEnter);
    ASSERT_EQ(t.exit_code(), 0);
  }
  const std::string file = path("home/state/realm/chat-history");
  ASSERT_TRUE(std::filesystem::exists(file));
  EXPECT_EQ(std::filesystem::status(file).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  Terminal t(words(), home());
  EXPECT_PROMPT(t, ">>> ");
  t.press(std::string("\x1b[A\x1b[A") + kEnter);
  EXPECT_PROMPT(t, ">>> ");
  t.press("/save " + path("a.json") + kEnter);
  EXPECT_SHOWN(t, "messages saved");
  EXPECT_EQ(saved("a.json", "user"), Texts{"first, «é»"});
  const std::string before = read_file(file);
  const Outcome other = run(words({"--no-history"}), {.input = "secret\n", .set = home()});
  EXPECT_TRUE(ended_with(other, 0));
  EXPECT_FALSE(contains(read_file(file), "secret"));
}

TEST_F(Chat, TextsOfSeveralLinesAreOneMessage) {
  Terminal t(words(), home());
  EXPECT_PROMPT(t, ">>> ");
  t.press(std::string("\"\"\"one") + kEnter);
  EXPECT_PROMPT(t, "... ");
  t.press(std::string("/two") + kEnter);
  EXPECT_PROMPT(t, "... ");
  t.press(std::string("\"\"\"") + kEnter);
  EXPECT_PROMPT(t, ">>> ");
  t.press("\x1b[200~pasted\r\n/bye\r\tlast \x01\x1b[A\x1b[201~");
  t.press(std::string(" typed") + kEnter);
  EXPECT_SHOWN(t, "typed");
  EXPECT_PROMPT(t, ">>> ");
  t.press(std::string("/set system \"\"\"Be") + kEnter);
  EXPECT_PROMPT(t, "... ");
  t.press(std::string("brief.\"\"\"") + kEnter);
  EXPECT_SHOWN(t, "(system is set)");
  EXPECT_PROMPT(t, ">>> ");
  t.press("/save " + path("a.json") + kEnter);
  EXPECT_SHOWN(t, "messages saved");
  EXPECT_EQ(saved("a.json", "system"), Texts{"Be\nbrief."});
  const Texts users = saved("a.json", "user");
  ASSERT_EQ(users.size(), 2u);
  EXPECT_EQ(users[0], "one\n/two");
  EXPECT_TRUE(contains(users[1], "pasted\n")) << users[1];
  EXPECT_TRUE(contains(users[1], "/bye\n\tlast ")) << users[1];
  EXPECT_TRUE(users[1].ends_with(" typed")) << users[1];
}

TEST_F(Chat, SettingsCanBeSeenAndChanged) {
  Terminal t(words({"--system", "Sys.", "--top-k", "7"}), home());
  EXPECT_PROMPT(t, ">>> ");
  t.press(std::string("/show") + kEnter);
  EXPECT_SHOWN(t, "0 of 256 tokens used");
  EXPECT_SHOWN(t, "\"Sys.\"");
  EXPECT_SHOWN(t, "top_k");
  EXPECT_SHOWN(t, "7");
  t.press(std::string("/set top_k 9") + kEnter);
  EXPECT_SHOWN(t, "(top_k is set)");
  t.press(std::string("/set parameter min_p 0.5") + kEnter);
  EXPECT_SHOWN(t, "(min_p is set)");
  t.press(std::string("/set temperature hot") + kEnter);
  EXPECT_SHOWN(t, "error: temperature: \"hot\" is not a number");
  t.press(std::string("/set max_tokens") + kEnter);
  EXPECT_SHOWN(t, "error: /set max_tokens needs a value");
  t.press(std::string("/sho") + kEnter);
  EXPECT_SHOWN(t, "error: no command /sho; did you mean /show?");
  t.press(std::string("/set system default") + kEnter);
  EXPECT_SHOWN(t, "(system is set)");
  t.press(std::string("Hi") + kEnter);
  EXPECT_PROMPT(t, ">>> ");
  t.press(std::string("/show") + kEnter);
  EXPECT_SHOWN(t, "of 256 tokens used");
  EXPECT_SHOWN(t, "the template's own");
  EXPECT_SHOWN(t, "top_k");
  EXPECT_SHOWN(t, "9");
  t.press(std::string("/help") + kEnter);
  EXPECT_SHOWN(t, "/bye");
  EXPECT_PROMPT(t, ">>> ");
  t.press(std::string("/bye") + kEnter);
  EXPECT_EQ(t.exit_code(), 0);
}

TEST_F(Chat, ConversationsAreSavedLoadedAndTakenBack) {
  const Outcome first =
      piped("one\n/undo\ntwo\nthree\n/save " + path("a.json") + "\n/undo\n/save " + path("b.json") +
                "\n/clear\n/save " + path("c.json") + "\n",
            {"--system", "S"});
  ASSERT_TRUE(ended_with(first, 0));
  EXPECT_EQ(saved("a.json", "user"), (Texts{"two", "three"}));
  EXPECT_EQ(saved("b.json", "user"), Texts{"two"});
  EXPECT_EQ(saved("c.json", "user"), Texts{});
  EXPECT_EQ(saved("c.json", "system"), Texts{"S"});
  const Outcome again = piped("/load " + path("a.json") + "\nfour\n/save " + path("d.json") + "\n");
  ASSERT_TRUE(ended_with(again, 0));
  EXPECT_EQ(saved("d.json", "system"), Texts{"S"});
  EXPECT_EQ(saved("d.json", "user"), (Texts{"two", "three", "four"}));
  EXPECT_TRUE(ended_with(realm({"render", model_, path("d.json")}), 0));
  write("notes", "mine");
  EXPECT_TRUE(ended_with(piped("/save " + path("notes") + "\n"), 2));
  EXPECT_EQ(read_file(path("notes")), "mine");
  EXPECT_TRUE(ended_with(piped("/load " + path("nowhere") + "\n"), 3));
}

TEST_F(Chat, InterruptsStopAndLeave) {
  Terminal t(words({"-c", "256"}), home());
  EXPECT_PROMPT(t, ">>> ");
  t.press(std::string("half a line") + kCtrlC);
  EXPECT_SHOWN(t, "once more leaves");
  EXPECT_PROMPT(t, ">>> ");
  t.press(std::string("/clear") + kEnter);  // anything else in between begins anew
  EXPECT_SHOWN(t, "a new conversation");
  EXPECT_PROMPT(t, ">>> ");
  t.press(kCtrlC);
  EXPECT_SHOWN(t, "once more leaves");
  EXPECT_PROMPT(t, ">>> ");
  t.press(kCtrlC);
  EXPECT_EQ(t.exit_code(), 130);
}

TEST_F(Chat, AFullContextIsReportedNeverCut) {
  const std::string longer(300, 'x');
  Terminal t(words(), home());
  EXPECT_PROMPT(t, ">>> ");
  t.press("short" + std::string(kEnter));
  EXPECT_PROMPT(t, ">>> ");
  t.press(longer + kEnter);
  EXPECT_SHOWN(t, "error: the context is full");
  EXPECT_SHOWN(t, "/undo");
  t.press("/save " + path("a.json") + kEnter);
  EXPECT_SHOWN(t, "messages saved");
  EXPECT_EQ(saved("a.json", "user"), Texts{"short"});

  const Outcome piped_one = piped("short\n" + longer + "\nnever asked\n");
  EXPECT_TRUE(ended_with(piped_one, 2));
  EXPECT_TRUE(contains(piped_one.err, "the context is full")) << piped_one.err;
  // An answer that the context ends; the random model goes on and on.
  const Outcome cut =
      run({REALM_PROGRAM, "chat", model_, "-c", "64", "--temperature", "0", "--verbose"},
          {.input = "x\n", .set = home()});
  EXPECT_TRUE(ended_with(cut, 0));
  EXPECT_TRUE(contains(cut.err, "warning: the answer ends here because the context is full"))
      << cut.err;
}

TEST_F(Chat, WithoutATerminalLinesAreMessages) {
  const Outcome chat =
      piped("one\r\n\n\"\"\"two\nlines\"\"\"\n/save " + path("a.json") + "\nthree");
  ASSERT_TRUE(ended_with(chat, 0));
  EXPECT_EQ(saved("a.json", "user"), (Texts{"one", "two\nlines"}));
  EXPECT_FALSE(contains(chat.out, ">>>"));
  EXPECT_FALSE(contains(chat.out, "\x1b"));
  EXPECT_TRUE(contains(chat.err, "4 messages saved")) << chat.err;
  EXPECT_TRUE(ended_with(piped(""), 0));
  EXPECT_TRUE(ended_with(piped("/bye\nnever"), 0));
  EXPECT_TRUE(ended_with(piped("/nothing\n"), 2));
  EXPECT_TRUE(ended_with(piped("/set top_p 7\n"), 2));
  EXPECT_TRUE(ended_with(piped("\"\"\"begun"), 2));
  const Outcome refused = piped("raise\n");
  EXPECT_TRUE(ended_with(refused, 2));
  EXPECT_TRUE(contains(refused.err, "no, thanks")) << refused.err;
  tiny::Spec plain;
  const std::string other = path("plain.gguf");
  ASSERT_TRUE(tiny::write(other, plain));
  const Outcome none = realm({"chat", other}, {.input = "x\n"});
  EXPECT_TRUE(ended_with(none, 4));
  EXPECT_TRUE(contains(none.err, "no chat template")) << none.err;
}

}  // namespace
}  // namespace realm::testing
