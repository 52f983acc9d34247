#include "engine/engine_parts.hpp"

#include "base/str.hpp"

namespace realm {

Result<Budget> take_over(EngineParts& parts, const EngineOptions& options) {
  const StepLimits& limits = parts.runner->limits();
  REALM_ASSIGN(Budget budget, make_budget(limits, options.max_sequences, options.chunk_tokens));
  budget.share_prefixes = options.share_prefixes;
  const int64_t cache_tokens = int64_t{limits.n_blocks} * limits.block_tokens;
  if (cache_tokens < limits.context_tokens) {
    return Error{Code::kInvalidArgument,
                 str("the cache of ", cache_tokens, " tokens does not hold one context of ",
                     limits.context_tokens)};
  }
  if (parts.tokenizer.vocab_size() > static_cast<size_t>(limits.vocab_size)) {
    return Error{Code::kCorruptFile, str("the vocabulary has ", parts.tokenizer.vocab_size(),
                                         " tokens, the model ", limits.vocab_size)};
  }
  parts.info.vocab_size = limits.vocab_size;
  parts.info.context_tokens = limits.context_tokens;
  parts.info.has_chat_template = parts.chat_template.has_value();
  return budget;
}

}  // namespace realm
