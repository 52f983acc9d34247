#include "cli/terminal/lines.hpp"

#include "cli/terminal/interrupt.hpp"

namespace realm::cli {
namespace {

class PlainLines final : public Lines {
 public:
  explicit PlainLines(int file) : keys_(file) {}

  Line read(const std::string&) override {
    const HeldInterrupts held;
    std::string text;
    for (;;) {
      const Keys::Key key = keys_.next_byte();
      if (key.got == Keys::Got::kInterrupt) {
        take_back_interrupt();
        return {Line::Kind::kInterrupt, std::move(text)};
      }
      const bool at_end = key.got == Keys::Got::kEnd;
      if (at_end && text.empty()) return {Line::Kind::kEnd};
      if (at_end || key.byte == '\n') {
        if (text.ends_with('\r')) text.pop_back();
        return {Line::Kind::kText, std::move(text)};
      }
      text += key.byte;
    }
  }

 private:
  Keys keys_;
};

}  // namespace

std::unique_ptr<Lines> plain_lines(int file) { return std::make_unique<PlainLines>(file); }

}  // namespace realm::cli
