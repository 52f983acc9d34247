#include "gguf/value.hpp"

#include <array>
#include <bit>
#include <cstring>

namespace realm::gguf {
namespace {

// GGUF's byte order is copied, never converted.
static_assert(std::endian::native == std::endian::little);

constexpr std::array<std::string_view, 13> kTypeNames = {
    "uint8", "int8",   "uint16", "int16",  "uint32", "int32",  "float32",
    "bool",  "string", "array",  "uint64", "int64",  "float64"};
constexpr std::array<uint32_t, 13> kFixedBytes = {1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};

// Reads what was checked or written before: no bounds.
class Decoder {
 public:
  explicit Decoder(std::span<const std::byte> bytes) : at_(bytes.data()) {}

  template <class T>
  T number() {
    T value;
    std::memcpy(&value, at_, sizeof value);
    at_ += sizeof value;
    return value;
  }
  std::string_view text() {
    const auto size = static_cast<size_t>(number<uint64_t>());
    const std::string_view text(reinterpret_cast<const char*>(at_), size);
    at_ += size;
    return text;
  }
  Value value(ValueType type) {
    switch (type) {
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
      case ValueType::kBool:
        return number<uint8_t>() != 0;
      case ValueType::kString:
        return std::string(text());
      case ValueType::kArray:
        return array();
      case ValueType::kUint64:
        return number<uint64_t>();
      case ValueType::kInt64:
        return number<int64_t>();
      case ValueType::kFloat64:
        return number<double>();
    }
    return false;
  }

 private:
  Value array() {
    const auto type = static_cast<ValueType>(number<uint32_t>());
    const auto size = number<uint64_t>();
    std::vector<Value> values;
    for (uint64_t i = 0; i < size; ++i) values.push_back(value(type));
    return Array::of(type, values);
  }

  const std::byte* at_;
};

struct Encoder {
  std::vector<std::byte>& out;

  template <class T>
  void operator()(T value) const {
    append_encoded_number(out, value);
  }
  void operator()(bool value) const { append_encoded_number<uint8_t>(out, value ? 1 : 0); }
  void operator()(const std::string& text) const { append_encoded_text(out, text); }
  void operator()(const Array& array) const {
    append_encoded_number(out, static_cast<uint32_t>(array.type()));
    append_encoded_number(out, array.size());
    append_bytes(out, array.encoded());
  }
};

}  // namespace

std::string_view to_string(ValueType type) {
  const auto i = static_cast<size_t>(type);
  return i < kTypeNames.size() ? kTypeNames[i] : "unknown";
}

uint32_t fixed_bytes(ValueType type) {
  const auto i = static_cast<size_t>(type);
  return i < kFixedBytes.size() ? kFixedBytes[i] : 0;
}

void append_bytes(std::vector<std::byte>& out, std::span<const std::byte> bytes) {
  out.insert(out.end(), bytes.begin(), bytes.end());
}

void append_encoded_text(std::vector<std::byte>& out, std::string_view text) {
  append_encoded_number<uint64_t>(out, text.size());
  append_bytes(out, std::as_bytes(std::span(text)));
}

void append_encoded(std::vector<std::byte>& out, const Value& value) {
  std::visit(Encoder{out}, value.variant());
}

std::vector<Value> Array::values() const {
  Decoder decoder(encoded_);
  std::vector<Value> out;
  out.reserve(static_cast<size_t>(size_));
  for (uint64_t i = 0; i < size_; ++i) out.push_back(decoder.value(type_));
  return out;
}

std::vector<std::string_view> Array::strings() const {
  std::vector<std::string_view> out;
  if (type_ != ValueType::kString) return out;
  Decoder decoder(encoded_);
  out.reserve(static_cast<size_t>(size_));
  for (uint64_t i = 0; i < size_; ++i) out.push_back(decoder.text());
  return out;
}

Array Array::of(ValueType type, std::span<const Value> values) {
  std::vector<std::byte> encoded;
  for (const Value& value : values) append_encoded(encoded, value);
  return Array(type, values.size(), std::move(encoded));
}

Array Array::of_strings(std::span<const std::string> values) {
  std::vector<std::byte> encoded;
  for (const std::string& value : values) append_encoded_text(encoded, value);
  return Array(ValueType::kString, values.size(), std::move(encoded));
}

std::string Value::type_name() const {
  const auto* array = std::get_if<Array>(&variant_);
  const std::string name(to_string(type()));
  return array == nullptr ? name : name + " of " + std::string(to_string(array->type()));
}

}  // namespace realm::gguf
