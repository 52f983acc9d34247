// The rows of `realm bench --ops`: every kernel by itself, on the sizes of a model of 1.1 B
// parameters, by format and number of rows.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "backend/ceilings.hpp"
#include "cli/measure/sheet.hpp"
#include "realm/error.hpp"

namespace realm::cli {

struct OpBenchOptions {
  std::vector<int32_t> batches = {1, 2, 8, 32, 512};
  std::vector<Format> weights;  ///< empty: all that the device multiplies
  std::vector<Format> caches;   ///< of keys and values; empty: all that a cache may have
  int32_t repetitions = 5;
};

struct OpSpeed {
  std::string op;
  std::string format;     ///< of weights, or of keys and values
  int32_t batch = 1;      ///< rows
  double seconds = 0;     ///< of one call
  double macs = 0;        ///< of one call; 0: the op does little but read and write
  double bytes = 0;       ///< read and written: weights as stored, activations, keys and values
  bool integers = false;  ///< multiplied as bytes

  std::optional<double> read_percent(const std::optional<Ceilings>& ceilings) const;
  std::optional<double> multiply_percent(const std::optional<Ceilings>& ceilings) const;
};

/// `progress` hears of every row before it is measured. Ops that the device lacks are left out.
Result<std::vector<OpSpeed>> bench_ops(Device& device, const OpBenchOptions& options,
                                       const std::function<void(const std::string&)>& progress);

Sheet op_sheet(const std::vector<OpSpeed>& rows, const std::optional<Ceilings>& ceilings);

}  // namespace realm::cli
