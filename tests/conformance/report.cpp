#include "report.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdio>
#include <fstream>

#include "base/str.hpp"

namespace realm::conformance {
namespace {

constexpr size_t kStories = 5;

std::string place(const TensorView& view, size_t output, size_t i) {
  const auto cols = static_cast<size_t>(view.cols());
  return str("output ", output, " [", i / cols, ", ", i % cols, "]");
}

// JSON has no infinities.
std::string number(double value) { return std::isfinite(value) ? str(value) : "1e308"; }

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
  return out + "\"";
}

}  // namespace

void OpReport::fail(const std::string& story) {
  ++failures;
  if (stories.size() < kStories) stories.push_back(story);
}

void judge(const Outputs& found, const Expectation& expected, Format format,
           const std::string& where, OpReport& report) {
  const bool ideal = expected.judgement.reference == Activations::kFloat;
  const bool rounding = expected.judgement.device != expected.judgement.reference;
  double& worst = ideal ? report.worst_ideal : report.worst_same;
  OpReport::Energy& energy = report.energy[std::string(info(format).name)];
  for (size_t o = 0; o < found.values.size(); ++o) {
    for (size_t i = 0; i < found.values[o].size(); ++i) {
      const double value = found.values[o][i];
      const double wanted = expected.values[o][i];
      ++report.comparisons;
      bool good = false;
      double bound = 0;
      if (!std::isfinite(wanted)) {
        good = rounding             ? !std::isfinite(value)
               : std::isnan(wanted) ? std::isnan(value)
                                    : value == wanted;
      } else {
        bound = expected.bounds[o][i];
        const double error = std::fabs(value - wanted);
        good = std::isfinite(value) && error <= bound;
        if (good && error > 0) worst = std::max(worst, error / bound);
        // The op's own output; what attention makes of a cache is another op's.
        if (ideal && o == 0 && std::isfinite(value)) {
          energy.error += error * error;
          energy.signal += wanted * wanted;
        }
      }
      if (good) continue;
      report.fail(str(where, ideal ? " (ideal)" : " (same rounding)", ": ",
                      place(found.views[o], o, i), " is ", value, ", expected ", wanted, " +- ",
                      bound));
      return;  // one story a session
    }
  }
}

void same_bits(const Outputs& found, const Outputs& expected, const std::string& where,
               OpReport& report) {
  for (size_t o = 0; o < found.values.size(); ++o) {
    for (size_t i = 0; i < found.values[o].size(); ++i) {
      ++report.bits;
      const float a = found.values[o][i];
      const float b = expected.values[o][i];
      if (std::bit_cast<uint32_t>(a) == std::bit_cast<uint32_t>(b)) continue;
      if (std::isnan(a) && std::isnan(b)) continue;
      report.fail(str(where, ": ", place(found.views[o], o, i), " is ", a, ", was ", b,
                      ", apart by ", a - b));
      return;
    }
  }
}

void print(const OpReport& r) {
  if (!r.skipped.empty()) {
    std::printf("%-14s skipped: %s\n", r.op.c_str(), r.skipped.c_str());
    return;
  }
  std::printf("%-14s %4llu cases %6llu runs %9llu compared, worst ideal %.3f same %.3f, ",
              r.op.c_str(), static_cast<unsigned long long>(r.cases),
              static_cast<unsigned long long>(r.sessions),
              static_cast<unsigned long long>(r.comparisons), r.worst_ideal, r.worst_same);
  std::printf("%llu bits equal, %llu failed\n", static_cast<unsigned long long>(r.bits),
              static_cast<unsigned long long>(r.failures));
  if (r.energy.size() > 1) {
    std::printf("   NMSE:");
    for (const auto& [format, e] : r.energy) {
      std::printf(" %s %.1e", format.c_str(), e.signal > 0 ? e.error / e.signal : 0.0);
    }
    std::printf("\n");
  }
  for (const auto& [what, count] : r.unsupported) {
    std::printf("   refused: %s (%llu times)\n", what.c_str(),
                static_cast<unsigned long long>(count));
  }
  for (const std::string& story : r.stories) std::printf("   FAILED %s\n", story.c_str());
}

void write_json(const std::vector<OpReport>& reports, const std::string& device, uint64_t seed,
                const std::string& path) {
  std::ofstream out(path);
  out << "{\"device\":" << quoted(device) << ",\"seed\":" << seed << ",\"ops\":[";
  const char* comma = "";
  for (const OpReport& r : reports) {
    out << comma << "{\"op\":" << quoted(r.op) << ",\"skipped\":" << quoted(r.skipped)
        << ",\"cases\":" << r.cases << ",\"runs\":" << r.sessions
        << ",\"comparisons\":" << r.comparisons << ",\"bits\":" << r.bits
        << ",\"worst_ideal\":" << number(r.worst_ideal)
        << ",\"worst_same\":" << number(r.worst_same) << ",\"failures\":" << r.failures
        << ",\"nmse\":{";
    const char* inner = "";
    for (const auto& [format, e] : r.energy) {
      out << inner << quoted(format) << ":" << number(e.signal > 0 ? e.error / e.signal : 0.0);
      inner = ",";
    }
    out << "}}";
    comma = ",";
  }
  out << "]}\n";
}

}  // namespace realm::conformance
