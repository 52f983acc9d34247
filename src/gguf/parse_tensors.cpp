#include <algorithm>
#include <limits>
#include <numeric>

#include "base/checked.hpp"
#include "gguf/header.hpp"

namespace realm::gguf {
namespace {

Error corrupt(std::string story) { return Error{Code::kCorruptFile, std::move(story)}; }

// GGUF lists the innermost dimension first.
Result<Shape> parse_shape(Cursor& cursor) {
  REALM_ASSIGN(const auto rank, cursor.number<uint32_t>("number of dimensions"));
  if (rank == 0 || rank > Shape::kMaxRank) {
    return corrupt(str(rank, " dimensions, expected 1 to ", Shape::kMaxRank));
  }
  int64_t dims[Shape::kMaxRank] = {};
  int64_t elems = 1;
  for (uint32_t i = 0; i < rank; ++i) {
    REALM_ASSIGN(const auto dim, cursor.number<uint64_t>("dimension"));
    if (dim == 0 || dim > static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) {
      return corrupt(str("dimension ", i, " is ", dim));
    }
    const auto product = checked_mul(elems, static_cast<int64_t>(dim));
    if (!product) return corrupt("more elements than 2^63");
    elems = *product;
    dims[rank - 1 - i] = static_cast<int64_t>(dim);
  }
  switch (rank) {
    case 1:
      return Shape{dims[0]};
    case 2:
      return Shape{dims[0], dims[1]};
    case 3:
      return Shape{dims[0], dims[1], dims[2]};
    default:
      return Shape{dims[0], dims[1], dims[2], dims[3]};
  }
}

// The rest of a directory entry behind the name. Leaves offset_bytes relative to the data section.
Result<void> parse_entry(Cursor& cursor, uint32_t alignment, TensorInfo& tensor) {
  REALM_ASSIGN(tensor.shape, parse_shape(cursor));
  REALM_ASSIGN(const auto type, cursor.number<uint32_t>("type"));
  const FormatInfo* format = find_format(type);
  if (format == nullptr) {
    return Error{Code::kUnsupported,
                 str("type ", gguf_type_name(type), " (", type, ") is not supported")};
  }
  tensor.format = format->format;
  const auto row = row_bytes(tensor.format, static_cast<uint64_t>(tensor.shape.cols()));
  if (!row) {
    return corrupt(str("rows of ", tensor.shape.cols(), " elements are not whole ", format->name,
                       " blocks of ", format->block_elems));
  }
  const auto size = checked_mul(*row, static_cast<uint64_t>(tensor.shape.rows()));
  if (!size) return corrupt(str(to_string(tensor.shape), " takes more than 2^64 bytes"));
  tensor.size_bytes = *size;
  REALM_ASSIGN(tensor.offset_bytes, cursor.number<uint64_t>("offset"));
  if (tensor.offset_bytes % alignment != 0) {
    return corrupt(
        str("offset ", tensor.offset_bytes, " is not a multiple of the alignment ", alignment));
  }
  return {};
}

Result<void> place(TensorInfo& tensor, uint64_t data_offset, uint64_t file_bytes) {
  const auto begin = checked_add(data_offset, tensor.offset_bytes);
  const auto end = begin ? checked_add(*begin, tensor.size_bytes) : std::nullopt;
  if (!end || *end > file_bytes) {
    return corrupt(str(tensor.size_bytes, " bytes at offset ", tensor.offset_bytes,
                       " of the data (byte ", data_offset, ") reach behind the end of the file (",
                       file_bytes, " bytes)"));
  }
  tensor.offset_bytes = *begin;
  return {};
}

Result<void> check_apart(const std::vector<TensorInfo>& tensors) {
  std::vector<size_t> order(tensors.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(),
            [&](size_t a, size_t b) { return tensors[a].offset_bytes < tensors[b].offset_bytes; });
  for (size_t i = 1; i < order.size(); ++i) {
    const TensorInfo& low = tensors[order[i - 1]];
    const TensorInfo& high = tensors[order[i]];
    if (low.offset_bytes + low.size_bytes > high.offset_bytes) {
      return corrupt("overlaps tensor " + printable(low.name)).in(place_of(high));
    }
  }
  return {};
}

}  // namespace

Result<std::vector<TensorInfo>> parse_tensors(Cursor& cursor, uint64_t count, uint32_t alignment,
                                              uint64_t file_bytes) {
  std::vector<TensorInfo> tensors;
  std::vector<uint64_t> places;  // of the directory entries, for errors
  for (uint64_t i = 0; i < count; ++i) {
    const uint64_t at = cursor.position();
    auto name = cursor.text("name");
    if (!name) return std::move(name).error().in(str("tensor ", i, " at byte ", at));
    const std::string where = str("tensor ", printable(*name), " at byte ", at);
    if (name->empty() || name->size() > kMaxTensorNameBytes) {
      return corrupt(str("name of ", name->size(), " bytes, expected 1 to ", kMaxTensorNameBytes))
          .in(where);
    }
    TensorInfo tensor;
    tensor.name = *std::move(name);
    if (auto ok = parse_entry(cursor, alignment, tensor); !ok) {
      return std::move(ok).error().in(where);
    }
    tensors.push_back(std::move(tensor));
    places.push_back(at);
  }
  const auto data = checked_align_up<uint64_t>(cursor.position(), alignment);
  for (size_t i = 0; i < tensors.size(); ++i) {
    if (auto ok = place(tensors[i], *data, file_bytes); !ok) {
      return std::move(ok).error().in(
          str("tensor ", printable(tensors[i].name), " at byte ", places[i]));
    }
  }
  REALM_TRY(check_apart(tensors));
  return tensors;
}

}  // namespace realm::gguf
