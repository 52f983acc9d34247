// Quantization: reads a GGUF file and writes another whose weights have a smaller (or larger)
// format. Any GGUF will do, of architectures that Realm does not run too.
//
// Which tensor gets which format is what users of llama.cpp's files expect of a type's name: norms,
// biases and routers stay as they are, the output matrix and some layers get more bits than the
// rest; QuantizeOptions::pure gives every matrix of weights the same. Rows that a format's blocks
// do not divide get a format with smaller blocks. All of that is said in the report, tensor by
// tensor.
//
// Memory is bounded by the number of threads, not by the model. The new file appears under its name
// only when it is whole; until then it has none, or (where the file system cannot do that) a
// temporary one beside it that ends in ".part" and does not begin as a GGUF file does.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "realm/error.hpp"
#include "realm/format.hpp"

namespace realm {

/// What a file can be made into: one row of the list that QuantizeOptions::type chooses from.
struct QuantizeType {
  std::string_view name;  ///< "Q4_K_M"
  Format format;          ///< of most tensors
  bool mixed;             ///< others get more bits; without: every tensor that is not kept has it
};

/// Plain formats first, then block formats and mixes from few bits to many.
std::vector<QuantizeType> quantize_types();

/// How far it is, in bytes of the input's tensors.
struct QuantizeProgress {
  uint64_t done_bytes = 0;
  uint64_t total_bytes = 0;
};

struct QuantizeOptions {
  std::string type = {};  ///< a name of quantize_types(), in any case; Q3_K, Q4_K, Q5_K: its _M mix
  bool pure = false;      ///< no mix: the type's format for every matrix, norms and routers too
  int threads = 0;        ///< 0: one per core that this process may use
  bool replace = false;   ///< the file that is written may take the place of one
  /// Called now and then, from any thread but one at a time, and when all is converted (putting it
  /// on the disk follows); false stops with kCancelled.
  std::function<bool(const QuantizeProgress&)> progress = {};
};

/// What became of one tensor.
struct QuantizedTensor {
  std::string name;
  std::vector<int64_t> shape;  ///< outermost dimension first
  Format from = Format::kF32;
  Format to = Format::kF32;
  uint64_t bytes_before = 0;
  uint64_t bytes_after = 0;
  /// What the type asked for, where the rows are not whole blocks of it.
  std::optional<Format> fallback_from = {};
  /// Why the type does not concern this tensor ("norm", "router", ...); empty: it does.
  std::string_view kept = {};
};

struct QuantizeReport {
  std::string_view type;  ///< QuantizeType::name
  int threads = 0;
  std::vector<QuantizedTensor> tensors;  ///< in the files' order
  uint64_t elements = 0;
  uint64_t bytes_before = 0;  ///< of tensors
  uint64_t bytes_after = 0;
  uint64_t file_bytes = 0;  ///< of the new file; 0 of a plan
  int fallbacks = 0;        ///< tensors with fallback_from
  int requantized = 0;      ///< tensors that lost precision once before: from blocks to others
};

/// What quantize() would do, without doing it.
/// Errors: kInvalidArgument for a type that is none (with what there is), else those of opening
/// `in`: kNotFound, kCorruptFile, kUnsupported.
Result<QuantizeReport> plan_quantization(const std::string& in, const QuantizeOptions& options);

/// Makes `out` of `in` (the first part of a model of several files: `out` is one file).
/// Errors: as above; kInvalidArgument when `out` exists (unless options.replace), is a part of a
/// split `in` or cannot be made, or for a value that its format cannot hold, by tensor, row and
/// column; kInternal when the disk is full or fails; kCancelled. After an error there is no new
/// file, and what stood at `out` is as it was.
Result<QuantizeReport> quantize(const std::string& in, const std::string& out,
                                const QuantizeOptions& options);

}  // namespace realm
