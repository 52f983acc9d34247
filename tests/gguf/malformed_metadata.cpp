#include <limits>

#include "image.hpp"
#include "malformed.hpp"

namespace realm::testing {
namespace {

constexpr uint64_t kMax = std::numeric_limits<uint64_t>::max();
constexpr uint32_t kBytesOf[] = {1, 1, 2, 2, 4, 4, 4, 1, 8, 12, 8, 8, 8};  // at least

class Cases {
 public:
  std::vector<Malformed> out;

  void add(const std::string& what, const Image& image, const std::string& mentions) {
    out.push_back({what, image.bytes(), mentions});
  }
  // The last key in the file, so that what follows it cannot be mistaken for its rest.
  void add_key(const std::string& what, uint32_t type, const std::string& payload,
               const std::string& name = "b.bad") {
    Image image = sound_image();
    if (name == "general.alignment")
      std::erase_if(image.keys, [&](Key& k) { return k.name == name; });
    image.keys.push_back({name, type, payload});
    add(what, image, "key " + name);
  }
};

std::string array(uint32_t type, uint64_t count, const std::string& elements = "") {
  return Bytes().u32(type).u64(count).raw(elements).str();
}

// Lengths that are larger than the file, wrap round when something is added, or are negative.
std::vector<uint64_t> bad_lengths() {
  return {4096,         uint64_t{1} << 31, uint64_t{1} << 32, kMax / 2,
          kMax / 2 + 1, kMax - 8,          kMax - 1,          kMax};
}

void lengths(Cases& cases) {
  for (const uint64_t length : bad_lengths()) {
    const std::string n = std::to_string(length);
    Image image = sound_image();
    image.keys.push_back({"b.bad", kU8, "\1", length == kMax ? kMax - 2 : length});
    cases.add("key length " + n, image, "metadata entry 18 at byte");
    cases.add_key("string length " + n, kString, Bytes().text("abc", length).str());
    cases.add_key("string in array, length " + n, kArray,
                  array(kString, 2, Bytes().text("abc").text("def", length).str()));
  }
  Image image = sound_image();
  image.keys.push_back({"", kU8, "\1"});
  cases.add("empty key", image, "key  at byte");
  image = sound_image();
  image.keys.push_back({std::string(65536, 'k'), kU8, "\1"});
  cases.add("long key", image, "key kkk");
}

void types(Cases& cases) {
  for (const uint32_t type : {13u, 14u, 255u, 0x80000000u, 0xffffffffu}) {
    const std::string n = std::to_string(type);
    cases.add_key("value type " + n, type, std::string(16, '\0'));
    cases.add_key("array type " + n, kArray, array(type, 2, std::string(16, '\0')));
    cases.add_key("empty array of type " + n, kArray, array(type, 0));
    cases.add_key("inner array type " + n, kArray, array(kArray, 1, array(type, 1, "\1")));
  }
  cases.add_key("bool 2", kBool, "\2");
  cases.add_key("bool 255", kBool, "\xff");
  cases.add_key("bool 2 in array", kArray, array(kBool, 3, std::string("\1\0\2", 3)));
}

void counts(Cases& cases) {
  for (uint32_t type = 0; type <= kF64; ++type) {
    // So large that count * size wraps to something small; more than the file; negative.
    for (const uint64_t count : {kMax / kBytesOf[type] + 1, uint64_t{100000}, kMax}) {
      if (count == 0) continue;  // bytes cannot wrap
      cases.add_key("array of type " + std::to_string(type) + " of " + std::to_string(count),
                    kArray, array(type, count, std::string(24, '\0')));
    }
  }
  std::string deep = array(kU8, 1, "\1");
  for (int depth = 2; depth <= 100000; ++depth) {
    if (depth <= 6 || depth % 20000 == 0) deep = array(kArray, 1, deep);
    if (depth == 5 || depth == 6) {
      cases.add_key("arrays nested " + std::to_string(depth) + " deep", kArray, deep);
    }
  }
  Bytes bomb;
  for (int i = 0; i < 100000; ++i) bomb.u32(kArray).u64(1);
  cases.add_key("arrays nested 100000 deep", kArray, bomb.str());
  cases.add_key("inner array longer than the file", kArray, array(kArray, 1, array(kU64, 1 << 20)));
  cases.add_key("inner array count wraps", kArray, array(kArray, 2, array(kU64, kMax / 8 + 1)));
}

void duplicates(Cases& cases) {
  for (const char* name : {"general.architecture", "a.u8", "a.strings"}) {
    Image image = sound_image();
    image.keys.push_back(image.key(name));
    cases.add(std::string("twice ") + name, image, std::string("key ") + name);
  }
  Image image = sound_image();
  image.keys.push_back({"a.u8", kString, Bytes().text("other").str()});
  cases.add("twice a.u8 with another type", image, "key a.u8");
}

void special_keys(Cases& cases) {
  for (const uint32_t alignment : {0u, 1u, 2u, 4u, 7u, 12u, 33u, 48u, 0x80000001u}) {
    cases.add_key("alignment " + std::to_string(alignment), kU32, Bytes().u32(alignment).str(),
                  "general.alignment");
  }
  cases.add_key("alignment 2^33", kU64, Bytes().u64(uint64_t{1} << 33).str(), "general.alignment");
  cases.add_key("alignment -32", kI32, Bytes().number(-32).str(), "general.alignment");
  cases.add_key("alignment as text", kString, Bytes().text("32").str(), "general.alignment");
  cases.add_key("alignment as float", kF32, Bytes().number(32.0f).str(), "general.alignment");
  cases.add_key("alignment as array", kArray, array(kU32, 1, Bytes().u32(32).str()),
                "general.alignment");
  cases.add_key("split.count as text", kString, Bytes().text("2").str(), "split.count");
  cases.add_key("split.count -2", kI32, Bytes().number(-2).str(), "split.count");
  cases.add_key("split.count 70000", kU32, Bytes().u32(70000).str(), "split.count");
  cases.add_key("split.no as bool", kBool, "\1", "split.no");
  cases.add_key("split.tensors.count -1", kI32, Bytes().number(-1).str(), "split.tensors.count");
  Image image = sound_image();
  image.keys.push_back({"split.count", kU16, Bytes().number(uint16_t{2}).str()});
  image.keys.push_back({"split.no", kU16, Bytes().number(uint16_t{2}).str()});
  cases.add("part 3 of 2", image, "key split.no");
}

// Cut in the middle of every key: its name, its type, its value.
void truncations(Cases& cases) {
  const Image sound = sound_image();
  Image upto = sound;
  upto.keys.clear();
  upto.tensors.clear();
  for (const Key& key : sound.keys) {
    const size_t begin = upto.header().size();
    upto.keys.push_back(key);
    const std::string whole = sound.bytes();
    const size_t value = begin + 8 + key.name.size() + 4;
    cases.out.push_back({"cut in the name of " + key.name, whole.substr(0, begin + 9), "at byte"});
    if (!key.payload.empty()) {
      cases.out.push_back({"cut in the value of " + key.name,
                           whole.substr(0, value + key.payload.size() - 1), "at byte"});
    }
  }
}

}  // namespace

std::vector<Malformed> malformed_metadata() {
  Cases cases;
  lengths(cases);
  types(cases);
  counts(cases);
  duplicates(cases);
  special_keys(cases);
  truncations(cases);
  return std::move(cases.out);
}

}  // namespace realm::testing
