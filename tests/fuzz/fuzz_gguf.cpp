// The GGUF reader under any bytes. What it accepts must keep its promises: extents inside the file
// and apart, rows readable, values that can be walked.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

#include "formats/decode.hpp"
#include "gguf/gguf.hpp"

namespace {

using realm::gguf::File;
using realm::gguf::TensorInfo;

void require(bool ok) {
  if (!ok) __builtin_trap();
}

void walk(const realm::gguf::Value& value) {
  const auto* array = std::get_if<realm::gguf::Array>(&value.variant());
  if (array == nullptr) return;
  const auto values = array->values();
  require(values.size() == array->size());
  for (const auto& element : values) require(element.type() == array->type());
  if (array->type() == realm::gguf::ValueType::kString) {
    require(array->strings().size() == array->size());
  }
  require(realm::gguf::Array::of(array->type(), values).size() == array->size());
  if (array->type() == realm::gguf::ValueType::kArray) {
    for (const auto& element : values) walk(element);
  }
}

void use_metadata(const realm::gguf::Metadata& metadata) {
  for (const auto& entry : metadata.entries()) {
    walk(entry.value);
    (void)metadata.get<uint32_t>(entry.key);
    (void)metadata.get<double>(entry.key);
    (void)metadata.get<std::vector<int32_t>>(entry.key);
    (void)metadata.get<std::vector<std::string>>(entry.key);
    const auto text = metadata.get<std::string>(entry.key);
    if (!text) require(!text.error().message.empty());
  }
}

void use_tensor(const File& file, const TensorInfo& tensor) {
  require(file.find(tensor.name) == &tensor);
  require(tensor.shape.rows() > 0 && tensor.shape.cols() > 0);
  require(tensor.offset_bytes % 8 == 0);
  require(tensor.offset_bytes + tensor.size_bytes <= file.size_bytes());
  require(realm::row_bytes(tensor.format, static_cast<uint64_t>(tensor.shape.cols())) ==
          tensor.row_bytes());
  std::vector<std::byte> row(tensor.row_bytes());
  require(file.read_rows(tensor, tensor.shape.rows() - 1, 1, row).has_value());
  require(file.bytes(tensor).size() == tensor.size_bytes);
  if (!realm::is_decodable(tensor.format)) return;
  std::vector<float> values(static_cast<size_t>(tensor.shape.cols()));
  require(realm::decode_row(tensor.format, row, values).has_value());
}

void require_apart(std::vector<TensorInfo> tensors) {
  std::sort(tensors.begin(), tensors.end(), [](const TensorInfo& a, const TensorInfo& b) {
    return a.offset_bytes < b.offset_bytes;
  });
  for (size_t i = 1; i < tensors.size(); ++i) {
    require(tensors[i - 1].offset_bytes + tensors[i - 1].size_bytes <= tensors[i].offset_bytes);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  // Its own allocation: a sanitizer sees the first byte behind the file.
  const std::unique_ptr<std::byte[]> bytes(new std::byte[size]);
  if (size > 0) std::memcpy(bytes.get(), data, size);
  const auto file = File::open_bytes({bytes.get(), size});
  if (!file) {
    require(!file.error().message.empty());
    return 0;
  }
  use_metadata(file->metadata());
  for (const TensorInfo& tensor : file->tensors()) use_tensor(*file, tensor);
  require_apart(file->tensors());
  return 0;
}
