#include <string_view>

#include "backend/registry.hpp"
#include "base/str.hpp"
#include "compute/state.hpp"
#include "formats/encode.hpp"

namespace realm::compute {

DeviceState::~DeviceState() {
  // What is under way uses the buffers that go now.
  if (stream) (void)stream->sync();
}

void DeviceState::use(const Tensor& tensor) {
  if (tensor) in_use.push_back(tensor.state()->buffer);
}

Result<void> DeviceState::sync() {
  auto ok = stream->sync();
  in_use.clear();
  return ok;
}

int64_t Tensor::rows() const { return state_ ? state_->view.rows() : 0; }
int64_t Tensor::cols() const { return state_ ? state_->view.cols() : 0; }
Format Tensor::format() const { return state_ ? state_->view.format : Format::kF32; }

Result<Tensor> make_tensor(const std::shared_ptr<DeviceState>& device, Format format, int64_t rows,
                           int64_t cols) {
  auto state = std::make_shared<TensorState>();
  state->device = device;
  const auto row = row_bytes(format, static_cast<uint64_t>(cols)).value_or(0);
  REALM_ASSIGN(state->buffer,
               device->device->allocate(static_cast<size_t>(rows) * row, BufferUse::kActivations));
  state->view = view_rows(state->buffer.get(), format, Shape{rows, cols});
  return Tensor(std::move(state));
}

Result<std::shared_ptr<DeviceState>> device_of(std::initializer_list<const Tensor*> tensors) {
  std::shared_ptr<DeviceState> device;
  for (const Tensor* t : tensors) {
    if (!*t) continue;
    if (device && device != t->state()->device) {
      return Error{Code::kInvalidArgument, "the tensors are on different devices"};
    }
    device = t->state()->device;
  }
  if (!device) return Error{Code::kInvalidArgument, "the tensor is absent"};
  return device;
}

Result<Device> Device::open(const std::string& name, const DeviceOptions& options) {
  auto state = std::make_shared<DeviceState>();
  REALM_ASSIGN(state->device, open_device(device_or_default(name), options, {}));
  REALM_ASSIGN(state->stream, state->device->stream());
  return Device(std::move(state));
}

const std::string& Device::name() const { return state_->device->info().name; }
const std::string& Device::description() const { return state_->device->info().description; }

namespace {

Result<void> expect_size(std::string_view what, int64_t rows, int64_t cols, size_t size) {
  // Sizes are compared by division: the product of wild numbers may not exist.
  if (rows > 0 && cols > 0 && size % static_cast<size_t>(cols) == 0 &&
      size / static_cast<size_t>(cols) == static_cast<size_t>(rows)) {
    return {};
  }
  return Error{Code::kInvalidArgument,
               str(what, ": ", size, " elements for a matrix of ", rows, " x ", cols)};
}

template <class T>
Result<Tensor> upload_rows(const std::shared_ptr<DeviceState>& device, Format format, int64_t rows,
                           int64_t cols, std::span<const T> values) {
  const std::lock_guard lock(device->mutex);
  REALM_ASSIGN(Tensor tensor, make_tensor(device, format, rows, cols));
  device->stream->upload(matrix(tensor), std::as_bytes(values));
  device->use(tensor);
  return tensor;
}

}  // namespace

Result<Tensor> Device::upload(std::span<const float> values, int64_t rows, int64_t cols) const {
  REALM_TRY(expect_size("upload", rows, cols, values.size()));
  return upload_rows(state_, Format::kF32, rows, cols, values);
}

Result<Tensor> Device::upload_ids(std::span<const int32_t> ids) const {
  const auto n = static_cast<int64_t>(ids.size());
  REALM_TRY(expect_size("upload_ids", 1, n, ids.size()));
  return upload_rows(state_, Format::kI32, 1, n, ids);
}

Result<Tensor> Device::upload_weight(Format format, int64_t rows, int64_t cols,
                                     std::span<const std::byte> bytes) const {
  const auto row = cols > 0 ? row_bytes(format, static_cast<uint64_t>(cols)) : std::nullopt;
  if (!row) {
    return Error{Code::kInvalidArgument,
                 str("upload_weight: rows of ", cols, " elements are not whole blocks of ",
                     info(format).name)};
  }
  REALM_TRY(expect_size("upload_weight (bytes)", rows, static_cast<int64_t>(*row), bytes.size()));
  const RowReader read = [&](int64_t first, int64_t count,
                             std::span<std::byte> out) -> Result<void> {
    const auto from =
        bytes.subspan(static_cast<size_t>(first) * *row, static_cast<size_t>(count) * *row);
    std::copy(from.begin(), from.end(), out.begin());
    return {};
  };
  const WeightSpec spec{.name = "upload_weight",
                        .format = format,
                        .rows = rows,
                        .cols = cols,
                        .use = WeightUse::kBoth};
  const std::lock_guard lock(state_->mutex);
  REALM_TRY(state_->device->supports_weight(format));
  REALM_ASSIGN(Weight weight, state_->device->pack(spec, read));
  auto tensor = std::make_shared<TensorState>();
  tensor->device = state_;
  tensor->buffer = std::move(weight.buffer);
  tensor->view = weight.view;
  tensor->weight = true;
  return Tensor(std::move(tensor));
}

Result<void> Device::sync() const {
  const std::lock_guard lock(state_->mutex);
  return state_->sync();
}

Result<std::vector<float>> download(const Tensor& tensor) {
  REALM_ASSIGN(const auto device, device_of({&tensor}));
  const TensorView view = matrix(tensor);
  if (view.format != Format::kF32 || view.packing != Packing::kRows) {
    return Error{Code::kInvalidArgument, str("download: ", to_string(view), " is no F32 tensor")};
  }
  std::vector<float> values(static_cast<size_t>(view.shape.elems()));
  const std::lock_guard lock(device->mutex);
  device->stream->download(view, std::as_writable_bytes(std::span(values)));
  REALM_TRY(device->sync());
  return values;
}

Result<std::vector<std::byte>> quantize(Format format, std::span<const float> values,
                                        int64_t cols) {
  const auto row = cols > 0 ? row_bytes(format, static_cast<uint64_t>(cols)) : std::nullopt;
  if (!row || values.size() % static_cast<size_t>(cols) != 0) {
    return Error{Code::kInvalidArgument, str("quantize: ", values.size(), " values in rows of ",
                                             cols, " are not whole blocks of ", info(format).name)};
  }
  const size_t rows = values.size() / static_cast<size_t>(cols);
  std::vector<std::byte> out(rows * *row);
  for (size_t r = 0; r < rows; ++r) {
    const auto from = values.subspan(r * static_cast<size_t>(cols), static_cast<size_t>(cols));
    if (auto ok = encode_row(format, from, std::span(out).subspan(r * *row, *row)); !ok) {
      return std::move(ok).error().in(str("quantize: row ", r));
    }
  }
  return out;
}

}  // namespace realm::compute
