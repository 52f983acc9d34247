#include "engine/answer_text.hpp"

#include <algorithm>

#include "base/str.hpp"
#include "base/utf8.hpp"

namespace realm {
namespace {

constexpr size_t kMaxStops = 16;
constexpr size_t kMaxStopBytes = 1024;

}  // namespace

Result<void> AnswerText::check_stops(const std::vector<std::string>& stops) {
  if (stops.size() > kMaxStops) {
    return Error{Code::kInvalidArgument, str(stops.size(), " stop strings, at most ", kMaxStops)};
  }
  for (size_t i = 0; i < stops.size(); ++i) {
    const std::string& stop = stops[i];
    if (stop.empty() || stop.size() > kMaxStopBytes) {
      return Error{Code::kInvalidArgument, str("stop string ", i, " has ", stop.size(),
                                               " bytes, must be 1 to ", kMaxStopBytes)};
    }
    if (utf8_valid_run(stop, 0) != stop.size()) {
      return Error{Code::kInvalidArgument, str("stop string ", i, " is not UTF-8")};
    }
  }
  return {};
}

AnswerText::AnswerText(Tokenizer tokenizer, DecodeOptions options, std::vector<std::string> stops)
    : decoder_(std::move(tokenizer), options), stops_(std::move(stops)) {}

std::string AnswerText::feed(TokenId id) {
  if (stop_ != nullptr) return {};
  return add(decoder_.feed(id));
}

std::string AnswerText::flush() {
  if (stop_ != nullptr) return {};
  std::string out = add(decoder_.flush());
  if (stop_ == nullptr) out += pending_;
  pending_.clear();
  return out;
}

std::string AnswerText::add(std::string_view piece) {
  if (stops_.empty()) return std::string(piece);
  // No stop string ends before the new bytes, so every end in them is looked at once.
  size_t end = pending_.size();
  pending_ += piece;
  while (++end <= pending_.size()) {
    const std::string_view seen = std::string_view(pending_).substr(0, end);
    for (const std::string& stop : stops_) {
      if (!seen.ends_with(stop)) continue;
      if (stop_ == nullptr || stop.size() > stop_->size()) stop_ = &stop;
    }
    if (stop_ == nullptr) continue;
    std::string out = pending_.substr(0, end - stop_->size());
    pending_.clear();
    return out;
  }
  const size_t certain = pending_.size() - held_back();
  std::string out = pending_.substr(0, certain);
  pending_.erase(0, certain);
  return out;
}

// The longest end of the pending text that a stop string begins with.
size_t AnswerText::held_back() const {
  const std::string_view text = pending_;
  size_t longest = 0;
  for (const std::string& stop : stops_) {
    for (size_t n = std::min(stop.size() - 1, text.size()); n > longest; --n) {
      if (text.ends_with(std::string_view(stop).substr(0, n))) longest = n;
    }
  }
  return longest;
}

}  // namespace realm
