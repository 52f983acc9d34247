// The bytes of a GGUF file from its parts, each of which can be made to lie. Shares no code with
// src/gguf.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace realm::testing {

/// GGUF's value types by number.
enum : uint32_t {
  kU8 = 0,
  kI8 = 1,
  kU16 = 2,
  kI16 = 3,
  kU32 = 4,
  kI32 = 5,
  kF32 = 6,
  kBool = 7,
  kString = 8,
  kArray = 9,
  kU64 = 10,
  kI64 = 11,
  kF64 = 12,
};

class Bytes {
 public:
  template <class T>
  Bytes& number(T value) {
    const auto* at = reinterpret_cast<const char*>(&value);
    data_.append(at, sizeof value);
    return *this;
  }
  Bytes& u8(uint8_t value) { return number(value); }
  Bytes& u32(uint32_t value) { return number(value); }
  Bytes& u64(uint64_t value) { return number(value); }
  Bytes& raw(std::string_view bytes) {
    data_.append(bytes);
    return *this;
  }
  /// A string that claims to be `claimed` bytes long.
  Bytes& text(std::string_view bytes, uint64_t claimed) { return u64(claimed).raw(bytes); }
  Bytes& text(std::string_view bytes) { return text(bytes, bytes.size()); }

  size_t size() const { return data_.size(); }
  const std::string& str() const { return data_; }

 private:
  std::string data_;
};

struct Key {
  std::string name;
  uint32_t type = 0;
  std::string payload;
  uint64_t claimed_name_bytes = UINT64_MAX;  // UINT64_MAX: the truth
};

struct Tensor {
  std::string name;
  std::vector<uint64_t> dims;  // innermost first, as in the file
  uint32_t type = 0;
  uint64_t offset = 0;
  uint32_t claimed_rank = UINT32_MAX;
  uint64_t claimed_name_bytes = UINT64_MAX;
};

struct Image {
  std::string magic = "GGUF";
  uint32_t version = 3;
  uint64_t claimed_tensors = UINT64_MAX;
  uint64_t claimed_keys = UINT64_MAX;
  std::vector<Key> keys;
  std::vector<Tensor> tensors;
  uint32_t alignment = 32;  // of the data section
  std::string data;

  std::string header() const {
    Bytes out;
    out.raw(magic).u32(version);
    out.u64(claimed_tensors == UINT64_MAX ? tensors.size() : claimed_tensors);
    out.u64(claimed_keys == UINT64_MAX ? keys.size() : claimed_keys);
    for (const Key& key : keys) {
      out.text(key.name,
               key.claimed_name_bytes == UINT64_MAX ? key.name.size() : key.claimed_name_bytes);
      out.u32(key.type).raw(key.payload);
    }
    for (const Tensor& tensor : tensors) {
      out.text(tensor.name, tensor.claimed_name_bytes == UINT64_MAX ? tensor.name.size()
                                                                    : tensor.claimed_name_bytes);
      out.u32(tensor.claimed_rank == UINT32_MAX ? static_cast<uint32_t>(tensor.dims.size())
                                                : tensor.claimed_rank);
      for (const uint64_t dim : tensor.dims) out.u64(dim);
      out.u32(tensor.type).u64(tensor.offset);
    }
    return out.str();
  }

  std::string bytes() const {
    std::string out = header();
    if (!tensors.empty()) out.resize((out.size() + alignment - 1) / alignment * alignment);
    return out + data;
  }

  Key& key(std::string_view name) {
    for (Key& k : keys) {
      if (k.name == name) return k;
    }
    return keys.emplace_back();
  }
};

/// A well-formed file: a key of every type, nested arrays, tensors of one to four dimensions.
inline Image sound_image() {
  const auto of = [](auto value) { return Bytes().number(value).str(); };
  const auto array = [](uint32_t type, uint64_t count, const std::string& elements) {
    return Bytes().u32(type).u64(count).raw(elements).str();
  };
  Image image;
  image.keys = {
      {"general.architecture", kString, Bytes().text("llama").str()},
      {"general.alignment", kU32, of(uint32_t{32})},
      {"a.u8", kU8, of(uint8_t{200})},
      {"a.i8", kI8, of(int8_t{-100})},
      {"a.u16", kU16, of(uint16_t{60000})},
      {"a.i16", kI16, of(int16_t{-30000})},
      {"a.u32", kU32, of(uint32_t{4000000000})},
      {"a.i32", kI32, of(int32_t{-2000000000})},
      {"a.f32", kF32, of(1.5f)},
      {"a.bool", kBool, of(uint8_t{1})},
      {"a.u64", kU64, of(uint64_t{1} << 63)},
      {"a.i64", kI64, of(-(int64_t{1} << 62))},
      {"a.f64", kF64, of(-0.1)},
      {"a.strings", kArray, array(kString, 3, Bytes().text("one").text("").text("three").str())},
      {"a.i32s", kArray, array(kI32, 2, of(int32_t{-1}) + of(int32_t{7}))},
      {"a.bools", kArray, array(kBool, 3, std::string("\1\0\1", 3))},
      {"a.none", kArray, array(kF32, 0, "")},
      {"a.nested", kArray,
       array(kArray, 2, array(kU8, 2, "\x05\x06") + array(kString, 1, Bytes().text("in").str()))},
  };
  // 3 * 64 floats, 2 * 18 * 2 bytes of Q4_0, 4 halves, 1 * 1 * 2 * 256 values of Q4_K
  image.tensors = {
      {"token_embd.weight", {64, 3}, 0, 0},
      {"blk.0.attn_q.weight", {64, 2}, 2, 768},
      {"blk.0.attn_norm.weight", {4}, 1, 864},
      {"blk.0.experts.weight", {256, 2, 1, 1}, 12, 896},
  };
  image.data.resize(896 + 288);
  for (size_t i = 0; i < image.data.size(); ++i) image.data[i] = static_cast<char>(i * 7 + 1);
  return image;
}

}  // namespace realm::testing
