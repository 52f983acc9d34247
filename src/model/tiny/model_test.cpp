// Tiny random models, run through loader and runner, against a plain forward pass in doubles that
// shares no code with Realm.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>

#include "backend/reference/device.hpp"
#include "backend/registry.hpp"
#include "model/loader.hpp"
#include "model/tiny/drive.hpp"
#include "model/tiny/tiny_model.hpp"
#include "ops/activations.hpp"

namespace realm::tiny {
namespace {

struct Case {
  std::string name;
  Spec spec;
  friend void PrintTo(const Case& each, std::ostream* out) { *out << each.name; }
};

Spec with(void (*edit)(Spec&)) {
  Spec spec;
  edit(spec);
  return spec;
}

std::vector<Case> cases() {
  std::vector<Case> out = {
      {"plain", {}},
      {"untied", with([](Spec& s) { s.tied = false; })},
      {"biases", with([](Spec& s) { s.biases = true; })},
      {"one_head_group", with([](Spec& s) { s.kv_heads = 1; })},
      {"no_groups", with([](Spec& s) { s.kv_heads = 4; })},
      {"wide_heads", with([](Spec& s) { s.head_dim = 32; })},
      {"partial_rope", with([](Spec& s) { s.rope_dims = 6; })},
      {"halves", with([](Spec& s) { s.architecture = "qwen2"; })},
      {"halves_partial_biases", with([](Spec& s) {
         s.architecture = "qwen2";
         s.rope_dims = 10;
         s.biases = true;
       })},
      {"window", with([](Spec& s) { s.window = 5; })},
      {"window_of_one", with([](Spec& s) { s.window = 1; })},
      {"linear", with([](Spec& s) {
         s.scaling = "linear";
         s.scaling_numbers = {{"factor", 3.0f}};
       })},
      {"yarn", with([](Spec& s) {
         s.scaling = "yarn";
         s.rope_base = 100;
         s.original_context = 64;
         s.scaling_numbers = {{"factor", 4.0f}};
       })},
      {"yarn_own_numbers", with([](Spec& s) {
         s.scaling = "yarn";
         s.rope_base = 50;
         s.original_context = 32;
         s.scaling_numbers = {{"factor", 8.0f},
                              {"attn_factor", 0.9f},
                              {"yarn_beta_fast", 16.0f},
                              {"yarn_beta_slow", 0.5f}};
       })},
      {"llama3", with([](Spec& s) {
         s.scaling = "llama3";
         s.rope_base = 100;
         s.original_context = 64;
         s.scaling_numbers = {
             {"factor", 8.0f}, {"low_freq_factor", 1.0f}, {"high_freq_factor", 4.0f}};
       })},
      {"rope_divisors", with([](Spec& s) { s.rope_divisors = true; })},
      {"odd_sizes", with([](Spec& s) {
         s.dim = 35;
         s.heads = 3;
         s.kv_heads = 3;
         s.head_dim = 22;
         s.rope_dims = 22;
         s.ff_dim = 51;
         s.layers = 3;
       })},
  };
  // Every format that a matrix can have; K-quants need rows of 256.
  for (const FormatInfo* f = formats_begin(); f != formats_end(); ++f) {
    if (f->name[0] == 'I' || f->format == Format::kF64 || f->format == Format::kF32) continue;
    for (const bool tied : {true, false}) {
      Spec spec;
      spec.format = f->format;
      spec.tied = tied;
      if (f->block_elems == 256) {
        spec.dim = 256;
        spec.ff_dim = 256;
        spec.head_dim = 64;
        spec.layers = 1;
      }
      out.push_back({std::string(f->name) + (tied ? "" : "_untied"), spec});
    }
  }
  return out;
}

class File {
 public:
  File()
      : path_(std::filesystem::temp_directory_path() /
              ("realm_tiny_" + std::to_string(getpid()) + ".gguf")) {}
  ~File() { std::filesystem::remove(path_); }
  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

std::vector<int32_t> random_tokens(size_t n) {
  std::vector<int32_t> tokens;
  for (size_t i = 0; i < n; ++i)
    tokens.push_back(static_cast<int32_t>((i * i * 37 + i * 11 + 5) % kVocabSize));
  return tokens;
}

const LoadOptions kOptions{.context_tokens = 64,
                           .cache_format = Format::kF32,
                           .block_tokens = 8,
                           .n_blocks = 24,
                           .max_rows = 48,
                           .max_sequences = 12};

using Rows = std::vector<std::vector<float>>;

// Logits of all tokens: a chunk, a smaller one, then one by one.
Rows run_in_parts(StepRunner& runner, const std::vector<int32_t>& tokens) {
  Driver driver(runner, 2);
  Rows rows;
  for (size_t at = 0; at < tokens.size();) {
    const size_t count = at == 0 ? 13 : at == 13 ? 9 : 1;
    const std::vector<int32_t> part(tokens.begin() + static_cast<ptrdiff_t>(at),
                                    tokens.begin() + static_cast<ptrdiff_t>(at + count));
    auto made = driver.step({{1, part}});
    if (!made) {
      ADD_FAILURE() << made.error().message;
      return rows;
    }
    rows.insert(rows.end(), made->begin(), made->end());
    at += count;
  }
  return rows;
}

struct Distance {
  double worst_of_range = 0;
  double nmse = 0;
};

Distance distance(const Rows& got, const std::vector<std::vector<double>>& want) {
  double low = HUGE_VAL, high = -HUGE_VAL, worst = 0, error = 0, power = 0;
  for (size_t r = 0; r < want.size(); ++r) {
    for (size_t i = 0; i < want[r].size(); ++i) {
      const double difference = std::fabs(got[r][i] - want[r][i]);
      low = std::min(low, want[r][i]);
      high = std::max(high, want[r][i]);
      if (!(difference <= worst) && !std::isnan(worst)) worst = difference;
      error += difference * difference;
      power += want[r][i] * want[r][i];
    }
  }
  return {worst / (high - low), error / power};
}

class TinyModel : public testing::TestWithParam<Case> {
 protected:
  // `worst`: of any logit, as a part of the logits' range.
  void expect_close(const std::string& where, Device& device, Format cache_format, double worst,
                    double nmse) {
    SCOPED_TRACE(where);
    LoadOptions options = kOptions;
    options.cache_format = cache_format;
    auto loaded = load_model(file_.path(), device, options);
    ASSERT_TRUE(loaded) << loaded.error().message;
    const Rows got = run_in_parts(*loaded->runner, tokens_);
    ASSERT_EQ(got.size(), tokens_.size());
    const Distance d = distance(got, want_);
    RecordProperty(where + "_worst_of_range", std::to_string(d.worst_of_range * 1e9) + "e-9");
    RecordProperty(where + "_nmse", std::to_string(d.nmse * 1e9) + "e-9");
    EXPECT_LE(d.worst_of_range, worst);
    EXPECT_LE(d.nmse, nmse);
  }

  File file_;
  std::vector<int32_t> tokens_ = random_tokens(40);
  std::vector<std::vector<double>> want_;
};

TEST_P(TinyModel, EqualsPlainLoops) {
  const auto model = write(file_.path(), GetParam().spec);
  ASSERT_TRUE(model) << model.error().message;
  want_ = plain_logits(*model, tokens_);
  const auto reference = make_reference_device();
  // Results are rounded to float32 between ops, 2^-24 each; some ten a layer.
  expect_close("reference", *reference, Format::kF32, 5e-7, 1e-13);
  // Keys and values rounded to 11 bits: 2^-12 of each, on average less.
  expect_close("reference_half_cache", *reference, Format::kF16, 1e-3, 1e-6);
  // To 8 and 4 bits with a scale per 32, where heads are whole blocks.
  if (GetParam().spec.head_dim % 32 == 0) {
    expect_close("reference_q8_0_cache", *reference, Format::kQ8_0, 3e-2, 1e-3);
    expect_close("reference_q4_0_cache", *reference, Format::kQ4_0, 0.5, 0.2);
  }
  // Float weights: sums of 96 to 256 terms in float32; of BF16 ones times activations rounded to 8
  // bits each, which is less than what blocks do. Block formats meet activations rounded to 8 bits
  // in blocks of 32: an NMSE of 2e-5 a matmul (docs/numerics.md), which softmax and the layers make
  // larger; those rounded to 16 bits have steps 254 times as fine.
  constexpr double kFiner = 254;
  for (const std::string isa : {"", "baseline"}) {
    for (const bool precise : {false, true}) {
      DeviceOptions options;
      options.threads = 2;
      options.cpu_isa = isa;
      options.precise = precise;
      auto device = open_device("cpu", options, {});
      ASSERT_TRUE(device) << device.error().message;
      const bool rounds = matmul_activations(GetParam().spec.format,
                                             (*device)->info().activations) != Activations::kFloat;
      const double finer = precise ? kFiner : 1;
      expect_close("cpu_" + (*device)->info().variant + (precise ? "_precise" : ""), **device,
                   Format::kF32, rounds ? 3e-2 / finer : 5e-6,
                   rounds ? 1e-3 / (finer * finer) : 1e-11);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(, TinyModel, testing::ValuesIn(cases()),
                         [](const auto& each) { return each.param.name; });

}  // namespace
}  // namespace realm::tiny
