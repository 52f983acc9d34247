#include <string>

#include "base/utf8.hpp"
#include "realm/tokenizer.hpp"
#include "text/state.hpp"

namespace realm {

StreamDecoder::StreamDecoder(Tokenizer tokenizer, DecodeOptions options)
    : tokenizer_(std::move(tokenizer)), options_(options), strip_(options.at_start) {}

std::string StreamDecoder::feed(TokenId id) {
  pending_ += tokenizer_.state_->render(id, options_.render_special, strip_);
  // All but the begin of a character that further bytes could complete.
  size_t whole = 0;
  while (whole < pending_.size()) {
    const Utf8Step step = utf8_step(pending_, whole);
    if (step.cut_off) break;
    whole += step.bytes;
  }
  std::string out = utf8_replace_invalid(std::string_view(pending_).substr(0, whole));
  pending_.erase(0, whole);
  return out;
}

std::string StreamDecoder::flush() {
  std::string out = utf8_replace_invalid(pending_);
  pending_.clear();
  strip_ = options_.at_start;
  return out;
}

}  // namespace realm
