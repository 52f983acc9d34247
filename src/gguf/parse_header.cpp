#include "gguf/header.hpp"

namespace realm::gguf {
namespace {

Error corrupt(std::string story) { return Error{Code::kCorruptFile, std::move(story)}; }

Result<uint32_t> parse_version(Cursor& cursor) {
  const auto magic = cursor.number<uint32_t>("magic");
  if (!magic || *magic != kMagic) {
    return corrupt("not a GGUF file: it does not begin with \"GGUF\"");
  }
  REALM_ASSIGN(const auto version, cursor.number<uint32_t>("version"));
  if (version == 2 || version == 3) return version;
  if (version != 0 && (version & 0xffffu) == 0) {
    return Error{Code::kUnsupported, "a big-endian GGUF file; only little-endian ones are read"};
  }
  return Error{Code::kUnsupported,
               str("GGUF version ", version, " at byte 4 is not supported; 2 and 3 are")};
}

// A count that neither the limits nor the rest of the file bear out is refused before it is used.
Result<void> check_count(const Cursor& cursor, uint64_t count, uint64_t most, uint64_t least_bytes,
                         std::string_view what, uint64_t at) {
  if (count > cursor.remaining() / least_bytes) {
    return corrupt(str(count, " ", what, " (at byte ", at, ") do not fit into the file"));
  }
  if (count > most) {
    return Error{Code::kUnsupported,
                 str(count, " ", what, " (at byte ", at, ") are more than ", most)};
  }
  return {};
}

Result<Metadata> parse_metadata(Cursor& cursor, uint64_t count) {
  Metadata metadata;
  for (uint64_t i = 0; i < count; ++i) {
    const uint64_t at = cursor.position();
    auto key = cursor.text("key");
    if (!key) return std::move(key).error().in(str("metadata entry ", i, " at byte ", at));
    const std::string where = str("key ", printable(*key), " at byte ", at);
    if (key->empty() || key->size() > kMaxKeyBytes) {
      return corrupt(str("key of ", key->size(), " bytes, expected 1 to ", kMaxKeyBytes)).in(where);
    }
    const auto type = cursor.number<uint32_t>("value type");
    if (!type) return Error(type.error()).in(where);
    auto value = parse_value(cursor, *type);
    if (!value) return std::move(value).error().in(where);
    if (!metadata.add(*std::move(key), *std::move(value), at)) {
      return corrupt("occurs twice").in(where);
    }
  }
  return metadata;
}

Result<uint32_t> alignment_of(const Metadata& metadata) {
  REALM_ASSIGN(const uint32_t alignment,
               metadata.get_or<uint32_t>(kAlignmentKey, kDefaultAlignment));
  if (is_alignment(alignment)) return alignment;
  return corrupt(str(alignment, " is not a power of two of 8 at least"))
      .in(metadata.place_of(kAlignmentKey));
}

}  // namespace

Result<Header> parse_header(const RandomAccessFile& file) {
  Cursor cursor(file);
  Header header;
  REALM_ASSIGN(header.version, parse_version(cursor));
  REALM_ASSIGN(const auto n_tensors, cursor.number<uint64_t>("number of tensors"));
  REALM_ASSIGN(const auto n_keys, cursor.number<uint64_t>("number of keys"));
  // The least that an entry takes: a name of one byte, and the fields behind it.
  REALM_TRY(check_count(cursor, n_tensors, kMaxTensors, 8 + 1 + 4 + 8 + 4 + 8, "tensors", 8));
  REALM_TRY(check_count(cursor, n_keys, kMaxKeys, 8 + 1 + 4 + 1, "metadata keys", 16));
  REALM_ASSIGN(header.metadata, parse_metadata(cursor, n_keys));
  REALM_ASSIGN(const uint32_t alignment, alignment_of(header.metadata));
  REALM_ASSIGN(header.tensors, parse_tensors(cursor, n_tensors, alignment, file.size_bytes()));
  return header;
}

}  // namespace realm::gguf
