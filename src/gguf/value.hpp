// Values of GGUF metadata, in every type of the specification.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace realm::gguf {

/// The numeric value is GGUF's.
enum class ValueType : uint32_t {
  kUint8 = 0,
  kInt8 = 1,
  kUint16 = 2,
  kInt16 = 3,
  kUint32 = 4,
  kInt32 = 5,
  kFloat32 = 6,
  kBool = 7,
  kString = 8,
  kArray = 9,
  kUint64 = 10,
  kInt64 = 11,
  kFloat64 = 12,
};

/// "uint32", "string", ...; "unknown" outside the specification.
std::string_view to_string(ValueType type);

/// Bytes of a value of fixed size; 0 for strings, arrays and what is outside the specification.
uint32_t fixed_bytes(ValueType type);

class Value;

void append_bytes(std::vector<std::byte>& out, std::span<const std::byte> bytes);
/// Appends `value` as GGUF encodes it, without its type.
void append_encoded(std::vector<std::byte>& out, const Value& value);
void append_encoded_text(std::vector<std::byte>& out, std::string_view text);
template <class T>  // an arithmetic type
void append_encoded_number(std::vector<std::byte>& out, T value) {
  append_bytes(out, std::as_bytes(std::span(&value, 1)));
}

/// Elements of one type. Kept in the file's own encoding, which is the smallest; a vocabulary has
/// hundreds of thousands of them. Always well-formed: only the reader and of() make one.
class Array {
 public:
  ValueType type() const { return type_; }
  uint64_t size() const { return size_; }

  /// Every element, decoded.
  std::vector<Value> values() const;
  /// The elements of an array of strings, as views into this array; empty for other types.
  std::vector<std::string_view> strings() const;
  /// The elements as GGUF encodes them.
  std::span<const std::byte> encoded() const { return encoded_; }

  /// Precondition: every value has the type `type`.
  static Array of(ValueType type, std::span<const Value> values);
  static Array of_strings(std::span<const std::string> values);
  template <class T>
  requires std::is_arithmetic_v<T>
  static Array of_numbers(std::span<const T> values);

  bool operator==(const Array&) const = default;

 private:
  friend class ValueParser;
  Array(ValueType type, uint64_t size, std::vector<std::byte> encoded)
      : type_(type), size_(size), encoded_(std::move(encoded)) {}

  ValueType type_;
  uint64_t size_;
  std::vector<std::byte> encoded_;
};

template <class T, class Variant>
constexpr bool is_alternative = false;
template <class T, class... Alternative>
constexpr bool is_alternative<T, std::variant<Alternative...>> = (std::is_same_v<T, Alternative> ||
                                                                  ...);

class Value {
 public:
  using Variant = std::variant<uint8_t, int8_t, uint16_t, int16_t, uint32_t, int32_t, float, bool,
                               std::string, Array, uint64_t, int64_t, double>;

  template <class T>
  requires(is_alternative<T, Variant>) Value(T value)  // NOLINT: implicit
      : variant_(std::in_place_type<T>, std::move(value)) {}
  Value(const char* text) : variant_(std::string(text)) {}  // NOLINT: implicit

  /// The alternatives stand in the order of their GGUF numbers.
  ValueType type() const { return static_cast<ValueType>(variant_.index()); }
  /// "uint32", "array of string"
  std::string type_name() const;
  const Variant& variant() const { return variant_; }

  bool operator==(const Value&) const = default;

 private:
  Variant variant_;
};

template <class T>
requires std::is_arithmetic_v<T> Array Array::of_numbers(std::span<const T> values) {
  std::vector<std::byte> encoded;
  for (const T value : values) append_encoded_number(encoded, value);
  return Array(Value(T{}).type(), values.size(), std::move(encoded));
}

}  // namespace realm::gguf
