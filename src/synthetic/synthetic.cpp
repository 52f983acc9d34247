#include "synthetic/synthetic.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <filesystem>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "base/checked.hpp"
#include "base/str.hpp"
#include "base/thread_pool.hpp"
#include "gguf/header.hpp"
#include "gguf/writer.hpp"
#include "quantize/plan.hpp"
#include "synthetic/outline.hpp"
#include "synthetic/random_blocks.hpp"

namespace realm::synthetic {
namespace {

constexpr uint32_t kQuantizationVersion = 2;  // as in src/quantize

// Offsets from the start of the data section, one after the other. Sizes are those of the shapes
// in the table: no overflow.
struct Directory {
  std::vector<gguf::TensorInfo> tensors;
  uint64_t data_bytes = 0;

  void add(const TensorOutline& outline, Format format) {
    gguf::TensorInfo tensor;
    tensor.name = outline.name;
    tensor.format = format;
    tensor.shape = outline.shape;
    tensor.offset_bytes = data_bytes;
    tensor.size_bytes = *row_bytes(format, static_cast<uint64_t>(outline.shape.cols())) *
                        static_cast<uint64_t>(outline.shape.rows());
    data_bytes =
        *checked_align_up<uint64_t>(data_bytes + tensor.size_bytes, gguf::kDefaultAlignment);
    tensors.push_back(std::move(tensor));
  }
};

// A matrix that keeps the size of what it multiplies; a norm about 1; a small bias.
RandomBlocks blocks_of(const gguf::TensorInfo& tensor, uint64_t seed) {
  if (tensor.shape.rank() == 1) {
    const bool norm = tensor.name.ends_with("norm.weight");
    return {tensor.format, 0.1, norm ? 1.0 : 0.0, seed};
  }
  return {tensor.format, 1 / std::sqrt(static_cast<double>(tensor.shape.cols())), 0, seed};
}

// The bytes of the file. Shared by threads.
class Bytes {
 public:
  Bytes(const gguf::Metadata& metadata, Directory directory, uint64_t seed)
      : header_(gguf::encode_header(gguf::kMagic, metadata, directory.tensors)),
        tensors_(std::move(directory.tensors)) {
    header_.resize(*checked_align_up<uint64_t>(header_.size(), gguf::kDefaultAlignment));
    size_bytes_ = header_.size() + directory.data_bytes;
    for (size_t i = 0; i < tensors_.size(); ++i) {
      tensors_[i].offset_bytes += header_.size();
      blocks_.push_back(blocks_of(tensors_[i], seed * 0x2545f4914f6cdd1du + (i << 40)));
    }
  }

  uint64_t size_bytes() const { return size_bytes_; }

  void read(uint64_t offset, std::span<std::byte> out) const {
    std::fill(out.begin(), out.end(), std::byte{0});  // between tensors
    copy_header(offset, out);
    const uint64_t end = offset + out.size();
    auto tensor = std::upper_bound(
        tensors_.begin(), tensors_.end(), offset,
        [](uint64_t at, const gguf::TensorInfo& t) { return at < t.offset_bytes + t.size_bytes; });
    for (; tensor != tensors_.end() && tensor->offset_bytes < end; ++tensor) {
      const uint64_t from = std::max(offset, tensor->offset_bytes);
      const uint64_t to = std::min(end, tensor->offset_bytes + tensor->size_bytes);
      blocks_[static_cast<size_t>(tensor - tensors_.begin())].fill_bytes(
          from - tensor->offset_bytes, out.subspan(from - offset, to - from));
    }
  }

 private:
  void copy_header(uint64_t offset, std::span<std::byte> out) const {
    if (offset >= header_.size()) return;
    const size_t n = std::min<size_t>(out.size(), header_.size() - offset);
    std::copy_n(header_.begin() + static_cast<ptrdiff_t>(offset), n, out.begin());
  }

  std::vector<std::byte> header_;  // with the zeros behind it
  std::vector<gguf::TensorInfo> tensors_;
  std::vector<RandomBlocks> blocks_;
  uint64_t size_bytes_ = 0;
};

Result<gguf::File> open(std::shared_ptr<const Bytes> bytes) {
  const uint64_t size = bytes->size_bytes();
  return gguf::File::open_single(RandomAccessFile::made_by(
      [bytes = std::move(bytes)](uint64_t offset, std::span<std::byte> out) -> Result<void> {
        bytes->read(offset, out);
        return {};
      },
      size));
}

}  // namespace

Result<Model> make(const Spec& spec) {
  gguf::Metadata metadata =
      metadata_of(*spec.shape, str(spec.name(), ", random, seed ", spec.seed));
  const std::vector<TensorOutline> outline = tensors_of(*spec.shape);
  // The formats are chosen as for a file of floats that is quantized.
  Directory floats;
  for (const TensorOutline& tensor : outline) floats.add(tensor, Format::kF32);
  REALM_ASSIGN(const gguf::File source,
               open(std::make_shared<const Bytes>(metadata, std::move(floats), spec.seed)));
  REALM_ASSIGN(const QuantizeReport report, quantization::plan(source, spec.type, spec.pure));
  Directory directory;
  for (size_t i = 0; i < outline.size(); ++i) directory.add(outline[i], report.tensors[i].to);
  if (spec.type.file_type) metadata.add("general.file_type", *spec.type.file_type, 0);
  metadata.add("general.quantization_version", kQuantizationVersion, 0);
  REALM_ASSIGN(gguf::File file,
               open(std::make_shared<const Bytes>(metadata, std::move(directory), spec.seed)));
  return Model{std::move(file), report.fallbacks};
}

Result<void> save(const gguf::File& file, const std::string& path, int threads) {
  std::error_code ignored;
  if (std::filesystem::exists(path, ignored)) {
    return Error{Code::kInvalidArgument, str(path, ": is there already")};
  }
  REALM_ASSIGN(gguf::Writer writer, gguf::Writer::create(path));
  for (const auto& entry : file.metadata().entries()) {
    REALM_TRY(writer.set(entry.key, entry.value));
  }
  for (const gguf::TensorInfo& tensor : file.tensors()) {
    REALM_TRY(writer.add_tensor(tensor.name, tensor.format, tensor.shape));
  }
  REALM_TRY(writer.reserve());
  constexpr uint64_t kPiece = uint64_t{1} << 20;
  ThreadPool pool(threads > 0 ? threads : usable_threads());
  std::vector<std::vector<std::byte>> buffers(static_cast<size_t>(pool.threads()));
  std::atomic<bool> stop{false};
  std::mutex mutex;
  std::optional<Error> error;
  for (size_t i = 0; i < file.tensors().size() && !stop; ++i) {
    const gguf::TensorInfo& tensor = file.tensors()[i];
    const auto pieces = static_cast<int64_t>((tensor.size_bytes + kPiece - 1) / kPiece);
    pool.for_each(pieces, [&](int64_t piece, int thread) {
      if (stop) return;
      const uint64_t offset = static_cast<uint64_t>(piece) * kPiece;
      auto& buffer = buffers[static_cast<size_t>(thread)];
      buffer.resize(std::min(kPiece, tensor.size_bytes - offset));
      auto done = file.read_bytes(tensor, offset, buffer);
      if (done) done = writer.write_at(i, offset, buffer);
      if (done) return;
      const std::lock_guard lock(mutex);
      if (!error) error = std::move(done).error();
      stop = true;
    });
  }
  if (error) return *error;
  return writer.finish();
}

}  // namespace realm::synthetic
