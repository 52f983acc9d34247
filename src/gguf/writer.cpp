#include "gguf/writer.hpp"

#include <algorithm>
#include <atomic>
#include <limits>
#include <map>
#include <utility>
#include <vector>

#include "base/checked.hpp"
#include "base/output_file.hpp"
#include "base/str.hpp"
#include "gguf/header.hpp"

namespace realm::gguf {
namespace {

Error wrong(std::string story) { return Error{Code::kInvalidArgument, std::move(story)}; }

Result<uint64_t> tensor_bytes(Format format, const Shape& shape) {
  int64_t elems = shape.rank() == 0 ? 0 : 1;
  for (int i = 0; i < shape.rank(); ++i) {
    const auto product = shape[i] > 0 ? checked_mul(elems, shape[i]) : std::nullopt;
    if (!product) return wrong(str("shape ", to_string(shape)));
    elems = *product;
  }
  if (elems == 0) return wrong("no dimensions");
  const auto row = row_bytes(format, static_cast<uint64_t>(shape.cols()));
  if (!row) {
    return wrong(str("rows of ", shape.cols(), " elements are not whole ", info(format).name,
                     " blocks of ", info(format).block_elems));
  }
  const auto size = checked_mul(*row, static_cast<uint64_t>(shape.rows()));
  if (!size) return wrong(str("shape ", to_string(shape)));
  return *size;
}

}  // namespace

struct Writer::State {
  State(OutputFile output, uint32_t data_alignment)
      : file(std::move(output)), alignment(data_alignment) {}

  OutputFile file;
  uint32_t alignment;
  Metadata metadata;
  std::vector<TensorInfo> tensors;  // offsets from the start of the data section
  std::map<std::string, size_t, std::less<>> index = {};
  uint64_t data_bytes = 0;  // end of the last tensor
  bool began = false;       // the header is written
  size_t current = 0;       // tensor that the next byte of write() belongs to
  uint64_t done_bytes = 0;  // of it

  bool reserved = false;
  uint64_t data_offset = 0;               // of the data section, from the start of the file
  uint64_t whole_bytes = 0;               // of the file, when it was reserved
  std::atomic<uint64_t> placed_bytes{0};  // by write_at()

  Result<void> begin();
  Result<void> align();
  Result<void> check_complete() const;
};

Result<void> Writer::State::align() {
  return file.append_zeros(*checked_align_up<uint64_t>(file.size_bytes(), alignment) -
                           file.size_bytes());
}

Result<void> Writer::State::begin() {
  if (std::exchange(began, true)) return {};
  // 0: kMagic, when the file is whole
  const std::vector<std::byte> header = encode_header(0, metadata, tensors);
  if (header.size() > kMaxHeaderBytes) {
    return wrong(str("the header is longer than ", kMaxHeaderBytes >> 20, " MiB"));
  }
  REALM_TRY(file.append(header));
  if (!tensors.empty()) REALM_TRY(align());
  data_offset = file.size_bytes();
  return {};
}

Writer::Writer(std::unique_ptr<State> state) : state_(std::move(state)) {}
Writer::Writer(Writer&&) noexcept = default;
Writer& Writer::operator=(Writer&&) noexcept = default;
Writer::~Writer() = default;

Result<Writer> Writer::create(const std::string& path, WriterOptions options) {
  const uint32_t alignment = options.alignment.value_or(kDefaultAlignment);
  if (!is_alignment(alignment)) {
    return wrong(str("alignment ", alignment, " is not a power of two of 8 at least"));
  }
  REALM_ASSIGN(OutputFile file, OutputFile::create(path));
  auto state = std::make_unique<State>(std::move(file), alignment);
  if (options.alignment) state->metadata.add(kAlignmentKey, alignment, 0);
  return Writer(std::move(state));
}

Result<void> Writer::set(std::string key, Value value) {
  const std::string where = "key " + printable(key);
  if (state_->began) return wrong("the data has begun").in(where);
  if (key.empty() || key.size() > kMaxKeyBytes) return wrong("length of the name").in(where);
  if (key == kAlignmentKey) return wrong("is set by the writer's options").in(where);
  if (state_->metadata.entries().size() == kMaxKeys) return wrong("too many keys").in(where);
  if (!state_->metadata.add(std::move(key), std::move(value), 0)) {
    return wrong("set twice").in(where);
  }
  return {};
}

Result<void> Writer::add_tensor(std::string name, Format format, Shape shape) {
  const std::string where = "tensor " + printable(name);
  if (state_->began) return wrong("the data has begun").in(where);
  if (name.empty() || name.size() > kMaxTensorNameBytes) {
    return wrong("length of the name").in(where);
  }
  if (state_->tensors.size() == kMaxTensors) return wrong("too many tensors").in(where);
  const auto size = tensor_bytes(format, shape);
  if (!size) return Error(size.error()).in(where);
  const auto offset = checked_align_up<uint64_t>(state_->data_bytes, state_->alignment);
  const auto end = offset ? checked_add(*offset, *size) : std::nullopt;
  if (!end) return wrong("more than 2^64 bytes").in(where);
  if (!state_->index.emplace(name, state_->tensors.size()).second) {
    return wrong("added twice").in(where);
  }
  state_->data_bytes = *end;
  TensorInfo tensor;
  tensor.name = std::move(name);
  tensor.format = format;
  tensor.shape = shape;
  tensor.offset_bytes = *offset;
  tensor.size_bytes = *size;
  state_->tensors.push_back(std::move(tensor));
  return {};
}

Result<void> Writer::write(std::span<const std::byte> bytes) {
  State& s = *state_;
  REALM_TRY(s.begin());
  while (!bytes.empty()) {
    if (s.current == s.tensors.size()) {
      return wrong(str(bytes.size(), " bytes more than the tensors have"));
    }
    const uint64_t rest = s.tensors[s.current].size_bytes - s.done_bytes;
    const auto n = static_cast<size_t>(std::min<uint64_t>(rest, bytes.size()));
    REALM_TRY(s.file.append(bytes.first(n)));
    bytes = bytes.subspan(n);
    s.done_bytes += n;
    if (n < rest) continue;
    REALM_TRY(s.align());
    ++s.current;
    s.done_bytes = 0;
  }
  return {};
}

Result<void> Writer::reserve() {
  State& s = *state_;
  REALM_TRY(s.begin());
  s.reserved = true;
  const auto end = checked_align_up<uint64_t>(s.data_bytes, s.alignment);
  const auto whole = end ? checked_add(s.data_offset, *end) : std::nullopt;
  if (!whole || *whole > std::numeric_limits<int64_t>::max()) return wrong("more than 2^63 bytes");
  s.whole_bytes = *whole;
  return s.file.extend(*whole);
}

Result<void> Writer::write_at(size_t tensor, uint64_t offset, std::span<const std::byte> bytes) {
  State& s = *state_;
  if (!s.reserved || tensor >= s.tensors.size()) return wrong("no room reserved");
  const TensorInfo& to = s.tensors[tensor];
  if (offset > to.size_bytes || bytes.size() > to.size_bytes - offset) {
    return wrong(str(bytes.size(), " bytes at byte ", offset, " of ", to.size_bytes))
        .in("tensor " + printable(to.name));
  }
  s.placed_bytes.fetch_add(bytes.size(), std::memory_order_relaxed);
  return s.file.write_at(s.data_offset + to.offset_bytes + offset, bytes);
}

uint64_t Writer::size_bytes() const {
  return state_->reserved ? state_->whole_bytes : state_->file.size_bytes();
}

Result<void> Writer::State::check_complete() const {
  if (reserved) {
    uint64_t expected = 0;
    for (const TensorInfo& tensor : tensors) expected += tensor.size_bytes;
    const uint64_t placed = placed_bytes.load();
    if (placed == expected) return {};
    return wrong(str(placed, " bytes of tensors written, expected ", expected));
  }
  if (current == tensors.size()) return {};
  const TensorInfo& tensor = tensors[current];
  return wrong(str(done_bytes, " of ", tensor.size_bytes, " bytes written"))
      .in("tensor " + printable(tensor.name));
}

Result<void> Writer::finish() {
  State& s = *state_;
  REALM_TRY(s.begin());
  REALM_TRY(s.check_complete());
  std::vector<std::byte> magic;
  append_encoded_number(magic, kMagic);
  REALM_TRY(s.file.flush());
  REALM_TRY(s.file.write_at(0, magic));
  return s.file.commit();
}

}  // namespace realm::gguf
