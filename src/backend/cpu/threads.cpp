#include "backend/cpu/threads.hpp"

#include <algorithm>

#include "base/str.hpp"

namespace realm::cpu {
namespace {

constexpr double kGoodEnough = 1.03;
constexpr double kHopeless = 1.3;  // not tried again
constexpr int kLeastRounds = 3;
constexpr int kMostRounds = 6;
constexpr double kTrialSeconds = 0.25;  // of all rounds behind the first three

int threads_of(const Machine& machine, const DeviceOptions& options) {
  return options.threads > 0 ? options.threads : machine.threads();
}

bool pins(const Machine& machine, const DeviceOptions& options) {
  const auto cores = static_cast<int>(machine.cores.size());
  return options.pin_threads && !machine.narrowed && machine.quota == 0 && cores > 1 &&
         threads_of(machine, options) == cores;
}

// all, 3/4, 1/2, 3/8 ...
std::vector<DecodeTrial> candidates(int most) {
  std::vector<DecodeTrial> out{{most, 0}};
  const auto add = [&out](int threads) {
    if (threads >= 1 && threads < out.back().threads) out.push_back({threads, 0});
  };
  for (int part = most; part >= 2; part /= 2) {
    add(part * 3 / 4);
    add(part / 2);
  }
  return out;
}

std::string milliseconds(double seconds) {
  const auto hundredths = static_cast<int64_t>(seconds * 1e5 + 0.5);
  const std::string rest = str(hundredths % 100);
  return str(hundredths / 100, ".", rest.size() < 2 ? "0" : "", rest, " ms");
}

}  // namespace

ThreadPoolOptions pool_options(const Machine& machine, const DeviceOptions& options) {
  ThreadPoolOptions out{.threads = threads_of(machine, options)};
  int fast = 0;
  for (const Core& core : machine.cores) fast += core.efficient ? 0 : 1;
  out.fast = std::min(fast, out.threads);
  if (!pins(machine, options)) return out;
  for (const Core& core : machine.cores) out.cpus.push_back(core.cpu);
  return out;
}

std::vector<std::string> describe_machine(const Machine& machine, const DeviceOptions& options) {
  std::vector<std::string> lines;
  int efficient = 0;
  for (const Core& core : machine.cores) efficient += core.efficient ? 1 : 0;
  lines.push_back(str(machine.cores.size(), " cores",
                      efficient > 0 ? str(", ", efficient, " of them slow") : "", " on ",
                      machine.nodes, machine.nodes == 1 ? " memory node" : " memory nodes",
                      machine.narrowed ? "; the process may not use all of the machine's" : ""));
  if (machine.quota > 0) {
    lines.push_back(str("the control group grants ", machine.quota, " processors"));
  }
  lines.push_back(pins(machine, options) ? "threads are pinned, one to a core"
                                         : "threads are not pinned");
  if (machine.nodes > 1) {
    lines.push_back(machine.numa_balancing
                        ? "kernel.numa_balancing is on: the system may move weights after threads; "
                          "0 keeps them where their threads are"
                        : "kernel.numa_balancing is off");
  }
  return lines;
}

int first_decode_threads(const DeviceOptions& options, int threads) {
  return options.decode_threads > 0 ? std::min(options.decode_threads, threads) : threads;
}

Result<std::vector<DecodeTrial>> try_decode_threads(
    int most, const std::function<Result<double>(int threads)>& seconds_of) {
  std::vector<DecodeTrial> trials{{most, 0}};
  if (most < 3) return trials;
  trials = candidates(most);
  double best = 0;
  double spent = 0;
  for (int round = 0; round < kMostRounds; ++round) {
    if (round >= kLeastRounds && spent > kTrialSeconds) break;
    for (DecodeTrial& trial : trials) {
      if (round > 0 && trial.seconds > best * kHopeless) continue;
      REALM_ASSIGN(const double seconds, seconds_of(trial.threads));
      spent += seconds;
      trial.seconds = round == 0 ? seconds : std::min(trial.seconds, seconds);
      best = best == 0 ? seconds : std::min(best, seconds);
    }
  }
  for (auto chosen = trials.rbegin(); chosen != trials.rend(); ++chosen) {
    if (chosen->seconds > best * kGoodEnough) continue;
    std::rotate(trials.begin(), chosen.base() - 1, chosen.base());
    break;
  }
  return trials;
}

std::string to_string(const std::vector<DecodeTrial>& trials, int most) {
  std::string out = str(trials.front().threads, " of ", most, " threads decode");
  if (trials.size() < 2) return out;
  const char* between = " (";
  for (const DecodeTrial& trial : trials) {
    out += str(between, trial.threads, ": ", milliseconds(trial.seconds));
    between = ", ";
  }
  return out + ")";
}

}  // namespace realm::cpu
