#include "realm/session.hpp"

#include <algorithm>
#include <vector>

#include "base/str.hpp"
#include "engine/block_pool.hpp"
#include "engine/engine_parts.hpp"

namespace realm {
namespace {

// A feed on its way: tokens [at, end) of its sequence are still to come.
struct Pending {
  const Feed* feed = nullptr;
  int32_t begin = 0;  // of the feed, in the sequence
  int32_t at = 0;
  int32_t end = 0;
  size_t first_logits = 0;  // row of the caller's logits
};

}  // namespace

struct Session::Impl {
  struct Held {
    std::vector<BlockId> pages;
    int32_t length = 0;
  };

  Impl(EngineParts own, const Budget& limits)
      : parts(std::move(own)),
        budget(limits),
        pool(parts.runner->limits().n_blocks, parts.runner->limits().block_tokens),
        sequences(static_cast<size_t>(limits.max_running)) {}

  Result<size_t> plan(std::span<const Feed> feeds, std::vector<Pending>& pending) const;
  Result<void> reserve(std::span<const Pending> pending);
  Result<void> compute(std::span<Pending> pending, std::span<float> logits);
  Result<void> run(const Step& step, const std::vector<size_t>& rows, std::span<float> logits);
  void truncate(Held& sequence, int32_t tokens);
  Held& held(const Feed& feed) { return sequences[static_cast<size_t>(feed.sequence)]; }

  EngineParts parts;
  Budget budget;
  BlockPool pool;
  std::vector<Held> sequences;
  std::vector<float> scratch;  // logits of a step that the caller's order takes apart
};

// Checks everything that can be wrong, before anything is changed. Returns the rows of logits.
Result<size_t> Session::Impl::plan(std::span<const Feed> feeds,
                                   std::vector<Pending>& pending) const {
  const StepLimits& limits = parts.runner->limits();
  std::vector<bool> fed(sequences.size(), false);
  size_t rows = 0;
  for (const Feed& feed : feeds) {
    const auto wrong = [&](const auto&... what) {
      return Error{Code::kInvalidArgument, str("sequence ", feed.sequence, ": ", what...)};
    };
    if (feed.sequence < 0 || static_cast<size_t>(feed.sequence) >= sequences.size()) {
      return wrong("there are ", sequences.size());
    }
    const auto slot = static_cast<size_t>(feed.sequence);
    if (fed[slot]) return wrong("fed twice at once");
    fed[slot] = true;
    const int32_t begin = sequences[slot].length;
    if (feed.tokens.size() > static_cast<size_t>(limits.context_tokens - begin)) {
      return wrong(feed.tokens.size(), " tokens behind ", begin, ", the context holds ",
                   limits.context_tokens);
    }
    if (feed.logits < 0 || static_cast<size_t>(feed.logits) > feed.tokens.size()) {
      return wrong("logits of ", feed.logits, " of ", feed.tokens.size(), " tokens");
    }
    for (const TokenId id : feed.tokens) {
      if (index(id) < 0 || index(id) >= limits.vocab_size) {
        return wrong("token ", index(id), ", must be 0 to ", limits.vocab_size - 1);
      }
    }
    const int32_t end = begin + static_cast<int32_t>(feed.tokens.size());
    pending.push_back(
        {.feed = &feed, .begin = begin, .at = begin, .end = end, .first_logits = rows});
    rows += static_cast<size_t>(feed.logits);
  }
  return rows;
}

Result<void> Session::Impl::reserve(std::span<const Pending> pending) {
  for (const Pending& p : pending) {
    Held& sequence = held(*p.feed);
    const int32_t want = (p.end + pool.block_tokens() - 1) / pool.block_tokens();
    while (static_cast<int32_t>(sequence.pages.size()) < want) {
      const auto page = pool.allocate();
      if (!page) {
        for (const Pending& q : pending) truncate(held(*q.feed), q.begin);
        return Error{Code::kInvalidArgument,
                     str("the cache of ", int64_t{pool.n_blocks()} * pool.block_tokens(),
                         " tokens is full")};
      }
      sequence.pages.push_back(*page);
    }
  }
  return {};
}

Result<void> Session::Impl::compute(std::span<Pending> pending, std::span<float> logits) {
  while (true) {
    Step step;
    std::vector<size_t> rows;  // of the caller's logits, in the step's order
    for (Pending& p : pending) {
      const int32_t edge = (p.at / budget.chunk_tokens + 1) * budget.chunk_tokens;
      const int32_t stop = std::min(edge, p.end);
      const auto used = static_cast<int32_t>(step.tokens.size());
      if (stop == p.at || used + stop - p.at > budget.max_rows) continue;
      const int32_t with_logits = p.end - p.feed->logits;
      for (; p.at < stop; ++p.at) {
        if (p.at >= with_logits) {
          step.logit_rows.push_back(static_cast<int32_t>(step.tokens.size()));
          rows.push_back(p.first_logits + static_cast<size_t>(p.at - with_logits));
        }
        step.tokens.push_back(index(p.feed->tokens[static_cast<size_t>(p.at - p.begin)]));
        step.positions.push_back(p.at);
        step.sequences.push_back(static_cast<int32_t>(step.block_tables.size()));
      }
      std::vector<int32_t>& table = step.block_tables.emplace_back();
      for (const BlockId id : held(*p.feed).pages) table.push_back(raw(id));
    }
    if (step.tokens.empty()) return {};
    REALM_TRY(run(step, rows, logits));
  }
}

Result<void> Session::Impl::run(const Step& step, const std::vector<size_t>& rows,
                                std::span<float> logits) {
  const auto vocab = static_cast<size_t>(parts.runner->limits().vocab_size);
  const size_t count = rows.size();
  // Ascending, so together when nothing lies between the first and the last.
  if (count == 0 || rows.back() - rows.front() == count - 1) {
    const size_t first = count == 0 ? 0 : rows.front();
    return parts.runner->run(step, logits.subspan(first * vocab, count * vocab));
  }
  scratch.resize(count * vocab);
  REALM_TRY(parts.runner->run(step, scratch));
  for (size_t i = 0; i < count; ++i) {
    std::ranges::copy(std::span(scratch).subspan(i * vocab, vocab),
                      logits.subspan(rows[i] * vocab, vocab).begin());
  }
  return {};
}

void Session::Impl::truncate(Held& sequence, int32_t tokens) {
  sequence.length = std::clamp(tokens, 0, sequence.length);
  const int32_t keep = (sequence.length + pool.block_tokens() - 1) / pool.block_tokens();
  while (static_cast<int32_t>(sequence.pages.size()) > keep) {
    pool.release(sequence.pages.back());
    sequence.pages.pop_back();
  }
}

Session::Session(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Session::~Session() = default;

Result<std::unique_ptr<Session>> Session::create(EngineParts parts, const EngineOptions& options) {
  REALM_ASSIGN(const Budget budget, take_over(parts, options));
  return std::unique_ptr<Session>(new Session(std::make_unique<Impl>(std::move(parts), budget)));
}

Result<void> Session::forward(std::span<const Feed> feeds, std::span<float> logits) {
  std::vector<Pending> pending;
  pending.reserve(feeds.size());
  REALM_ASSIGN(const size_t rows, impl_->plan(feeds, pending));
  const auto vocab = static_cast<size_t>(info().vocab_size);
  if (logits.size() < rows * vocab) {
    return Error{Code::kInvalidArgument,
                 str("room for ", logits.size(), " logits, ", rows, " rows need ", rows * vocab)};
  }
  REALM_TRY(impl_->reserve(pending));
  if (Result<void> ok = impl_->compute(pending, logits); !ok) {
    for (const Pending& p : pending) impl_->truncate(impl_->held(*p.feed), 0);
    return ok;
  }
  for (const Pending& p : pending) impl_->held(*p.feed).length = p.end;
  return {};
}

int32_t Session::length(int32_t sequence) const {
  if (sequence < 0 || static_cast<size_t>(sequence) >= impl_->sequences.size()) return 0;
  return impl_->sequences[static_cast<size_t>(sequence)].length;
}

void Session::truncate(int32_t sequence, int32_t tokens) {
  if (sequence < 0 || static_cast<size_t>(sequence) >= impl_->sequences.size()) return;
  impl_->truncate(impl_->sequences[static_cast<size_t>(sequence)], tokens);
}

const ModelInfo& Session::info() const { return impl_->parts.info; }
const Tokenizer& Session::tokenizer() const { return impl_->parts.tokenizer; }

}  // namespace realm
