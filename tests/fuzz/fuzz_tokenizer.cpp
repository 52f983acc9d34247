// Tokenizers under any text and any vocabulary. Byte 0 of the input chooses what is tried, byte 1
// the options; the rest is a text for a sound vocabulary, or a vocabulary with a text behind it. A
// failure is a crash, a sanitizer's report, or a text that does not come back.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/utf8.hpp"
#include "realm/tokenizer.hpp"
#include "text/byte_level.hpp"
#include "text/small_charsmap.hpp"
#include "text/split/pre_tokenizer.hpp"

namespace {

using realm::TokenType;

void add(realm::VocabData& vocab, std::string token, TokenType type, float score = 0) {
  vocab.tokens.push_back(std::move(token));
  vocab.token_types.push_back(static_cast<int32_t>(type));
  vocab.scores.push_back(score);
}

// The kinds: first those below, then BPE with every row of the pre-tokenizers.
enum : unsigned { kSpm, kGemma4, kUnigram, kNormalizing, kBert, kRows };
constexpr const char* kModels[] = {"llama", "gemma4", "t5", "t5", "bert"};
unsigned kinds() { return kRows + static_cast<unsigned>(realm::pre_tokenizer_rows().size()); }

void add_byte_tokens(realm::VocabData& vocab) {
  for (int byte = 0; byte < 256; ++byte) {
    const char* hex = "0123456789ABCDEF";
    add(vocab, std::string("<0x") + hex[byte / 16] + hex[byte % 16] + ">", TokenType::kByte);
  }
}

// `kind` is one of those that have pieces with scores, not merges of bytes.
void add_pieces(unsigned kind, realm::VocabData& vocab) {
  add(vocab, "\u2581\u2581\u2581", TokenType::kUserDefined, kind == kSpm ? 0.0f : -1000.0f);
  for (const char* piece : {"▁", "▁▁", "a", "b", "ab", "▁a", "ba", "ä", "äa", "▁ä", "1", "▁漢"}) {
    add(vocab, piece, TokenType::kNormal, -static_cast<float>(vocab.tokens.size() % 7));
  }
  if (kind == kGemma4) vocab.merges = {"a b", "▁ ▁", "▁ a", "b a", "ä a", "▁ ä"};
  if (kind == kBert) add(vocab, "[UNK]", TokenType::kUnknown);
  if (kind == kNormalizing) {
    vocab.precompiled_charsmap = realm::testing::small_charsmap(
        {{"A", "a"}, {"\t", " "}, {"a\u0308", "ä"}, {"\u200B", ""}, {"ﬀ", "a  b"}});
  } else {
    vocab.remove_extra_whitespaces = false;
  }
}

void add_row(const realm::PreTokenizerRow& row, realm::VocabData& vocab) {
  vocab.pre = row.names[0];
  if (row.plain_text) {
    add_byte_tokens(vocab);
    vocab.merges = {"a b", "▁ a", "▁ ▁", "ab ab", "1 1"};
    for (const char* token : {"▁", "a", "b", "1", "\n", "ab", "▁a", "▁▁", "abab", "11"}) {
      add(vocab, token, TokenType::kNormal);
    }
    return;
  }
  for (int byte = 0; byte < 256; ++byte) {
    std::string token;
    realm::append_byte_level(static_cast<uint8_t>(byte), token);
    add(vocab, token, TokenType::kNormal);
  }
  vocab.merges = {"a b", "Ġ a", "Ġ Ġ", "ab ab", "Ã ¤", "1 1"};
  for (const char* token : {"ab", "Ġa", "ĠĠ", "abab", "Ã¤", "11"}) {
    add(vocab, token, TokenType::kNormal);
  }
}

realm::VocabData sound_vocab(unsigned kind) {
  realm::VocabData vocab;
  vocab.model = kind < kRows ? kModels[kind] : "gpt2";
  add(vocab, "<s>", TokenType::kControl);
  add(vocab, "</s>", TokenType::kControl);
  add(vocab, "\n\n", TokenType::kUserDefined);
  if (kind < kRows) {
    if (kind != kBert) add_byte_tokens(vocab);
    add_pieces(kind, vocab);
  } else {
    add_row(*realm::pre_tokenizer_rows()[kind - kRows], vocab);
  }
  return vocab;
}

void try_text(const realm::Tokenizer& tokenizer, std::string_view text, uint8_t flags, bool sound,
              bool comes_back) {
  const realm::EncodeOptions options = {.add_special = (flags & 1) != 0,
                                        .parse_special = (flags & 2) != 0};
  const auto ids = tokenizer.encode(text, options);
  if (!ids) {
    if (sound) __builtin_trap();
    return;
  }
  const bool render = (flags & 4) != 0;
  const realm::DecodeOptions decode = {.render_special = render, .at_start = (flags & 8) != 0};
  const std::string back = tokenizer.decode(*ids, decode);
  realm::StreamDecoder stream(tokenizer, decode);
  std::string streamed;
  for (const realm::TokenId id : *ids) {
    const std::string part = stream.feed(id);
    if (realm::utf8_valid_run(part, 0) != part.size()) __builtin_trap();
    streamed += part;
  }
  streamed += stream.flush();
  if (streamed != realm::utf8_replace_invalid(back)) __builtin_trap();

  const bool whole = decode.at_start && !options.add_special && (render || !options.parse_special);
  const bool spaces_differ = text.find("\u2581") != std::string_view::npos;
  if (comes_back && whole && !spaces_differ && back != text) __builtin_trap();
}

// Each three bytes change one of the map: its place, and what is put there.
void spoil_charsmap(std::string_view changes, std::string& map) {
  for (size_t i = 0; !map.empty() && i + 2 < changes.size(); i += 3) {
    const auto at = [&](size_t k) { return static_cast<size_t>(static_cast<uint8_t>(changes[k])); };
    map[(at(i) << 8 | at(i + 1)) % map.size()] = changes[i + 2];
  }
}

// Tokens are separated by bytes 0xFE, merges follow behind 0xFD, the text behind 0xFC. With flag
// 0x80 the input's begin also spoils the character map.
realm::VocabData any_vocab(unsigned kind, std::string_view data, std::string_view& text,
                           uint8_t flags) {
  realm::VocabData vocab = sound_vocab(kind);
  if (flags & 0x10) vocab.remove_extra_whitespaces = (flags & 0x20) != 0;
  if (flags & 0x80) spoil_charsmap(data.substr(0, 60), vocab.precompiled_charsmap);
  if (flags & 0x40) vocab.tokens.clear(), vocab.token_types.clear(), vocab.scores.clear();
  std::string item;
  bool merges = false;
  for (size_t i = 0; i < data.size(); ++i) {
    const uint8_t byte = static_cast<uint8_t>(data[i]);
    if (byte < 0xFC) {
      item += data[i];
      continue;
    }
    if (merges) {
      vocab.merges.push_back(item);
    } else {
      const int32_t first = item.empty() ? 1 : static_cast<uint8_t>(item[0]) % 8;
      add(vocab, item.substr(item.empty() ? 0 : 1), static_cast<TokenType>(first),
          static_cast<float>(item.size() % 5));
    }
    item.clear();
    if (byte == 0xFD) merges = true;
    if (byte == 0xFC) {
      text = data.substr(i + 1);
      return vocab;
    }
  }
  text = item.empty() ? data : std::string_view(data).substr(data.size() - item.size());
  return vocab;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  const std::string_view rest(reinterpret_cast<const char*>(data) + 2, size - 2);
  const uint8_t flags = data[1];
  if (data[0] % 8 < 6) {
    // Made once: most of a run would go into it.
    static const std::vector<realm::Tokenizer> tokenizers = [] {
      std::vector<realm::Tokenizer> out;
      for (unsigned kind = 0; kind < kinds(); ++kind) {
        auto tokenizer = realm::Tokenizer::create(sound_vocab(kind));
        if (!tokenizer) __builtin_trap();
        out.push_back(*std::move(tokenizer));
      }
      return out;
    }();
    const unsigned kind = (data[0] / 8 + data[1] / 16 * 32u) % kinds();
    try_text(tokenizers[kind], rest, flags, true, kind != kBert && kind != kNormalizing);
    return 0;
  }
  // Rows differ in their patterns, which no vocabulary changes: a few are enough.
  const unsigned kind = data[0] / 8 % (kRows + 3) % kinds();
  std::string_view text;
  const auto tokenizer = realm::Tokenizer::create(any_vocab(kind, rest, text, flags));
  if (tokenizer) try_text(*tokenizer, text, flags, false, false);
  return 0;
}
