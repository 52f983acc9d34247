#include "cli/terminal/keys.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <string>
#include <thread>
#include <vector>

#include "cli/terminal/lines.hpp"

namespace realm::cli {
namespace {

struct Pipe {
  Pipe() { EXPECT_EQ(pipe(ends), 0); }
  ~Pipe() {
    close(ends[0]);
    finish();
  }
  void put(std::string_view bytes) const {
    EXPECT_EQ(write(ends[1], bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  }
  void finish() {
    if (ends[1] >= 0) close(ends[1]);
    ends[1] = -1;
  }
  int ends[2] = {-1, -1};
};

TEST(Keys, AreCharacters) {
  Pipe pipe;
  pipe.put("aß€🦀\xff\xe2\x82z\xed\xa0\x80");
  pipe.finish();
  Keys keys(pipe.ends[0]);
  std::u32string all;
  Keys::Key key;
  while ((key = keys.next()).got == Keys::Got::kKey) {
    EXPECT_FALSE(key.pasted);
    all += key.character;
  }
  EXPECT_EQ(all, U"aß€🦀\uFFFD\uFFFDz\uFFFD\uFFFD\uFFFD");
}

// However the bytes of a character arrive.
TEST(Keys, ACharacterMayComeInParts) {
  Pipe pipe;
  Keys keys(pipe.ends[0]);
  pipe.put("\xe2");
  std::thread rest([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    pipe.put("\x82");
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    pipe.put("\xac\xf0");
    pipe.finish();
  });
  EXPECT_EQ(keys.next().character, U'€');
  EXPECT_EQ(keys.next().character, U'\uFFFD');
  EXPECT_EQ(keys.next().got, Keys::Got::kEnd);
  rest.join();
}

TEST(Keys, PastesAreMarked) {
  Pipe pipe;
  pipe.put("a\x1b[200~b\n\x1b[A\x1b[201~c\x1b[B");
  pipe.finish();
  Keys keys(pipe.ends[0]);
  std::string typed, pasted;
  Keys::Key key;
  while ((key = keys.next()).got == Keys::Got::kKey) {
    (key.pasted ? pasted : typed) += static_cast<char>(key.character);
  }
  EXPECT_EQ(typed, "ac\x1b[B");
  EXPECT_EQ(pasted, "b\n\x1b[A");
}

TEST(PlainLines, AreBytesUpToTheirEnds) {
  Pipe pipe;
  const std::string bytes = "a\xff\n\nb\r\n\x1b[200~\rc";
  pipe.put(bytes);
  pipe.finish();
  const auto lines = plain_lines(pipe.ends[0]);
  std::vector<std::string> all;
  Line line;
  while ((line = lines->read(">")).kind == Line::Kind::kText) all.push_back(line.text);
  EXPECT_EQ(static_cast<int>(line.kind), static_cast<int>(Line::Kind::kEnd));
  EXPECT_EQ(all, (std::vector<std::string>{"a\xff", "", "b", "\x1b[200~\rc"}));
}

}  // namespace
}  // namespace realm::cli
