#include <limits>

#include "image.hpp"
#include "malformed.hpp"

namespace realm::testing {
namespace {

constexpr uint64_t kMax = std::numeric_limits<uint64_t>::max();

}  // namespace

std::vector<Malformed> malformed_headers() {
  std::vector<Malformed> out;
  const auto add = [&](const std::string& what, const Image& image, const std::string& mentions) {
    out.push_back({what, image.bytes(), mentions});
  };

  for (const char* magic : {"FUGG", "gguf", "GGML", "GGUX", "\x7f\x45LF"}) {
    Image image = sound_image();
    image.magic = magic;
    add(std::string("magic ") + magic, image, "GGUF");
  }
  for (const uint32_t version : {0u, 1u, 4u, 0x02000000u, 0x03000000u, 0xffffffffu}) {
    Image image = sound_image();
    image.version = version;
    add("version " + std::to_string(version), image, "GGUF");
  }

  const Image sound = sound_image();
  const uint64_t n_tensors = sound.tensors.size();
  for (const uint64_t count :
       {n_tensors + 1, n_tensors + 12, uint64_t{1} << 18, uint64_t{1} << 31, uint64_t{1} << 32,
        uint64_t{1} << 59, kMax / 2, kMax / 2 + 1, kMax / 33 + 1, kMax - 1}) {
    Image image = sound;
    image.claimed_tensors = count;
    add("tensor count " + std::to_string(count), image, "tensor");
  }
  const uint64_t n_keys = sound.keys.size();
  for (const uint64_t count :
       {n_keys + 1, n_keys + 20, uint64_t{1} << 16, uint64_t{1} << 31, uint64_t{1} << 32,
        uint64_t{1} << 60, kMax / 2, kMax / 2 + 1, kMax / 14 + 1, kMax - 1}) {
    Image image = sound;
    image.claimed_keys = count;
    // One too many takes the first tensor for a key, and the second for the first.
    add("key count " + std::to_string(count), image, count == n_keys + 1 ? "tensor 0" : "metadata");
  }
  {
    Image image = sound;
    image.claimed_keys = n_keys - 1;  // the last key is read as a tensor
    add("key count too small", image, "tensor a.nested");
  }

  // Cut short: nothing, and behind every field of fixed place.
  const std::string whole = sound.bytes();
  for (const size_t size : {0u, 1u, 3u, 4u, 7u, 8u, 15u, 16u, 23u}) {
    out.push_back({"cut at " + std::to_string(size), whole.substr(0, size), "GGUF"});
    if (size >= 4) out.back().mentions = size < 8 ? "version" : "number of";
  }
  out.push_back({"one byte of data missing", whole.substr(0, whole.size() - 1),
                 "tensor blk.0.experts.weight"});
  out.push_back({"no data", whole.substr(0, sound.header().size()), "tensor token_embd.weight"});
  return out;
}

}  // namespace realm::testing
