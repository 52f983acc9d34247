// Unigram language models as `t5` vocabularies have them (Kudo 2018): a token's score is the
// logarithm of its probability, and of all ways to write a text in tokens the likeliest is taken,
// found in one pass from the left (Viterbi). A character that no token holds costs 10 more than the
// least likely token, and is written in byte tokens, or as the unknown token where there are none.
//
// Ids shall equal SentencePiece's also where two ways are equally likely, as for "aa" + "a" and
// "a" + "aa". Rounding decides there: sums are kept in float, each rounded once, and the first way
// that is found stays.
#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "base/utf8.hpp"
#include "text/encoder.hpp"
#include "text/sentencepiece.hpp"

namespace realm {
namespace {

using sentencepiece::Normalizer;

// Longer tokens are not looked for: published ones end at some 200 bytes, and a malformed
// vocabulary must not make the time grow with the square of the text.
constexpr size_t kMaxTokenBytes = 1024;
constexpr float kUnknownPenalty = 10;
// A user-defined token scores this for each byte but the first: more than any other token, whose
// scores are below 0.
constexpr double kUserDefinedBonus = 0.1;
// From here on sums in float have too few digits left for the differences of scores (2^-10 and
// less), and begin anew. Texts of some 20 KB and less do not come here.
constexpr float kLeastSum = -16384;

class Ugm final : public Encoder {
 public:
  Ugm(const Vocab& vocab, Normalizer normalizer)
      : vocab_(vocab), normalizer_(std::move(normalizer)) {}

  Result<void> read_tokens();
  Result<void> encode(std::string_view text, bool opens, const EncodeOptions& options,
                      std::vector<TokenId>& out) const override;
  std::string piece(std::string_view token) const override {
    return sentencepiece::unescaped(token);
  }
  bool adds_space() const override { return vocab_.data().add_space_prefix.value_or(true); }
  bool adds_bos_by_default() const override { return false; }
  bool adds_eos_by_default() const override { return true; }

 private:
  static constexpr int32_t kUnknown = -1;
  // The likeliest way to what ends here.
  struct Best {
    float sum = 0;
    uint32_t bytes = 0;  // of its last token; 0: no way is known
    int32_t id = kUnknown;
  };
  struct Path {
    std::vector<Best> ends;      // by position in the word
    std::vector<uint32_t> cuts;  // positions, from the end
    float sum = 0;               // of the words before
    bool after_unknown = false;
  };

  void find_path(std::string_view word, Path& path) const;
  void rebase(Path& path, size_t at, size_t end) const;
  Result<void> emit(std::string_view word, const EncodeOptions& options, Path& path,
                    std::vector<TokenId>& out) const;
  static void offer(Best& best, float sum, size_t bytes, int32_t id) {
    if (best.bytes != 0 && !(sum > best.sum)) return;
    best = {sum, static_cast<uint32_t>(bytes), id};
  }

  static float user_defined_score(size_t bytes) {
    return static_cast<float>(static_cast<double>(bytes) * kUserDefinedBonus - kUserDefinedBonus);
  }

  const Vocab& vocab_;
  Normalizer normalizer_;
  DoubleArray tokens_;
  std::vector<bool> user_defined_;
  float unknown_score_ = 0;
  size_t max_token_bytes_ = 4;
  sentencepiece::WordCutter words_;
};

Result<void> Ugm::read_tokens() {
  const VocabData& data = vocab_.data();
  if (data.scores.empty()) return Error{Code::kCorruptFile, "vocabulary: scores are missing"};
  float least = std::numeric_limits<float>::max();
  user_defined_.resize(vocab_.size());
  std::vector<std::pair<std::string_view, int32_t>> entries;
  for (size_t id = 0; id < vocab_.size(); ++id) {
    const std::string_view token = vocab_.token(id);
    if (vocab_.type(id) == TokenType::kNormal) {
      least = std::min(least, data.scores[id]);
    } else if (vocab_.is_piece(id)) {
      user_defined_[id] = true;
    } else {
      continue;
    }
    if (token.size() > kMaxTokenBytes) continue;
    entries.emplace_back(token, static_cast<int32_t>(id));
    max_token_bytes_ = std::max(max_token_bytes_, token.size());
    words_.add(token);
  }
  unknown_score_ = least - kUnknownPenalty;
  tokens_.build(std::move(entries));
  return {};
}

Result<void> Ugm::encode(std::string_view text, bool opens, const EncodeOptions& options,
                         std::vector<TokenId>& out) const {
  const std::string normalized = normalizer_.normalize(text, opens && adds_space());
  const std::string_view all = normalized;
  Path path;
  for (size_t begin = 0; begin < all.size();) {
    const size_t end = words_.end_of_word(all, begin);
    const std::string_view word = all.substr(begin, end - begin);
    find_path(word, path);
    REALM_TRY(emit(word, options, path, out));
    begin = end;
  }
  return {};
}

void Ugm::find_path(std::string_view word, Path& path) const {
  std::vector<Best>& ends = path.ends;
  ends.assign(word.size() + 1, Best{});
  ends[0].sum = path.sum;
  for (size_t at = 0; at < word.size();) {
    if (ends[at].sum < kLeastSum) rebase(path, at, word.size());
    const float here = ends[at].sum;
    const Utf8Step character = utf8_step(word, at);
    const size_t bytes = character.valid ? character.bytes : 1;
    bool whole = false;  // some token is this character
    uint32_t node = DoubleArray::kRoot;
    for (size_t end = at; end < word.size();) {
      node = tokens_.step(node, static_cast<uint8_t>(word[end++]));
      if (node == DoubleArray::kNone) break;
      const int32_t id = tokens_.value(node);
      if (id == DoubleArray::kNoValue) continue;
      const size_t length = end - at;
      const size_t token = static_cast<size_t>(id);
      const float score =
          user_defined_[token] ? user_defined_score(length) : vocab_.data().scores[token];
      offer(ends[end], score + here, length, id);
      whole = whole || length == bytes;
    }
    if (!whole) {
      offer(ends[at + bytes], unknown_score_ + here, bytes, kUnknown);
    }
    at += bytes;
  }
  path.sum = ends[word.size()].sum;
}

// Takes the sum at `at` off those that count from there on.
void Ugm::rebase(Path& path, size_t at, size_t end) const {
  const float base = path.ends[at].sum;
  for (size_t i = at; i <= std::min(at + max_token_bytes_, end); ++i) path.ends[i].sum -= base;
}

Result<void> Ugm::emit(std::string_view word, const EncodeOptions& options, Path& path,
                       std::vector<TokenId>& out) const {
  path.cuts.clear();
  for (size_t end = word.size(); end > 0; end -= path.ends[end].bytes) {
    path.cuts.push_back(static_cast<uint32_t>(end));
  }
  for (size_t i = path.cuts.size(); i-- > 0;) {
    const Best& best = path.ends[path.cuts[i]];
    if (best.id != kUnknown) {
      out.push_back(TokenId{best.id});
      path.after_unknown = false;
    } else {
      REALM_TRY(sentencepiece::emit_unknown(vocab_,
                                            word.substr(path.cuts[i] - best.bytes, best.bytes),
                                            options, path.after_unknown, out));
    }
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<Encoder>> make_ugm(const Vocab& vocab) {
  REALM_ASSIGN(Normalizer normalizer, Normalizer::create(vocab, true));
  auto encoder = std::make_unique<Ugm>(vocab, std::move(normalizer));
  REALM_TRY(encoder->read_tokens());
  return std::unique_ptr<Encoder>(std::move(encoder));
}

}  // namespace realm
