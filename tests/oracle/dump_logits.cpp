// dump_logits MODEL DEVICE CACHE [CONTEXT]: answers JSON lines of stdin, one by one, for the oracle
// scripts. DEVICE is a name as --device takes it; with "+precise" behind it, as with --precise.
// CACHE is the format of keys and values: F32, F16 or BF16; CONTEXT the longest sequence.
//   {"ids": [...], "from": k, "out": FILE}   float32 logits of positions k and up into FILE
//   {"ids": [...], "greedy": n}              the n ids that follow, each the most probable
// Every answer is one line of JSON. A sequence is computed alone, in chunks of 256 tokens.
#include <algorithm>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>

#include "backend/registry.hpp"
#include "model/loader.hpp"

namespace {

constexpr size_t kChunk = 256;

class Sequence {
 public:
  explicit Sequence(realm::StepRunner& runner) : runner_(runner) {
    const realm::StepLimits& limits = runner.limits();
    for (int32_t b = 0; b * limits.block_tokens < limits.context_tokens; ++b) pages_.push_back(b);
  }

  /// Appends at most kChunk ids; logits of those from `first` on (counted in the chunk).
  realm::Result<std::vector<float>> append(const std::vector<int32_t>& ids, size_t first) {
    realm::Step step;
    step.tokens = ids;
    step.block_tables = {pages_};
    for (size_t i = 0; i < ids.size(); ++i) {
      step.positions.push_back(next_++);
      step.sequences.push_back(0);
      if (i >= first) step.logit_rows.push_back(static_cast<int32_t>(i));
    }
    const auto width = static_cast<size_t>(runner_.limits().vocab_size);
    std::vector<float> logits(step.logit_rows.size() * width);
    REALM_TRY(runner_.run(step, logits));
    return logits;
  }

 private:
  realm::StepRunner& runner_;
  std::vector<int32_t> pages_;
  int32_t next_ = 0;
};

realm::Result<nlohmann::json> answer(realm::StepRunner& runner, const nlohmann::json& query) {
  const auto ids = query.at("ids").get<std::vector<int32_t>>();
  const auto from = query.value("from", ids.size() - 1);
  const auto greedy = query.value("greedy", size_t{0});
  std::ofstream out;
  if (query.contains("out")) out.open(query.at("out").get<std::string>(), std::ios::binary);
  Sequence sequence(runner);
  std::vector<float> logits;
  for (size_t begin = 0; begin < ids.size(); begin += kChunk) {
    const size_t end = std::min(ids.size(), begin + kChunk);
    const std::vector<int32_t> chunk(ids.begin() + static_cast<ptrdiff_t>(begin),
                                     ids.begin() + static_cast<ptrdiff_t>(end));
    REALM_ASSIGN(logits,
                 sequence.append(chunk, std::min(chunk.size(), std::max(from, begin) - begin)));
    out.write(reinterpret_cast<const char*>(logits.data()),
              static_cast<std::streamsize>(logits.size() * sizeof(float)));
  }
  nlohmann::json made = nlohmann::json::array();
  const auto width = static_cast<ptrdiff_t>(runner.limits().vocab_size);
  while (made.size() < greedy) {
    const auto best = std::max_element(logits.end() - width, logits.end()) - (logits.end() - width);
    made.push_back(best);
    if (made.size() == greedy) break;
    REALM_ASSIGN(logits, sequence.append({static_cast<int32_t>(best)}, 0));
  }
  return nlohmann::json{{"ids", made}};
}

int fail(const realm::Error& error) {
  std::cerr << error.message << "\n";
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4 && argc != 5) return 2;
  const realm::FormatInfo* cache = realm::find_format(std::string_view(argv[3]));
  if (cache == nullptr) return 2;
  const realm::LogSink log = [](realm::LogLevel level, const std::string& line) {
    if (level != realm::LogLevel::kDebug) std::cerr << line << "\n";
  };
  std::string name = argv[2];
  realm::DeviceOptions options;
  if (const size_t at = name.find("+precise"); at != std::string::npos) {
    options.precise = true;
    name.resize(at);
  }
  auto device = realm::open_device(name, options, log);
  if (!device) return fail(device.error());
  auto model = realm::load_model(argv[1], **device,
                                 {.context_tokens = argc == 5 ? std::stoi(argv[4]) : 0,
                                  .cache_format = cache->format,
                                  .max_sequences = 1},
                                 log);
  if (!model) return fail(model.error());
  for (std::string line; std::getline(std::cin, line);) {
    const auto reply = answer(*model->runner, nlohmann::json::parse(line));
    if (!reply) return fail(reply.error());
    std::cout << reply->dump() << std::endl;
  }
  return 0;
}
