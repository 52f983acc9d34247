// Files that must be refused: each is sound_image() with one thing wrong.
#pragma once

#include <string>
#include <vector>

namespace realm::testing {

struct Malformed {
  std::string what;      ///< what is wrong with it; unique
  std::string bytes;     ///< the file
  std::string mentions;  ///< what the error has to name: the key, the tensor, the count
};

std::vector<Malformed> malformed_headers();
std::vector<Malformed> malformed_metadata();
std::vector<Malformed> malformed_tensors();

inline std::vector<Malformed> malformed_files() {
  std::vector<Malformed> all = malformed_headers();
  for (auto* more : {&malformed_metadata, &malformed_tensors}) {
    for (Malformed& file : more()) all.push_back(std::move(file));
  }
  return all;
}

}  // namespace realm::testing
