#include "text/split/regex.hpp"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>

#include "base/str.hpp"
#include "base/utf8.hpp"

namespace realm {
namespace {

// A piece is found with a few steps per byte, however long the text; 10 M is PCRE2's own default
// for the constant part. What needs more backtracks exponentially.
constexpr uint64_t kMatchLimitBase = 10'000'000;
constexpr uint64_t kMatchLimitPerByte = 16;
constexpr uint32_t kDepthLimit = 100'000;
constexpr uint32_t kHeapLimitKib = 64 * 1024;
constexpr size_t kJitStackMinBytes = 32 * 1024;
constexpr size_t kJitStackMaxBytes = 1024 * 1024;

std::string message(int code) {
  PCRE2_UCHAR buffer[256] = {};
  pcre2_get_error_message(code, buffer, sizeof(buffer));
  return reinterpret_cast<const char*>(buffer);
}

// \s of Oniguruma and Rust is the property White_Space; PCRE2's has U+180E besides.
std::string translate(std::string_view pattern) {
  std::string out;
  for (size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] != '\\' || i + 1 == pattern.size()) {
      out += pattern[i];
      continue;
    }
    const char escaped = pattern[++i];
    if (escaped == 's') {
      out += "\\p{White_Space}";
    } else if (escaped == 'S') {
      out += "\\P{White_Space}";
    } else {
      out += '\\';
      out += escaped;
    }
  }
  return out;
}

}  // namespace

struct RegexScratch::Memory {
  // One pair: only the whole match is read.
  pcre2_match_data* match = pcre2_match_data_create(1, nullptr);
  pcre2_match_context* context = pcre2_match_context_create(nullptr);
  pcre2_jit_stack* stack = pcre2_jit_stack_create(kJitStackMinBytes, kJitStackMaxBytes, nullptr);

  Memory() {
    if (!context) return;
    pcre2_set_depth_limit(context, kDepthLimit);
    pcre2_set_heap_limit(context, kHeapLimitKib);
    if (stack) pcre2_jit_stack_assign(context, nullptr, stack);
  }
  ~Memory() {
    pcre2_match_data_free(match);
    pcre2_match_context_free(context);
    pcre2_jit_stack_free(stack);
  }
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;
};

RegexScratch::RegexScratch() : memory_(std::make_unique<Memory>()) {}
RegexScratch::~RegexScratch() = default;

void Regex::FreeCode::operator()(pcre2_real_code_8* code) const { pcre2_code_free(code); }

Result<Regex> Regex::compile(std::string_view pattern) {
  const std::string translated = translate(pattern);
  int error = 0;
  PCRE2_SIZE where = 0;
  Regex regex;
  regex.code_.reset(
      pcre2_compile(reinterpret_cast<PCRE2_SPTR>(translated.data()), translated.size(),
                    PCRE2_UTF | PCRE2_UCP | PCRE2_NEVER_BACKSLASH_C, &error, &where, nullptr));
  if (!regex.code_) {
    return Error{Code::kInvalidArgument,
                 str("pattern ", translated, " at byte ", where, ": ", message(error))};
  }
  // Without JIT (refused by the platform or for this pattern) pcre2_match interprets: the same
  // matches, slower.
  (void)pcre2_jit_compile(regex.code_.get(), PCRE2_JIT_COMPLETE);
  return regex;
}

Result<void> Regex::split(std::string_view text, size_t offset, RegexScratch& scratch,
                          std::vector<Span>& pieces) const {
  const RegexScratch::Memory& memory = *scratch.memory_;
  if (!memory.match || !memory.context) {
    return Error{Code::kOutOfMemory, "no memory for matching a pattern"};
  }
  const uint64_t limit = kMatchLimitBase + kMatchLimitPerByte * text.size();
  pcre2_set_match_limit(memory.context, static_cast<uint32_t>(std::min<uint64_t>(
                                            limit, std::numeric_limits<uint32_t>::max())));

  size_t gap = 0;    // begin of what no piece holds yet
  size_t start = 0;  // where to search
  while (start < text.size()) {
    const int found =
        pcre2_match(code_.get(), reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(), start,
                    PCRE2_NO_UTF_CHECK, memory.match, memory.context);
    if (found == PCRE2_ERROR_NOMATCH) break;
    if (found < 0) {
      return Error{Code::kInvalidArgument,
                   str("splitting a text of ", text.size(), " bytes, at byte ", offset + start,
                       ": ", message(found))};
    }
    const PCRE2_SIZE* match = pcre2_get_ovector_pointer(memory.match);
    if (match[1] <= match[0]) {  // empty: goes on behind the next character
      start = match[0] < text.size() ? match[0] + utf8_step(text, match[0]).bytes : text.size();
      continue;
    }
    if (match[0] > gap) pieces.push_back({offset + gap, offset + match[0]});
    pieces.push_back({offset + match[0], offset + match[1]});
    gap = start = match[1];
  }
  if (gap < text.size()) pieces.push_back({offset + gap, offset + text.size()});
  return {};
}

}  // namespace realm
