#include "cli/chat/conversation.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace realm::cli {
namespace {

namespace fs = std::filesystem;

class SavedMessages : public ::testing::Test {
 protected:
  SavedMessages() {
    std::string name = fs::temp_directory_path() / "realm-messages-XXXXXX";
    folder_ = mkdtemp(name.data());
  }
  ~SavedMessages() override { fs::remove_all(folder_); }
  std::string put(const std::string& text) const {
    std::ofstream(folder_ / "file.json", std::ios::binary) << text;
    return folder_ / "file.json";
  }
  std::string refused(const std::string& text) const {
    const auto loaded = load_messages(put(text));
    return loaded ? "accepted" : loaded.error().message;
  }
  fs::path folder_;
};

TEST_F(SavedMessages, ComeBack) {
  const std::vector<ChatMessage> messages = {
      {"system", ""}, {"user", "Grüße\n\"\\ \x01 <|im_end|> 🦀"}, {"assistant", "a\r\n\tb"}};
  const std::string path = folder_ / "a.json";
  for (int i = 0; i < 2; ++i) {  // the second time over the first
    const auto saved = save_messages(path, messages);
    ASSERT_TRUE(saved) << saved.error().message;
    const auto loaded = load_messages(path);
    ASSERT_TRUE(loaded) << loaded.error().message;
    ASSERT_EQ(loaded->size(), 3u);
    for (size_t m = 0; m < 3; ++m) {
      EXPECT_EQ((*loaded)[m].role, messages[m].role);
      EXPECT_EQ((*loaded)[m].content, messages[m].content);
    }
  }
}

TEST_F(SavedMessages, OtherFilesStay) {
  const std::string path = put("notes of mine");
  const auto saved = save_messages(path, {});
  ASSERT_FALSE(saved);
  EXPECT_NE(saved.error().message.find("is no conversation"), std::string::npos);
  std::string text;
  std::getline(std::ifstream(path), text);
  EXPECT_EQ(text, "notes of mine");
  EXPECT_FALSE(save_messages(folder_, {}));
  EXPECT_FALSE(save_messages(folder_ / "no" / "where.json", {}));
}

TEST_F(SavedMessages, WrongOnesAreNamed) {
  for (const char* text : {"", "{", "[]", "{}", R"({"messages": {}})", "null", "\xff"}) {
    EXPECT_NE(refused(text).find("is no conversation"), std::string::npos) << text;
  }
  EXPECT_NE(refused(R"({"messages": [1]})").find("message 1 must be"), std::string::npos);
  EXPECT_NE(refused(R"({"messages": [{"role": "user", "content": "a"}, {"role": "user"}]})")
                .find("message 2: \"content\" must be a text"),
            std::string::npos);
  EXPECT_NE(refused(R"({"messages": [{"role": null, "content": "a"}]})").find("\"role\""),
            std::string::npos);
  const auto missing = load_messages(folder_ / "missing");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Code::kNotFound);
  EXPECT_FALSE(load_messages(folder_));
}

TEST(Conversation, UndoTakesTheLastExchange) {
  Conversation c;
  EXPECT_FALSE(c.undo());
  c.messages = {
      {"user", "1"}, {"assistant", "2"}, {"user", "3"}, {"assistant", "4"}, {"tool", "5"}};
  EXPECT_TRUE(c.undo());
  ASSERT_EQ(c.messages.size(), 2u);
  EXPECT_EQ(c.messages.back().content, "2");
  EXPECT_TRUE(c.undo());
  EXPECT_TRUE(c.messages.empty());
  EXPECT_FALSE(c.undo());
}

}  // namespace
}  // namespace realm::cli
