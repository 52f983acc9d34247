// What the conformance of one op on one device came to.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "ops/cases/case.hpp"

namespace realm::conformance {

struct OpReport {
  std::string op;
  std::string skipped;  ///< why nothing was run
  uint64_t cases = 0;
  uint64_t sessions = 0;     ///< executions that were judged or compared
  uint64_t comparisons = 0;  ///< elements held against a bound
  uint64_t bits = 0;         ///< elements that had to be equal to the bit (batching, threads)
  double worst_ideal = 0;    ///< largest error / bound against the float reference
  double worst_same = 0;     ///< against the reference with the device's rounding
  std::map<std::string, uint64_t> unsupported;  ///< what the device refused, how often
  struct Energy {
    double error = 0;
    double signal = 0;
  };
  std::map<std::string, Energy> energy;  ///< by format, against the float reference
  uint64_t failures = 0;
  std::vector<std::string> stories;  ///< of the first failures

  void fail(const std::string& story);
};

/// The outputs of a case: of its op first (if it has one), then of the attentions after it.
struct Outputs {
  std::vector<TensorView> views;
  std::vector<std::vector<float>> values;
};

/// What a reference says about them.
struct Expectation {
  Judgement judgement;
  std::vector<std::vector<float>> values;
  std::vector<std::vector<double>> bounds;
};

/// Holds every element against its bound; a NaN must be a NaN, an infinity the same (in the ideal
/// judgement of a rounding device: not finite).
void judge(const Outputs& found, const Expectation& expected, Format format,
           const std::string& where, OpReport& report);

/// Both must be the same bits (or both NaN).
void same_bits(const Outputs& found, const Outputs& expected, const std::string& where,
               OpReport& report);

void print(const OpReport& report);
void write_json(const std::vector<OpReport>& reports, const std::string& device, uint64_t seed,
                const std::string& path);

}  // namespace realm::conformance
