// WeightBinder::load: the matrices, packed, mapped or from a packed-cache file.
#include "base/str.hpp"
#include "model/load/packed_cache.hpp"
#include "model/load/weight_binder.hpp"

namespace realm {
namespace {

std::string size_text(uint64_t bytes) { return str((bytes + (1 << 19)) >> 20, " MiB"); }

void tell(const LogSink& log, LogLevel level, const std::string& line) {
  if (log) log(level, line);
}

}  // namespace

WeightSpec WeightBinder::spec_of(const Matrix& matrix) {
  return {.name = "tensor " + matrix.tensor->name,
          .format = matrix.tensor->format,
          .rows = matrix.rows,
          .cols = matrix.tensor->shape[1],
          .use = matrix.use};
}

void WeightBinder::place(const Matrix& matrix, Weight weight, Buffers& buffers) {
  for (TensorView* slot : matrix.slots) *slot = weight.view;
  buffers.push_back(std::move(weight.buffer));
}

Result<Weight> WeightBinder::pack(const Matrix& matrix) {
  // The device reads from as many threads as it likes: pread takes no lock. Errors of pack() begin
  // with the name.
  return device_.pack(spec_of(matrix), [&](int64_t first, int64_t count, std::span<std::byte> out) {
    return file_.read_rows(*matrix.tensor, matrix.first + first, count, out);
  });
}

// While one tensor is packed, the system reads the next.
Result<void> WeightBinder::load_packed(Buffers& buffers) {
  const auto announce = [this](size_t i) {
    if (i >= matrices_.size()) return;
    const gguf::TensorInfo& tensor = *matrices_[i].tensor;
    file_.prefetch(tensor, 0, tensor.size_bytes);
  };
  announce(0);
  for (size_t i = 0; i < matrices_.size(); ++i) {
    const Matrix& matrix = matrices_[i];
    announce(i + 1);
    REALM_ASSIGN(Weight weight, pack(matrix));
    place(matrix, std::move(weight), buffers);
  }
  return {};
}

Result<void> WeightBinder::load_mapped(const std::shared_ptr<const void>& owner, Buffers& buffers) {
  for (const Matrix& matrix : matrices_) {
    const gguf::TensorInfo& tensor = *matrix.tensor;
    const auto row =
        static_cast<size_t>(tensor.size_bytes / static_cast<uint64_t>(tensor.shape[0]));
    const auto rows = file_.bytes(tensor).subspan(static_cast<size_t>(matrix.first) * row,
                                                  static_cast<size_t>(matrix.rows) * row);
    REALM_ASSIGN(Weight weight, device_.adopt(spec_of(matrix), Packing::kRows, rows, owner));
    place(matrix, std::move(weight), buffers);
  }
  return {};
}

Result<void> WeightBinder::load_cached(const WeightSource& source, const LogSink& log,
                                       Buffers& buffers) {
  const std::string packing = device_.packing_id();
  if (packing.empty()) {
    tell(log, LogLevel::kWarning,
         str("packed cache: device ", device_.info().name, " keeps packed weights to itself"));
    return load_packed(buffers);
  }
  std::vector<PackedCache::Entry> entries;
  for (const Matrix& matrix : matrices_) {
    const WeightSpec spec = spec_of(matrix);
    REALM_ASSIGN(const size_t size, device_.packed_size(spec));
    entries.push_back(
        {matrix.tensor->name, spec.format, matrix.first, spec.rows, spec.cols, size, 0});
  }
  REALM_ASSIGN(const uint64_t key, file_.fingerprint());
  const PackedCache cache(source.cache_folder, source.cache_name, key, packing, std::move(entries));
  auto file = cache.open();
  if (file) {
    for (size_t i = 0; i < matrices_.size(); ++i) {
      const PackedCache::Entry& entry = cache.entries()[i];
      const auto bytes = (*file)->bytes().subspan(static_cast<size_t>(entry.offset_bytes),
                                                  static_cast<size_t>(entry.size_bytes));
      REALM_ASSIGN(Weight weight,
                   device_.adopt(spec_of(matrices_[i]), Packing::kDevice, bytes, *file));
      place(matrices_[i], std::move(weight), buffers);
    }
    tell(log, LogLevel::kDebug, "packed cache: weights are those of " + cache.path());
    return {};
  }
  if (file.error().code != Code::kNotFound) {
    tell(log, LogLevel::kWarning, "packed cache: " + file.error().message + "; packing anew");
  }
  const size_t first = buffers.size();
  REALM_TRY(load_packed(buffers));
  std::vector<std::span<const std::byte>> weights;
  for (size_t i = 0; i < matrices_.size(); ++i) {
    weights.push_back({static_cast<const std::byte*>(buffers[first + i]->address()),
                       static_cast<size_t>(cache.entries()[i].size_bytes)});
  }
  if (auto ok = cache.write(weights); !ok) {
    tell(log, LogLevel::kWarning, "packed cache: " + ok.error().message + "; it is not kept");
  } else {
    tell(log, LogLevel::kInfo,
         str("packed cache: ", size_text(cache.size_bytes()), " kept in ", cache.path()));
  }
  return {};
}

Result<std::vector<std::unique_ptr<Buffer>>> WeightBinder::load(const WeightSource& source,
                                                                const LogSink& log) {
  Buffers buffers;
  if (source.mapped_file != nullptr) {
    if (auto ok = load_mapped(source.mapped_file, buffers); !ok) {
      if (ok.error().code != Code::kUnsupported) return std::move(ok).error();
      tell(log, LogLevel::kWarning, "mapped weights: " + ok.error().message + "; packing them");
      buffers.clear();
      REALM_TRY(load_packed(buffers));
    }
  } else if (!source.cache_folder.empty()) {
    REALM_TRY(load_cached(source, log, buffers));
  } else {
    REALM_TRY(load_packed(buffers));
  }
  REALM_ASSIGN(auto vectors, load_vectors());
  buffers.push_back(std::move(vectors));
  return buffers;
}

}  // namespace realm
