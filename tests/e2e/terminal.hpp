// A program on a pseudo-terminal, driven as a person would: what it shows is waited for, keys are
// pressed.
#pragma once

#include <gtest/gtest.h>
#include <sys/types.h>

#include <map>
#include <string>
#include <vector>

namespace realm::testing {

class Terminal {
 public:
  Terminal(const std::vector<std::string>& command, const std::map<std::string, std::string>& set);
  ~Terminal();  ///< kills what still runs
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  void press(const std::string& keys);
  static constexpr const char* kEnter = "\r";
  static constexpr const char* kCtrlC = "\x03";
  static constexpr const char* kCtrlD = "\x04";

  /// Waits until the screen shows `text` behind what was waited for last. Letters alone count: no
  /// colours, no movements of the cursor.
  ::testing::AssertionResult shows(const std::string& text, double timeout_seconds = 60);
  /// The same for a prompt, and waits until keys come to the program as they are pressed: the
  /// prompt is on the screen a moment before, and a key pressed in that moment is edited by the
  /// terminal, byte by byte.
  ::testing::AssertionResult prompts(const std::string& text, double timeout_seconds = 60);
  /// What was shown between the last two things waited for.
  const std::string& between() const { return between_; }
  /// Everything so far, as it came.
  const std::string& raw() const { return raw_; }

  /// Waits for the program's end: its exit code, or -1 when it does not end or a signal ended it.
  int exit_code(double timeout_seconds = 60);

 private:
  bool read_more(double until);

  pid_t child_ = -1;
  int screen_ = -1;
  std::string raw_, plain_, between_;
  size_t seen_ = 0;  // of plain_
};

}  // namespace realm::testing

#define EXPECT_SHOWN(terminal, text) ASSERT_TRUE((terminal).shows(text))
#define EXPECT_PROMPT(terminal, text) ASSERT_TRUE((terminal).prompts(text))
