#include <limits>

#include "base/checked.hpp"
#include "gguf/header.hpp"

namespace realm::gguf {
namespace {

Error unknown_type(uint32_t type, uint64_t at) {
  return Error{Code::kCorruptFile,
               str("value type ", type, " at byte ", at, " is not in the specification")};
}

}  // namespace

class ValueParser {
 public:
  explicit ValueParser(Cursor& cursor) : cursor_(cursor) {}

  Result<Value> value(uint32_t type) {
    switch (static_cast<ValueType>(type)) {
      case ValueType::kUint8:
        return number<uint8_t>();
      case ValueType::kInt8:
        return number<int8_t>();
      case ValueType::kUint16:
        return number<uint16_t>();
      case ValueType::kInt16:
        return number<int16_t>();
      case ValueType::kUint32:
        return number<uint32_t>();
      case ValueType::kInt32:
        return number<int32_t>();
      case ValueType::kFloat32:
        return number<float>();
      case ValueType::kBool: {
        const uint64_t at = cursor_.position();
        REALM_ASSIGN(const auto byte, cursor_.number<uint8_t>("value"));
        REALM_TRY(check_bool(byte, at));
        return Value(byte != 0);
      }
      case ValueType::kString: {
        REALM_ASSIGN(std::string text, cursor_.text("string"));
        return Value(std::move(text));
      }
      case ValueType::kArray:
        return array();
      case ValueType::kUint64:
        return number<uint64_t>();
      case ValueType::kInt64:
        return number<int64_t>();
      case ValueType::kFloat64:
        return number<double>();
    }
    return unknown_type(type, cursor_.position());
  }

 private:
  template <class T>
  Result<Value> number() {
    REALM_ASSIGN(const T value, cursor_.number<T>("value"));
    return Value(value);
  }

  static Result<void> check_bool(uint8_t byte, uint64_t at) {
    if (byte <= 1) return {};
    return Error{Code::kCorruptFile, str("bool at byte ", at, " is ", +byte)};
  }

  Result<Value> array() {
    const uint64_t at = cursor_.position();
    REALM_ASSIGN(const auto type, cursor_.number<uint32_t>("array type"));
    REALM_ASSIGN(const auto count, cursor_.number<uint64_t>("array length"));
    std::vector<std::byte> encoded;
    REALM_TRY(elements(type, count, at, 1, encoded));
    return Value(Array(static_cast<ValueType>(type), count, std::move(encoded)));
  }

  // Checks the elements and appends their bytes to `encoded`.
  Result<void> elements(uint32_t type, uint64_t count, uint64_t at, int depth,
                        std::vector<std::byte>& encoded) {
    if (type > static_cast<uint32_t>(ValueType::kFloat64)) return unknown_type(type, at);
    const auto kind = static_cast<ValueType>(type);
    // Every string or array takes at least its own length field (and type).
    const uint64_t least = kind == ValueType::kString  ? 8
                           : kind == ValueType::kArray ? 12
                                                       : fixed_bytes(kind);
    const auto bytes = checked_mul(count, least);
    REALM_TRY(cursor_.need(bytes.value_or(std::numeric_limits<uint64_t>::max()),
                           str("array of ", count, " elements")));
    if (kind == ValueType::kString) return strings(count, encoded);
    if (kind == ValueType::kArray) return arrays(count, at, depth, encoded);
    const uint64_t begin = cursor_.position();
    REALM_ASSIGN(std::byte* const first, append(*bytes, encoded));
    if (kind != ValueType::kBool) return {};
    for (uint64_t i = 0; i < count; ++i) {
      REALM_TRY(check_bool(std::to_integer<uint8_t>(first[i]), begin + i));
    }
    return {};
  }

  Result<void> strings(uint64_t count, std::vector<std::byte>& encoded) {
    for (uint64_t i = 0; i < count; ++i) {
      const auto in_element = [&](Error error) { return std::move(error).in(str("element ", i)); };
      const auto size = cursor_.number<uint64_t>("string length");
      if (!size) return in_element(size.error());
      if (auto ok = cursor_.need(*size, "string"); !ok) return in_element(ok.error());
      append_encoded_number(encoded, *size);
      if (auto ok = append(*size, encoded); !ok) return in_element(ok.error());
    }
    return {};
  }

  Result<void> arrays(uint64_t count, uint64_t at, int depth, std::vector<std::byte>& encoded) {
    if (depth == kMaxArrayDepth) {
      return Error{Code::kUnsupported,
                   str("array at byte ", at, " is nested deeper than ", kMaxArrayDepth, " levels")};
    }
    for (uint64_t i = 0; i < count; ++i) {
      const uint64_t inner_at = cursor_.position();
      REALM_ASSIGN(const auto type, cursor_.number<uint32_t>("array type"));
      REALM_ASSIGN(const auto size, cursor_.number<uint64_t>("array length"));
      append_encoded_number(encoded, type);
      append_encoded_number(encoded, size);
      REALM_TRY(elements(type, size, inner_at, depth + 1, encoded));
    }
    return {};
  }

  // The next `bytes` bytes, which are known to be there; returns where they begin in `encoded`.
  Result<std::byte*> append(uint64_t bytes, std::vector<std::byte>& encoded) {
    const size_t before = encoded.size();
    encoded.resize(before + static_cast<size_t>(bytes));
    std::byte* const first = encoded.data() + before;
    REALM_TRY(cursor_.read({first, static_cast<size_t>(bytes)}, "array"));
    return first;
  }

  Cursor& cursor_;
};

Result<Value> parse_value(Cursor& cursor, uint32_t type) { return ValueParser(cursor).value(type); }

}  // namespace realm::gguf
