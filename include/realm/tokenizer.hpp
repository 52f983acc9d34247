// Tokenizer: text <-> token ids of one vocabulary, and StreamDecoder: ids -> text as they come.
//
// A Tokenizer is immutable; copies share the vocabulary, and every member may be called from any
// number of threads at once. A StreamDecoder belongs to one thread.
// Text is bytes, by intention UTF-8. Bytes that are not valid UTF-8 are encoded too, each as a
// character of its own: decode(encode(x)) == x for any bytes that the vocabulary can express,
// except that SentencePiece vocabularies cannot tell U+2581 from a space, and that vocabularies
// with a normalization (WordPiece, and SentencePiece with a character map or without repeated
// spaces) give the normalized text back.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "realm/error.hpp"

namespace realm {

/// A token of a vocabulary: 0 .. vocab_size - 1.
enum class TokenId : int32_t {};
constexpr int32_t index(TokenId id) { return static_cast<int32_t>(id); }

/// The numeric value is GGUF's `tokenizer.ggml.token_type`.
enum class TokenType : int32_t {
  kNormal = 1,
  kUnknown = 2,      ///< stands for text that the vocabulary cannot express
  kControl = 3,      ///< begin, end, role marks: never made from text unless the caller asks
  kUserDefined = 4,  ///< always cut out of a text whole, before anything else
  kUnused = 5,       ///< a filler: never made from text
  kByte = 6,         ///< "<0x41>": one byte
};

/// A vocabulary as a model file states it; GGUF keys `tokenizer.ggml.*`. Untrusted: create()
/// checks.
struct VocabData {
  /// "llama" (SentencePiece BPE) | "gpt2" (BPE) | "bert" (WordPiece) | "t5"
  /// (unigram) | "gemma4" (SentencePiece BPE with listed merges)
  std::string model;
  std::string pre;                   ///< name of the pre-tokenizer, for BPE
  std::vector<std::string> tokens;   ///< by id, in the file's spelling
  std::vector<float> scores;         ///< by id; needed by "llama", "t5"
  std::vector<int32_t> token_types;  ///< by id, TokenType; empty: all normal
  std::vector<std::string> merges;   ///< "left right", best first; needed by "gpt2", "gemma4"
  /// CLS begins a text of "bert" where there is no BOS, SEP ends it.
  std::optional<uint32_t> bos, eos, eot, eom, unk, pad, sep, cls, mask;
  // Absent: as the model kind has it.
  std::optional<bool> add_bos, add_eos, add_sep, add_space_prefix;
  std::optional<bool> remove_extra_whitespaces;  ///< of "t5" and "llama"
  std::optional<bool> lowercase, strip_accents;  ///< of "bert"
  std::string precompiled_charsmap;              ///< bytes; of "t5" and "llama"; empty: none
};

struct EncodeOptions {
  bool add_special =
      true;  ///< put BOS in front, SEP and EOS behind where the vocabulary wants them
  bool parse_special = false;  ///< the text may name control tokens ("<|im_end|>"): trusted text
  /// What the vocabulary has no token for, not even byte tokens or an unknown token, is left out,
  /// as the models' own tokenizers do (some byte-level vocabularies lack bytes that no character of
  /// their training text needed). False: it is an error.
  bool drop_inexpressible = true;
  /// With parse_special: the name of a control token right behind this mark is text, and the marks
  /// are left out. For texts in which trusted and other parts are mixed; see mark_control().
  /// Empty: there are none.
  std::string_view mark = {};
};

struct DecodeOptions {
  bool render_special = false;  ///< write control and unknown tokens by their names
  /// The ids begin a text: the space that a SentencePiece vocabulary puts in front is taken off.
  /// False when they continue one.
  bool at_start = true;
};

class Tokenizer {
 public:
  /// Errors: kCorruptFile when `vocab` contradicts itself, kUnsupported for a model or
  /// pre-tokenizer that this build does not have.
  static Result<Tokenizer> create(VocabData vocab);

  /// Time and memory grow as n log n with the text at worst. Errors: kInvalidArgument for a text of
  /// 1 GiB or more, or one that runs into a limit of the pattern matcher; kUnsupported for
  /// what the vocabulary cannot express, unless that is dropped.
  Result<std::vector<TokenId>> encode(std::string_view text, EncodeOptions options = {}) const;

  /// `text` with `mark` in front of every name of a control token in it. Choose a mark that occurs
  /// nowhere else.
  std::string mark_control(std::string_view text, std::string_view mark) const;

  /// Exactly the tokens' bytes; not UTF-8 where the tokens are not. Ids outside the vocabulary
  /// count as nothing.
  std::string decode(const std::vector<TokenId>& ids, DecodeOptions options = {}) const;

  /// The bytes that a token stands for within a text, or the name of a control token; empty for an
  /// id outside the vocabulary. Lives as long as any copy of this tokenizer.
  std::string_view piece(TokenId id) const;
  TokenType type(TokenId id) const;  ///< kUnused outside the vocabulary
  /// The token spelled `text` in the vocabulary's file, of any type.
  std::optional<TokenId> find(std::string_view text) const;

  /// What was assumed because the file does not say it, in a sentence for the user; empty: nothing.
  const std::string& fallback() const;
  size_t vocab_size() const;
  std::optional<TokenId> bos() const;
  std::optional<TokenId> eos() const;
  std::optional<TokenId> eot() const;
  std::optional<TokenId> unk() const;
  std::optional<TokenId> pad() const;
  std::optional<TokenId> sep() const;
  std::optional<TokenId> mask() const;
  bool adds_bos() const;  ///< encode() with add_special begins with bos()
  bool adds_eos() const;
  bool adds_sep() const;  ///< encode() with add_special ends with sep(), in front of eos()
  /// EOS, end of turn, and the tokens known by their names to end an answer ("<|im_end|>", ...).
  bool is_end_of_generation(TokenId id) const;

 private:
  friend class StreamDecoder;
  struct State;
  explicit Tokenizer(std::shared_ptr<const State> state);
  std::shared_ptr<const State> state_;
};

/// Decodes a growing sequence. What feed() and flush() return, joined, is decode() of all ids with
/// each ill-formed byte sequence replaced by U+FFFD (one per maximal subpart, Unicode 3.9); each
/// returned string is valid UTF-8 by itself, so a character never comes in two parts.
class StreamDecoder {
 public:
  explicit StreamDecoder(Tokenizer tokenizer, DecodeOptions options = {});

  /// The text that is certain after this token; often empty within a multi-byte character.
  std::string feed(TokenId id);
  /// The rest: U+FFFD when the ids end within a character. The decoder begins anew after it.
  std::string flush();

 private:
  Tokenizer tokenizer_;
  DecodeOptions options_;
  bool strip_;           // a space in front of the next piece is the vocabulary's, not the text's
  std::string pending_;  // at most 3 bytes: the begin of a character
};

}  // namespace realm
