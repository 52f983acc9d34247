// ModelWork: what a model has to read and to multiply for a token, from its file: the least that
// any program can do. A measured speed is a percentage of what a machine's ceilings make of it.
#pragma once

#include <cstdint>
#include <vector>

#include "backend/ceilings.hpp"
#include "cli/measure/speed.hpp"
#include "gguf/gguf.hpp"
#include "realm/error.hpp"

namespace realm::cli {

struct ModelWork {
  /// Products of a token; the head's are done for tokens whose logits are wanted.
  struct Macs {
    uint64_t int8 = 0;   ///< with weights of block formats
    uint64_t plain = 0;  ///< with weights of F32, F16, BF16
  };
  uint64_t weight_bytes = 0;  ///< of all matrices that a step multiplies with, as stored
  Macs layers, head;
  uint64_t kv_bytes = 0;         ///< keys and values of a position in one layer
  std::vector<int32_t> windows;  ///< [layers] positions that attention sees; 0: all

  /// Bytes of a step of `m`, a decode, in the middle of it.
  double step_bytes(const Measurement& m) const;
  /// Percent of the rate at which the device reads; for decode.
  double read_percent(const Measurement& m, const Ceilings& ceilings) const;
  /// Percent of the rate at which the device multiplies, attention not counted.
  double multiply_percent(const Measurement& m, const Ceilings& ceilings) const;
};

Result<ModelWork> work_of(const gguf::File& file, Format cache_format);

}  // namespace realm::cli
