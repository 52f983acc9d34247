#include "model/load/weight_binder.hpp"

#include <cmath>

#include "base/str.hpp"
#include "formats/decode.hpp"

namespace realm {
namespace {

constexpr size_t kAlignment = 256;

size_t placed_bytes(size_t n) {
  return (n * sizeof(float) + kAlignment - 1) / kAlignment * kAlignment;
}

Error wrong_shape(const gguf::TensorInfo& tensor, const Shape& expected) {
  return {Code::kCorruptFile, str("tensor ", tensor.name, ": found ", to_string(tensor.shape),
                                  ", expected ", to_string(expected))};
}

}  // namespace

void WeightBinder::keep(Error error) {
  if (!error_) error_ = std::move(error);
}

const gguf::TensorInfo* WeightBinder::declare(const std::string& name) {
  if (error_) return nullptr;
  const auto found = file_.tensor(name);
  if (!found) {
    keep(found.error());
    return nullptr;
  }
  used_.insert(name);
  return *found;
}

void WeightBinder::matrix(std::initializer_list<TensorView*> slots, const std::string& name,
                          int64_t rows, int64_t cols, WeightUse use) {
  declare_rows(slots, name, rows, 0, rows, cols, use);
}

void WeightBinder::matrix_rows(TensorView& slot, const std::string& name, int64_t all_rows,
                               int64_t first, int64_t rows, int64_t cols) {
  declare_rows({&slot}, name, all_rows, first, rows, cols, WeightUse::kLinear);
}

void WeightBinder::declare_rows(std::initializer_list<TensorView*> slots, const std::string& name,
                                int64_t all_rows, int64_t first, int64_t rows, int64_t cols,
                                WeightUse use) {
  const gguf::TensorInfo* tensor = declare(name);
  if (tensor == nullptr) return;
  const Shape shape{all_rows, cols};
  if (tensor->shape != shape) return keep(wrong_shape(*tensor, shape));
  if (auto ok = device_.supports_weight(tensor->format); !ok) {
    return keep(std::move(ok).error().in("tensor " + name));
  }
  matrices_.push_back({slots, tensor, first, rows, use});
}

std::vector<float> WeightBinder::floats(const std::string& name, int64_t n) {
  const gguf::TensorInfo* tensor = declare(name);
  if (tensor == nullptr) return {};
  if (tensor->shape != Shape{n}) {
    keep(wrong_shape(*tensor, Shape{n}));
    return {};
  }
  std::vector<std::byte> bytes(static_cast<size_t>(tensor->size_bytes));
  std::vector<float> values(static_cast<size_t>(n));
  auto ok = file_.read(*tensor, bytes);
  if (ok) ok = decode_row(tensor->format, bytes, values);
  if (!ok) {
    keep(std::move(ok).error().in("tensor " + name));
    return {};
  }
  return values;
}

void WeightBinder::vector(TensorView& slot, const std::string& name, int64_t n) {
  auto values = floats(name, n);
  if (!error_) vectors_.push_back({&slot, std::move(values)});
}

void WeightBinder::optional_vector(TensorView& slot, const std::string& name, int64_t n) {
  if (has(name)) vector(slot, name, n);
}

std::vector<float> WeightBinder::optional_positive(const std::string& name, int64_t n) {
  return has(name) ? positive(name, n) : std::vector<float>{};
}

std::vector<float> WeightBinder::positive(const std::string& name, int64_t n) {
  auto values = floats(name, n);
  for (size_t i = 0; i < values.size(); ++i) {
    if (!std::isfinite(values[i]) || values[i] <= 0) {
      keep({Code::kCorruptFile,
            str("tensor ", name, ": element ", i, " is ", values[i], ", expected more than 0")});
    }
  }
  return values;
}

void WeightBinder::constant(TensorView& slot, std::vector<float> values) {
  vectors_.push_back({&slot, std::move(values)});
}

void WeightBinder::ignore_all(std::string_view begin) {
  for (const gguf::TensorInfo& tensor : file_.tensors()) {
    if (tensor.name.starts_with(begin)) used_.insert(tensor.name);
  }
}

Result<void> WeightBinder::finish() const {
  if (error_) return *error_;
  for (const gguf::TensorInfo& tensor : file_.tensors()) {
    if (used_.count(tensor.name) == 0) {
      return Error{Code::kUnsupported, str("tensor ", tensor.name,
                                           ": the architecture, as this build knows it, has no "
                                           "place for it")};
    }
  }
  return {};
}

uint64_t WeightBinder::size_bytes() const {
  uint64_t bytes = 0;
  for (const Matrix& matrix : matrices_) {
    const gguf::TensorInfo& tensor = *matrix.tensor;
    bytes += tensor.size_bytes / static_cast<uint64_t>(tensor.shape[0]) *
             static_cast<uint64_t>(matrix.rows);
  }
  for (const Vector& vector : vectors_) bytes += placed_bytes(vector.values.size());
  return bytes;
}

// All of them in one buffer: they are many and small.
Result<std::unique_ptr<Buffer>> WeightBinder::load_vectors() {
  size_t bytes = 0;
  for (const Vector& vector : vectors_) bytes += placed_bytes(vector.values.size());
  REALM_ASSIGN(auto buffer, device_.allocate(bytes, BufferUse::kWeights));
  REALM_ASSIGN(auto stream, device_.stream());
  size_t offset = 0;
  for (const Vector& vector : vectors_) {
    const auto n = static_cast<int64_t>(vector.values.size());
    *vector.slot = view_rows(buffer.get(), Format::kF32, Shape{n}, offset);
    upload<float>(*stream, *vector.slot, vector.values);
    offset += placed_bytes(vector.values.size());
  }
  REALM_TRY(stream->sync());
  return buffer;
}

}  // namespace realm
