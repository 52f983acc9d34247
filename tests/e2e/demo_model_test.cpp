// The demo model on a device whose memory the host cannot touch: whatever the runner does must go
// through uploads, ops and downloads, in the stream's own time, as on a GPU.
#include "support/demo_model.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "backend/registry.hpp"
#include "model/loader.hpp"
#include "model/tiny/drive.hpp"
#include "remote_device.hpp"

namespace realm {
namespace {

constexpr size_t kTokens = 24;
const LoadOptions kOptions{.context_tokens = 256, .max_rows = 64, .max_sequences = 2};

struct Answers {
  std::vector<std::vector<int32_t>> ids;
  std::string text;  // of the first
  std::vector<float> last_logits;
};

std::vector<int32_t> prompt_of(const Tokenizer& tokenizer, const std::string& question) {
  const auto ids =
      tokenizer.encode("<|im_start|>user\n" + question + "<|im_end|>\n<|im_start|>assistant\n",
                       {.add_special = true, .parse_special = true});
  std::vector<int32_t> tokens;
  for (const TokenId id : *ids) tokens.push_back(index(id));
  return tokens;
}

// Two conversations, one prompt after the other, then decoded together, greedily.
Answers answer(Device& device, const std::string& path) {
  Answers out;
  auto loaded = load_model(path, device, kOptions);
  if (!loaded) {
    ADD_FAILURE() << loaded.error().message;
    return out;
  }
  tiny::Driver driver(*loaded->runner, 2);
  std::vector<tiny::Driver::Part> next;
  const auto step = [&](const std::vector<tiny::Driver::Part>& parts) {
    const auto rows = driver.step(parts, false);
    ASSERT_TRUE(rows) << rows.error().message;
    for (size_t i = 0; i < parts.size(); ++i) {
      const std::vector<float>& row = (*rows)[i];
      const auto best =
          static_cast<int32_t>(std::max_element(row.begin(), row.end()) - row.begin());
      out.ids[static_cast<size_t>(parts[i].sequence)].push_back(best);
      next.push_back({parts[i].sequence, {best}});
    }
    out.last_logits = rows->back();
  };
  out.ids.resize(2);
  step({{0, prompt_of(*loaded->tokenizer, "Name the capital of France.")}});
  step({{1, prompt_of(*loaded->tokenizer, "Count to five.")}});
  while (out.ids.back().size() < kTokens && !::testing::Test::HasFatalFailure()) {
    const auto parts = std::exchange(next, {});
    step(parts);
  }
  out.text = loaded->tokenizer->decode({TokenId{out.ids[0][0]}});
  for (size_t i = 1; i < out.ids[0].size(); ++i) {
    out.text += loaded->tokenizer->decode({TokenId{out.ids[0][i]}}, {.at_start = false});
  }
  return out;
}

TEST(DemoModel, OnRemoteMemoryGivesTheCpusTokens) {
  REALM_NEEDS_MODEL(path);
  DeviceOptions options;
  options.threads = 2;
  auto cpu = open_device("cpu", options, {});
  ASSERT_TRUE(cpu) << cpu.error().message;
  const Answers want = answer(**cpu, path);
  EXPECT_NE(want.text.find("Paris"), std::string::npos) << want.text;

  auto inner = open_device("cpu", options, {});
  ASSERT_TRUE(inner) << inner.error().message;
  const auto remote = make_remote_device(*std::move(inner));
  const Answers got = answer(*remote, path);
  EXPECT_EQ(got.ids, want.ids);
  ASSERT_EQ(got.last_logits.size(), want.last_logits.size());
  EXPECT_EQ(std::memcmp(got.last_logits.data(), want.last_logits.data(),
                        want.last_logits.size() * sizeof(float)),
            0);
}

}  // namespace
}  // namespace realm
