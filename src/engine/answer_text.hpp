// AnswerText: the text of an answer as its tokens come, ended by stop strings.
//
// The answer ends as soon as one of the stop strings is complete, and goes up to its begin. Of two
// that become complete at once, the one that began first counts. None of this depends on how the
// text is cut into tokens. Text that may turn out to be the begin of a stop string is held back.
// One answer, one thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "realm/error.hpp"
#include "realm/tokenizer.hpp"

namespace realm {

class AnswerText {
 public:
  /// At most 16 strings of 1 to 1024 bytes of UTF-8; kInvalidArgument says which is not.
  static Result<void> check_stops(const std::vector<std::string>& stops);

  /// Precondition: check_stops(stops) holds.
  AnswerText(Tokenizer tokenizer, DecodeOptions options, std::vector<std::string> stops);

  /// The text that is certain after this token: whole UTF-8, maybe empty.
  std::string feed(TokenId id);
  /// What was held back, when the answer ends here. stop() may have become true by it.
  std::string flush();

  /// The stop string that ended the answer, or nullptr. Nothing comes after it.
  const std::string* stop() const { return stop_; }

 private:
  std::string add(std::string_view piece);
  size_t held_back() const;

  StreamDecoder decoder_;
  std::vector<std::string> stops_;
  std::string pending_;  // not given out yet: may begin a stop string
  const std::string* stop_ = nullptr;
};

}  // namespace realm
