// gguf_rewrite IN OUT FLOATS: reads a GGUF file and writes all of it again; FLOATS gets the float32
// values of every tensor that has such, in the file's order. For gguf_oracle.py.
#include <fstream>
#include <iostream>
#include <vector>

#include "formats/decode.hpp"
#include "gguf/gguf.hpp"
#include "gguf/writer.hpp"

namespace realm {
namespace {

Result<void> write_floats(const gguf::File& file, const gguf::TensorInfo& tensor,
                          std::ostream& floats) {
  if (!is_decodable(tensor.format)) return {};
  std::vector<std::byte> row(tensor.row_bytes());
  std::vector<float> values(static_cast<size_t>(tensor.shape.cols()));
  for (int64_t r = 0; r < tensor.shape.rows(); ++r) {
    REALM_TRY(file.read_rows(tensor, r, 1, row));
    REALM_TRY(decode_row(tensor.format, row, values));
    floats.write(reinterpret_cast<const char*>(values.data()),
                 static_cast<std::streamsize>(values.size() * sizeof(float)));
  }
  return {};
}

Result<void> rewrite(const char* in, const char* out, const char* floats_path) {
  REALM_ASSIGN(const gguf::File file, gguf::File::open(in));
  constexpr const char* kAlignment = "general.alignment";
  gguf::WriterOptions options;
  REALM_ASSIGN(options.alignment, file.metadata().get_optional<uint32_t>(kAlignment));
  REALM_ASSIGN(gguf::Writer writer, gguf::Writer::create(out, options));
  for (const auto& entry : file.metadata().entries()) {
    if (entry.key != kAlignment) REALM_TRY(writer.set(entry.key, entry.value));
  }
  for (const auto& tensor : file.tensors()) {
    REALM_TRY(writer.add_tensor(tensor.name, tensor.format, tensor.shape));
  }
  std::ofstream floats(floats_path, std::ios::binary);
  for (const auto& tensor : file.tensors()) {
    REALM_TRY(writer.write(file.bytes(tensor)));
    REALM_TRY(write_floats(file, tensor, floats));
  }
  if (!floats.flush()) return Error{Code::kInvalidArgument, "cannot write the floats"};
  return writer.finish();
}

}  // namespace
}  // namespace realm

int main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "usage: gguf_rewrite IN OUT FLOATS\n";
    return 2;
  }
  const auto ok = realm::rewrite(argv[1], argv[2], argv[3]);
  if (ok) return 0;
  std::cerr << ok.error().message << "\n";
  return 1;
}
