// conformance: holds a device to the contract of every op. No GoogleTest: it also runs
// cross-compiled, under an emulator.
//   exit 0: all good; 1: something failed; 2: usage; 77: the device is not on this machine
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "broken_device.hpp"
#include "run_op.hpp"
#include "targets.hpp"

namespace realm::conformance {
namespace {

constexpr int kSkipped = 77;

struct Arguments {
  std::string op;
  std::string device = "reference";
  std::string isa;
  std::string json;
  CaseOptions cases;
  std::string blas;
  bool precise = false;
  bool list = false;
  bool selfcheck = false;
};

int usage(const char* wrong) {
  std::fprintf(stderr,
               "conformance: %s\n"
               "usage: conformance [--list] [--op NAME] [--device NAME] [--isa NAME] [--seed S]\n"
               "                   [--precise] [--blas WHICH] [--quick] [--json FILE]\n"
               "                   [--selfcheck]\n"
               "devices: reference, rounding, remote, remote:reference, cpu, ...\n"
               "REALM_CONFORMANCE_QUICK=1 in the environment does what --quick does\n",
               wrong);
  return 2;
}

std::vector<Device*> pointers(const std::vector<std::unique_ptr<Device>>& devices) {
  std::vector<Device*> out;
  for (const auto& device : devices) out.push_back(device.get());
  return out;
}

std::vector<OpReport> run_ops(const std::vector<Device*>& devices, const Arguments& arguments,
                              bool quiet) {
  std::vector<OpReport> reports;
  OpList::for_each([&]<class Op>() {
    if (!arguments.op.empty() && arguments.op != Op::kName) return;
    reports.push_back(run_op<Op>(devices, arguments.cases));
    if (quiet) return;
    print(reports.back());
    std::fflush(stdout);
  });
  return reports;
}

// Every fault must be found, on every op that can have it; the honest device must pass.
int selfcheck(Arguments arguments) {
  arguments.cases.quick = true;
  int missed = 0;
  const std::string only = arguments.op;
  for (const FaultInfo& fault : faults()) {
    const auto device = make_broken_device(fault.fault);
    OpList::for_each([&]<class Op>() {
      if (!only.empty() && only != Op::kName) return;
      if (!fault.op.empty() && fault.op != Op::kName) return;
      if (fault.op.empty() && Op::kName == "kv_write") return;  // has no output of its own
      const OpReport report = run_op<Op>({device.get()}, arguments.cases);
      const bool found = report.failures > 0;
      missed += found ? 0 : 1;
      std::printf("%-28s %-14s %s\n", std::string(fault.name).c_str(),
                  std::string(Op::kName).c_str(), found ? "found" : "NOT FOUND");
    });
  }
  return missed == 0 ? 0 : 1;
}

int run(const Arguments& arguments) {
  auto target = open_target(arguments.device, arguments.isa, arguments.precise, arguments.blas);
  if (!target) {
    std::printf("skipped: %s\n", target.error().message.c_str());
    const Code code = target.error().code;
    return code == Code::kUnsupported || code == Code::kNotFound ? kSkipped : 1;
  }
  std::printf("%s, seed %llu%s\n", target->name.c_str(),
              static_cast<unsigned long long>(arguments.cases.seed),
              arguments.cases.quick ? ", quick" : "");
  const auto start = std::chrono::steady_clock::now();
  const auto reports = run_ops(pointers(target->devices), arguments, false);
  if (reports.empty()) return usage("no such op");
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  uint64_t failures = 0;
  size_t skipped = 0;
  for (const OpReport& report : reports) {
    failures += report.failures;
    skipped += report.skipped.empty() ? 0 : 1;
  }
  std::printf("%llu failed, %zu of %zu ops skipped, %.1f s\n",
              static_cast<unsigned long long>(failures), skipped, reports.size(), seconds.count());
  if (!arguments.json.empty()) {
    write_json(reports, target->name, arguments.cases.seed, arguments.json);
  }
  if (failures > 0) return 1;
  return skipped == reports.size() ? kSkipped : 0;
}

int run(int argc, char** argv) {
  Arguments arguments;
  const char* quick = std::getenv("REALM_CONFORMANCE_QUICK");
  arguments.cases.quick = quick != nullptr && std::string(quick) != "0" && *quick != '\0';
  for (int i = 1; i < argc; ++i) {
    const std::string option = argv[i];
    if (option == "--list") {
      arguments.list = true;
      continue;
    }
    if (option == "--precise") {
      arguments.precise = true;
      continue;
    }
    if (option == "--quick") {
      arguments.cases.quick = true;
      continue;
    }
    if (option == "--selfcheck") {
      arguments.selfcheck = true;
      continue;
    }
    if (i + 1 == argc) return usage("an option lacks its value, or is unknown");
    const std::string value = argv[++i];
    if (option == "--op") {
      arguments.op = value;
    } else if (option == "--device") {
      arguments.device = value;
    } else if (option == "--isa") {
      arguments.isa = value;
    } else if (option == "--blas") {
      arguments.blas = value;
    } else if (option == "--json") {
      arguments.json = value;
    } else if (option == "--seed") {
      char* end = nullptr;
      arguments.cases.seed = std::strtoull(value.c_str(), &end, 0);
      if (end == value.c_str() || *end != '\0') return usage("--seed takes a number");
    } else {
      return usage(("unknown option " + option).c_str());
    }
  }
  if (arguments.list) {
    OpList::for_each([]<class Op>() { std::printf("%s\n", std::string(Op::kName).c_str()); });
    return 0;
  }
  return arguments.selfcheck ? selfcheck(arguments) : run(arguments);
}

}  // namespace
}  // namespace realm::conformance

int main(int argc, char** argv) { return realm::conformance::run(argc, argv); }
