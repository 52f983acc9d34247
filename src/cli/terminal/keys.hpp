// Keys: what comes in from a terminal or a pipe, character by character, with Ctrl-C among it. A
// terminal that was asked to (kPasteOn) puts marks round what is pasted; they are taken out, and
// each character knows whether it was typed. Belongs to one thread.
#pragma once

#include <deque>
#include <string_view>

namespace realm::cli {

class Keys {
 public:
  /// Ask a terminal to mark pastes, and not to.
  static constexpr std::string_view kPasteOn = "\x1b[?2004h";
  static constexpr std::string_view kPasteOff = "\x1b[?2004l";

  enum class Got { kKey, kEnd, kInterrupt };
  struct Key {
    Got got = Got::kEnd;
    char32_t character = 0;  ///< U+FFFD for bytes that are no UTF-8
    char byte = 0;           ///< of next_byte()
    bool pasted = false;
  };

  explicit Keys(int file) : file_(file) {}

  /// The next character; waits for it. At a Ctrl-C (cli/terminal/interrupt.hpp) the wait ends.
  Key next();
  /// The next byte as it is: for input that is no terminal.
  Key next_byte();

 private:
  Got fill();
  bool take(std::string_view bytes);
  char32_t take_character();

  int file_;
  std::deque<char> bytes_;  // read and not yet taken
  bool pasting_ = false;
};

}  // namespace realm::cli
