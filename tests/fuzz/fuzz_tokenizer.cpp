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
#include "text/split/pre_tokenizer.hpp"

namespace {

using realm::TokenType;

void add(realm::VocabData& vocab, std::string token, TokenType type, float score = 0) {
  vocab.tokens.push_back(std::move(token));
  vocab.token_types.push_back(static_cast<int32_t>(type));
  vocab.scores.push_back(score);
}

// SentencePiece, and BPE with every row of the pre-tokenizers.
unsigned kinds() { return static_cast<unsigned>(realm::pre_tokenizer_rows().size()) + 1; }

realm::VocabData sound_vocab(unsigned kind) {
  realm::VocabData vocab;
  const realm::PreTokenizerRow* row = kind == 0 ? nullptr : realm::pre_tokenizer_rows()[kind - 1];
  vocab.model = row ? "gpt2" : "llama";
  if (row) vocab.pre = row->names[0];
  const bool plain = !row || row->plain_text;
  for (int byte = 0; byte < 256; ++byte) {
    std::string token;
    if (plain) {
      const char* hex = "0123456789ABCDEF";
      add(vocab, std::string("<0x") + hex[byte / 16] + hex[byte % 16] + ">", TokenType::kByte);
    } else {
      realm::append_byte_level(static_cast<uint8_t>(byte), token);
      add(vocab, token, TokenType::kNormal);
    }
  }
  add(vocab, "<s>", TokenType::kControl);
  add(vocab, "</s>", TokenType::kControl);
  add(vocab, "\n\n", TokenType::kUserDefined);
  if (row && plain) {
    vocab.merges = {"a b", "▁ a", "▁ ▁", "ab ab", "1 1"};
    for (const char* token : {"▁", "a", "b", "1", "\n", "ab", "▁a", "▁▁", "abab", "11"}) {
      add(vocab, token, TokenType::kNormal);
    }
  } else if (plain) {
    for (const char* piece : {"▁", "▁▁", "a", "b", "ab", "▁a", "ba", "ä", "äa"}) {
      add(vocab, piece, TokenType::kNormal, -static_cast<float>(vocab.tokens.size() % 7));
    }
  } else {
    vocab.merges = {"a b", "Ġ a", "Ġ Ġ", "ab ab", "Ã ¤", "1 1"};
    for (const char* token : {"ab", "Ġa", "ĠĠ", "abab", "Ã¤", "11"}) {
      add(vocab, token, TokenType::kNormal);
    }
  }
  return vocab;
}

void try_text(const realm::Tokenizer& tokenizer, std::string_view text, uint8_t flags, bool sound) {
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
  if (sound && whole && !spaces_differ && back != text) __builtin_trap();
}

// Tokens are separated by bytes 0xFE, merges follow behind 0xFD, the text behind 0xFC.
realm::VocabData any_vocab(std::string_view data, std::string_view& text, uint8_t flags) {
  realm::VocabData vocab = sound_vocab((flags >> 4 & 3) == 3 ? 0 : (flags >> 4 & 3) * 17 % kinds());
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
    try_text(tokenizers[(data[0] / 8 + data[1] / 16 * 32u) % kinds()], rest, flags, true);
    return 0;
  }
  std::string_view text;
  const auto tokenizer = realm::Tokenizer::create(any_vocab(rest, text, flags));
  if (tokenizer) try_text(*tokenizer, text, flags, false);
  return 0;
}
