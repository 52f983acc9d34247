// Ties the names of a file's tensors to the views of a model's weights. First every tensor is
// declared: it must be there, with its shape, in a format that the device multiplies. Then all are
// read, once, straight into the device's memory.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "backend/device.hpp"
#include "gguf/gguf.hpp"
#include "realm/log.hpp"

namespace realm {

/// Where weights come from. Without either they are read from the file and packed.
struct WeightSource {
  /// The file is mapped and kept by this: its rows are the weights, where the device takes them.
  std::shared_ptr<const void> mapped_file = nullptr;
  std::string cache_folder = {};  ///< of packed-cache files
  std::string cache_name = {};    ///< what this model's begin with
};

/// The first failure is kept; what follows it does nothing. Slots must stay where they are until
/// load() has filled them.
class WeightBinder {
 public:
  WeightBinder(const gguf::File& file, Device& device) : file_(file), device_(device) {}

  bool has(const std::string& name) const { return file_.find(name) != nullptr; }

  /// A matrix that ops multiply with or look up; it fills all of `slots`.
  void matrix(std::initializer_list<TensorView*> slots, const std::string& name, int64_t rows,
              int64_t cols, WeightUse use = WeightUse::kLinear);
  /// Rows [first, first + rows) of a tensor that holds several matrices, `all_rows` in all.
  void matrix_rows(TensorView& slot, const std::string& name, int64_t all_rows, int64_t first,
                   int64_t rows, int64_t cols);
  /// A norm or bias of `n` elements; any float or block format, on the device F32.
  void vector(TensorView& slot, const std::string& name, int64_t n);
  void optional_vector(TensorView& slot, const std::string& name, int64_t n);
  /// `n` numbers for the host, finite and positive; empty where the file has none.
  std::vector<float> positive(const std::string& name, int64_t n);
  std::vector<float> optional_positive(const std::string& name, int64_t n);
  /// Numbers that no tensor holds.
  void constant(TensorView& slot, std::vector<float> values);
  /// A tensor that may be there and is not needed.
  void ignore(const std::string& name) { used_.insert(name); }

  /// All tensors whose names begin so.
  void ignore_all(std::string_view begin);

  /// The first failure, or a tensor that nobody declared: leaving it out would change the answers.
  Result<void> finish() const;
  /// Of everything declared, as stored in the file.
  uint64_t size_bytes() const;
  /// Fills every slot; the buffers must live as long as they are used.
  Result<std::vector<std::unique_ptr<Buffer>>> load(const WeightSource& source = {},
                                                    const LogSink& log = {});

 private:
  struct Matrix {
    std::vector<TensorView*> slots;
    const gguf::TensorInfo* tensor;
    int64_t first;  ///< of the tensor's rows
    int64_t rows;
    WeightUse use;
  };
  struct Vector {
    TensorView* slot;
    std::vector<float> values;
  };

  using Buffers = std::vector<std::unique_ptr<Buffer>>;

  static WeightSpec spec_of(const Matrix& matrix);
  static void place(const Matrix& matrix, Weight weight, Buffers& buffers);
  Result<Weight> pack(const Matrix& matrix);
  Result<void> load_packed(Buffers& buffers);
  Result<void> load_mapped(const std::shared_ptr<const void>& owner, Buffers& buffers);
  Result<void> load_cached(const WeightSource& source, const LogSink& log, Buffers& buffers);

  void keep(Error error);
  const gguf::TensorInfo* declare(const std::string& name);
  void declare_rows(std::initializer_list<TensorView*> slots, const std::string& name,
                    int64_t all_rows, int64_t first, int64_t rows, int64_t cols, WeightUse use);
  std::vector<float> floats(const std::string& name, int64_t n);
  Result<std::unique_ptr<Buffer>> load_vectors();

  const gguf::File& file_;
  Device& device_;
  std::vector<Matrix> matrices_;
  std::vector<Vector> vectors_;
  std::unordered_set<std::string> used_;
  std::optional<Error> error_;
};

}  // namespace realm
