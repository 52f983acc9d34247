#include "gguf/metadata.hpp"

#include <cstring>
#include <type_traits>
#include <utility>

#include "base/str.hpp"

namespace realm::gguf {
namespace {

template <class T>
constexpr bool is_vector = false;
template <class T>
constexpr bool is_vector<std::vector<T>> = true;

template <class T>
constexpr bool is_integer = std::is_integral_v<T> && !std::is_same_v<T, bool>;
template <class T>
constexpr bool is_number = is_integer<T> || std::is_floating_point_v<T>;

template <class T>
std::string expected_name() {
  if constexpr (is_vector<T>) {
    return "array of " + expected_name<typename T::value_type>();
  } else {
    return Value(T{}).type_name();
  }
}

// What was found; with the number, since the number may be what is wrong.
std::string found_name(const Value& value) {
  return std::visit(
      [&](const auto& v) {
        using V = std::decay_t<decltype(v)>;
        if constexpr (is_number<V>) {
          return str(value.type_name(), " ", +v);
        } else {
          return value.type_name();
        }
      },
      value.variant());
}

template <class T>
std::optional<T> convert(const Value& value) {
  return std::visit(
      [](const auto& v) -> std::optional<T> {
        using V = std::decay_t<decltype(v)>;
        if constexpr (std::is_same_v<V, T>) {
          return v;
        } else if constexpr (is_integer<T> && is_integer<V>) {
          if (std::in_range<T>(v)) return static_cast<T>(v);
        } else if constexpr (std::is_floating_point_v<T> && is_number<V>) {
          return static_cast<T>(v);
        }
        return std::nullopt;
      },
      value.variant());
}

template <class Element>
std::optional<std::vector<Element>> convert_array(const Value& value) {
  const auto* array = std::get_if<Array>(&value.variant());
  if (array == nullptr) return std::nullopt;
  if constexpr (std::is_same_v<Element, std::string>) {
    if (array->type() != ValueType::kString && array->size() > 0) return std::nullopt;
    const auto texts = array->strings();
    return std::vector<std::string>(texts.begin(), texts.end());
  } else {
    std::vector<Element> out;
    if constexpr (is_number<Element>) {  // as they stand; a vocabulary has one a token
      if (array->type() == Value(Element{}).type()) {
        out.resize(static_cast<size_t>(array->size()));
        if (!out.empty()) {
          std::memcpy(out.data(), array->encoded().data(), array->encoded().size());
        }
        return out;
      }
    }
    for (const Value& v : array->values()) {
      const auto element = convert<Element>(v);
      if (!element) return std::nullopt;
      out.push_back(*element);
    }
    return out;
  }
}

template <class T>
std::optional<T> convert_any(const Value& value) {
  if constexpr (is_vector<T>) {
    return convert_array<typename T::value_type>(value);
  } else {
    return convert<T>(value);
  }
}

}  // namespace

std::string printable(std::string_view text) {
  constexpr size_t kLongest = 120;
  constexpr const char* kHex = "0123456789abcdef";
  std::string out;
  for (const char c : text.substr(0, kLongest)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte > 0x20 && byte < 0x7f && c != '\\') {
      out += c;
    } else {
      out += {'\\', 'x', kHex[byte >> 4], kHex[byte & 15]};
    }
  }
  if (text.size() > kLongest) out += str("... (", text.size(), " bytes)");
  return out;
}

const Value* Metadata::find(std::string_view key) const {
  const auto found = index_.find(key);
  return found == index_.end() ? nullptr : &entries_[found->second].value;
}

std::string Metadata::place_of(std::string_view key) const {
  const auto found = index_.find(key);
  const std::string name = "key " + printable(key);
  return found == index_.end() ? name
                               : str(name, " at byte ", entries_[found->second].offset_bytes);
}

bool Metadata::add(std::string key, Value value, uint64_t offset_bytes) {
  if (!index_.emplace(key, entries_.size()).second) return false;
  entries_.push_back({std::move(key), std::move(value), offset_bytes});
  return true;
}

template <class T>
Result<std::optional<T>> Metadata::get_optional(std::string_view key) const {
  const Value* found = find(key);
  if (found == nullptr) return std::optional<T>();
  std::optional<T> value = convert_any<T>(*found);
  if (value) return value;
  return Error{Code::kCorruptFile, str(place_of(key), ": expected ", expected_name<T>(), ", found ",
                                       found_name(*found))};
}

template <class T>
Result<T> Metadata::get(std::string_view key) const {
  auto found = get_optional<T>(key);
  if (!found) return std::move(found).error();
  if (found->has_value()) return std::move(**found);
  return Error{Code::kCorruptFile, str(place_of(key), ": missing, expected ", expected_name<T>())};
}

#define REALM_INSTANTIATE_ONE(T)                            \
  template Result<T> Metadata::get(std::string_view) const; \
  template Result<std::optional<T>> Metadata::get_optional(std::string_view) const;
#define REALM_INSTANTIATE(T) \
  REALM_INSTANTIATE_ONE(T)   \
  REALM_INSTANTIATE_ONE(std::vector<T>)

REALM_INSTANTIATE(bool)
REALM_INSTANTIATE(std::string)
REALM_INSTANTIATE(float)
REALM_INSTANTIATE(double)
REALM_INSTANTIATE(uint8_t)
REALM_INSTANTIATE(int8_t)
REALM_INSTANTIATE(uint16_t)
REALM_INSTANTIATE(int16_t)
REALM_INSTANTIATE(uint32_t)
REALM_INSTANTIATE(int32_t)
REALM_INSTANTIATE(uint64_t)
REALM_INSTANTIATE(int64_t)

}  // namespace realm::gguf
