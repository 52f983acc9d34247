#include "text/split/pre_tokenizer.hpp"

#include "base/str.hpp"
#include "base/utf8.hpp"

namespace realm {
namespace {

using Kind = SplitStep::Kind;

DigitGroups::Rule rule_of(Kind kind) {
  if (kind == Kind::kNumberGroups) return DigitGroups::Rule::kNumbers;
  if (kind == Kind::kDigitGroupsAtWordEnd) return DigitGroups::Rule::kAtWordEnd;
  return DigitGroups::Rule::kCutsInFront;
}

}  // namespace

Result<PreTokenizer> PreTokenizer::create(const PreTokenizerRow& row) {
  PreTokenizer result;
  for (const SplitStep& step : row.steps) {
    if (!step.used()) continue;
    if (step.kind != Kind::kPattern && step.kind != Kind::kBytePattern) {
      result.steps_.emplace_back(DigitGroups(rule_of(step.kind)));
      continue;
    }
    const bool bytes = step.kind == Kind::kBytePattern;
    auto pattern =
        Pattern::compile(step.pattern, bytes ? Pattern::Unit::kByte : Pattern::Unit::kCharacter);
    if (!pattern) return std::move(pattern).error().in(str("pre-tokenizer ", row.names[0]));
    result.steps_.emplace_back(std::move(*pattern));
  }
  return result;
}

void PreTokenizer::split(std::string_view text, std::vector<Span>& words) const {
  words.clear();
  std::vector<Span> pieces;
  std::vector<Span> parts;
  for (size_t at = 0; at < text.size();) {
    const size_t valid = utf8_valid_run(text, at);
    if (valid > 0) {
      pieces.assign(1, Span{at, at + valid});
      for (const auto& step : steps_) {
        parts.clear();
        for (const Span& piece : pieces) {
          std::visit([&](const auto& s) { s.split(text, piece, parts); }, step);
        }
        pieces.swap(parts);
      }
      if (words.empty()) {
        words.swap(pieces);
      } else {
        words.insert(words.end(), pieces.begin(), pieces.end());
      }
      at += valid;
    }
    const size_t invalid = at;
    while (at < text.size()) {
      const Utf8Step step = utf8_step(text, at);
      if (step.valid) break;
      at += step.bytes;
    }
    if (at > invalid) words.push_back({invalid, at});
  }
}

}  // namespace realm
