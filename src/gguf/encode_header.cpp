#include "gguf/header.hpp"

namespace realm::gguf {
namespace {

constexpr uint32_t kVersion = 3;

}  // namespace

std::vector<std::byte> encode_header(uint32_t magic, const Metadata& metadata,
                                     std::span<const TensorInfo> tensors) {
  std::vector<std::byte> header;
  append_encoded_number(header, magic);
  append_encoded_number(header, kVersion);
  append_encoded_number<uint64_t>(header, tensors.size());
  append_encoded_number<uint64_t>(header, metadata.entries().size());
  for (const Metadata::Entry& entry : metadata.entries()) {
    append_encoded_text(header, entry.key);
    append_encoded_number(header, static_cast<uint32_t>(entry.value.type()));
    append_encoded(header, entry.value);
  }
  for (const TensorInfo& tensor : tensors) {
    append_encoded_text(header, tensor.name);
    append_encoded_number(header, static_cast<uint32_t>(tensor.shape.rank()));
    for (int i = tensor.shape.rank() - 1; i >= 0; --i) {
      append_encoded_number(header, static_cast<uint64_t>(tensor.shape[i]));
    }
    append_encoded_number(header, static_cast<uint32_t>(tensor.format));
    append_encoded_number(header, tensor.offset_bytes);
  }
  return header;
}

}  // namespace realm::gguf
