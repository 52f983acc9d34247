#include <limits>

#include "image.hpp"
#include "malformed.hpp"

namespace realm::testing {
namespace {

constexpr uint64_t kMax = std::numeric_limits<uint64_t>::max();
constexpr uint64_t kMaxSigned = kMax / 2;

class Cases {
 public:
  std::vector<Malformed> out;

  // sound_image() with tensor 1, a Q4_0 matrix of [2, 64], replaced.
  void add(const std::string& what, const Tensor& tensor, const std::string& mentions = "") {
    Image image = sound_image();
    image.tensors[1] = tensor;
    out.push_back(
        {what, image.bytes(), mentions.empty() ? "tensor " + tensor.name + " at byte" : mentions});
  }
};

Tensor sound_tensor() { return sound_image().tensors[1]; }

void names(Cases& cases) {
  Tensor tensor = sound_tensor();
  tensor.name = "";
  cases.add("empty tensor name", tensor, "tensor  at byte");
  tensor.name = std::string(65, 'n');
  cases.add("tensor name of 65 bytes", tensor);
  tensor.name = std::string(5000, 'n');
  cases.add("tensor name of 5000 bytes", tensor, "tensor nnn");
  for (const uint64_t length :
       {uint64_t{1} << 14, uint64_t{1} << 32, kMaxSigned, kMaxSigned + 1, kMax - 7, kMax - 1}) {
    tensor = sound_tensor();
    tensor.claimed_name_bytes = length;
    cases.add("tensor name length " + std::to_string(length), tensor, "tensor 1 at byte");
  }
  tensor = sound_tensor();
  tensor.name = "token_embd.weight";
  cases.add("tensor name twice", tensor, "tensor token_embd.weight");
}

void dimensions(Cases& cases) {
  for (const uint32_t rank : {0u, 5u, 6u, 255u, 0x80000000u, 0xffffffffu - 1}) {
    Tensor tensor = sound_tensor();
    tensor.claimed_rank = rank;
    cases.add(std::to_string(rank) + " dimensions", tensor);
  }
  Tensor tensor = sound_tensor();
  tensor.dims = {32, 1, 1, 1, 2};
  cases.add("5 dimensions in full", tensor);
  for (size_t zero = 0; zero < 4; ++zero) {
    tensor.dims = {32, 1, 2, 1};
    tensor.dims[zero] = 0;
    cases.add("dimension " + std::to_string(zero) + " is 0", tensor);
  }
  const std::vector<std::vector<uint64_t>> huge = {
      {kMax},
      {kMaxSigned + 1},
      {32, kMax},
      {32, kMaxSigned + 1, 2},
      {32, 1, 1, kMax - 31},
      {uint64_t{1} << 32, uint64_t{1} << 32},  // the product wraps to 0
      {uint64_t{1} << 62, 2},                  // to 2^63
      {32, uint64_t{1} << 59},                 // elements fit, barely not
      {32, uint64_t{1} << 20, uint64_t{1} << 20, uint64_t{1} << 20},
      {32, (uint64_t{1} << 58) - 1},  // elements fit in 63 bits, bytes do not in a file
      {32, 1000},                     // larger than the file
      {32, uint64_t{1} << 32},
  };
  for (size_t i = 0; i < huge.size(); ++i) {
    tensor = sound_tensor();
    tensor.dims = huge[i];
    cases.add("huge shape " + std::to_string(i), tensor);
    tensor.type = 28;  // F64: 8 bytes an element
    cases.add("huge shape of F64 " + std::to_string(i), tensor);
  }
}

void types(Cases& cases) {
  // Every block format with a row that ends inside a block.
  for (const uint32_t type : {2u, 3u, 6u, 7u, 8u, 9u, 10u, 11u, 12u, 13u, 14u, 15u}) {
    Tensor tensor = sound_tensor();
    tensor.type = type;
    tensor.dims = {type < 10 ? 33u : 255u, 1};
    cases.add("partial block of type " + std::to_string(type), tensor);
  }
  struct Refused {
    uint32_t type;
    const char* name;
  };
  constexpr Refused kRefused[] = {
      {4, "Q4_2"},
      {5, "Q4_3"},
      {16, "IQ2_XXS"},
      {17, "IQ2_XS"},
      {18, "IQ3_XXS"},
      {19, "IQ1_S"},
      {21, "IQ3_S"},
      {22, "IQ2_S"},
      {29, "IQ1_M"},
      {31, "Q4_0_4_4"},
      {32, "Q4_0_4_8"},
      {33, "Q4_0_8_8"},
      {34, "TQ1_0"},
      {35, "TQ2_0"},
      {40, "NVFP4"},
      {41, "unknown"},
      {0x7fffffff, "unknown"},
      {0xffffffff, "unknown"},
  };
  for (const Refused& refused : kRefused) {
    Tensor tensor = sound_tensor();
    tensor.type = refused.type;
    cases.add("type " + std::to_string(refused.type), tensor, refused.name);
  }
}

void extents(Cases& cases) {
  // The data section has 1184 bytes; this tensor takes 72.
  for (const uint64_t offset : {uint64_t{1}, uint64_t{8}, uint64_t{31}, uint64_t{784}, kMax}) {
    Tensor tensor = sound_tensor();
    tensor.offset = offset;
    cases.add("offset " + std::to_string(offset) + " not aligned", tensor);
  }
  for (const uint64_t offset : {uint64_t{1184}, uint64_t{1120}, uint64_t{1} << 20,
                                uint64_t{1} << 32, kMaxSigned + 1, kMax - 31, kMax - 1023}) {
    Tensor tensor = sound_tensor();
    tensor.offset = offset;
    cases.add("offset " + std::to_string(offset) + " outside", tensor);
  }
  for (const uint64_t offset : {0u, 704u, 736u, 864u, 832u, 896u}) {
    Tensor tensor = sound_tensor();
    tensor.offset = offset;
    cases.add("offset " + std::to_string(offset) + " overlaps", tensor, "overlaps tensor");
  }
}

// Cut in the middle of every directory entry.
void truncations(Cases& cases) {
  const Image sound = sound_image();
  const std::string whole = sound.bytes();
  Image upto = sound;
  upto.tensors.clear();
  for (const Tensor& tensor : sound.tensors) {
    const size_t begin = upto.header().size();
    upto.tensors.push_back(tensor);
    const size_t end = upto.header().size();
    const size_t dims = begin + 8 + tensor.name.size();
    for (const size_t cut : {begin + 3, begin + 9, dims + 2, dims + 4 + 5, end - 11, end - 5}) {
      cases.out.push_back(
          {"cut in " + tensor.name + " at " + std::to_string(cut), whole.substr(0, cut), "tensor"});
    }
  }
}

}  // namespace

std::vector<Malformed> malformed_tensors() {
  Cases cases;
  names(cases);
  dimensions(cases);
  types(cases);
  extents(cases);
  truncations(cases);
  return std::move(cases.out);
}

}  // namespace realm::testing
