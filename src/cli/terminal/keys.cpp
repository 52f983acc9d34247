#include "cli/terminal/keys.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/utf8.hpp"
#include "cli/terminal/interrupt.hpp"

namespace realm::cli {
namespace {

constexpr std::string_view kPasteBegins = "\x1b[200~";
constexpr std::string_view kPasteEnds = "\x1b[201~";
constexpr size_t kLongestCharacter = 4;

}  // namespace

// Waits for bytes and takes what is there.
Keys::Got Keys::fill() {
  for (;;) {
    if (interrupted()) return Got::kInterrupt;
    pollfd files[] = {{file_, POLLIN, 0}, {interrupt_file(), POLLIN, 0}};
    if (poll(files, 2, -1) < 0) {
      if (errno == EINTR) continue;
      return Got::kEnd;
    }
    if (files[1].revents != 0) return Got::kInterrupt;
    char buffer[4096];
    const ssize_t got = ::read(file_, buffer, sizeof buffer);
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (got <= 0) return Got::kEnd;  // a terminal that is gone says EIO
    bytes_.insert(bytes_.end(), buffer, buffer + got);
    return Got::kKey;
  }
}

bool Keys::take(std::string_view bytes) {
  if (bytes_.size() < bytes.size() || !std::equal(bytes.begin(), bytes.end(), bytes_.begin())) {
    return false;
  }
  bytes_.erase(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(bytes.size()));
  return true;
}

char32_t Keys::take_character() {
  std::string front;
  Utf8Step step;
  for (;;) {
    const size_t have = std::min(bytes_.size(), kLongestCharacter);
    front.assign(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(have));
    step = utf8_step(front, 0);
    // The rest of a character may come with the next read; at the end it never does.
    if (!step.cut_off || have == kLongestCharacter || fill() != Got::kKey) break;
  }
  bytes_.erase(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(step.bytes));
  if (!step.valid) return 0xFFFD;
  const auto lead = static_cast<unsigned char>(front[0]);
  if (step.bytes == 1) return lead;
  char32_t character = lead & (0x7Fu >> step.bytes);
  for (size_t i = 1; i < step.bytes; ++i) {
    character = character << 6 | (static_cast<unsigned char>(front[i]) & 0x3Fu);
  }
  return character;
}

Keys::Key Keys::next() {
  for (;;) {
    if (interrupted()) return {.got = Got::kInterrupt};
    if (bytes_.empty()) {
      if (const Got got = fill(); got != Got::kKey) return {.got = got};
    }
    if (take(kPasteBegins)) {
      pasting_ = true;
    } else if (take(kPasteEnds)) {
      pasting_ = false;
    } else {
      return {.got = Got::kKey, .character = take_character(), .pasted = pasting_};
    }
  }
}

Keys::Key Keys::next_byte() {
  if (bytes_.empty()) {
    if (const Got got = fill(); got != Got::kKey) return {.got = got};
  }
  const char byte = bytes_.front();
  bytes_.pop_front();
  return {.got = Got::kKey, .byte = byte};
}

}  // namespace realm::cli
