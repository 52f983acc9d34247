#include "base/text_index.hpp"

#include <bit>
#include <cstring>

namespace realm {
namespace {

template <class Word>
uint64_t load(const char* at) {
  Word word;
  std::memcpy(&word, at, sizeof word);
  return word;
}

uint64_t mix(uint64_t hash, uint64_t word) {
  hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
  return hash ^ hash >> 32;
}

}  // namespace

// Eight bytes at a time; the last ones may overlap those before, which saves a loop over bytes.
uint64_t TextIndex::hash_of(std::string_view text) {
  const char* const at = text.data();
  const size_t n = text.size();
  uint64_t hash = n;
  if (n >= 8) {
    for (size_t i = 0; i + 8 < n; i += 8) hash = mix(hash, load<uint64_t>(at + i));
    hash = mix(hash, load<uint64_t>(at + n - 8));
  } else if (n >= 4) {
    hash = mix(hash, load<uint32_t>(at) << 32 | load<uint32_t>(at + n - 4));
  } else if (n > 0) {
    hash = mix(
        hash, load<uint8_t>(at) << 16 | load<uint8_t>(at + n / 2) << 8 | load<uint8_t>(at + n - 1));
  }
  return mix(hash, n);
}

TextIndex::TextIndex(const std::vector<std::string>& texts)
    : slots_(std::bit_ceil(texts.size() * 2 + 1)) {}

size_t TextIndex::slot(const std::vector<std::string>& texts, std::string_view text,
                       uint64_t hash) const {
  const auto tag = static_cast<uint32_t>(hash >> 32);
  const size_t mask = slots_.size() - 1;
  size_t i = static_cast<size_t>(hash) & mask;
  while (slots_[i].number != kFree) {
    if (slots_[i].tag == tag && texts[slots_[i].number] == text) break;
    i = (i + 1) & mask;
  }
  return i;
}

void TextIndex::add(const std::vector<std::string>& texts, size_t i) {
  const uint64_t hash = hash_of(texts[i]);
  Slot& at = slots_[slot(texts, texts[i], hash)];
  if (at.number == kFree) at = {static_cast<uint32_t>(hash >> 32), static_cast<uint32_t>(i)};
}

std::optional<size_t> TextIndex::find(const std::vector<std::string>& texts, std::string_view text,
                                      uint64_t hash) const {
  const Slot& at = slots_[slot(texts, text, hash)];
  if (at.number == kFree) return std::nullopt;
  return at.number;
}

}  // namespace realm
