// encode_rows FORMAT COLS: float32 rows of stdin as blocks to stdout. For oracles of formats that
// their own programs only decode.
#include <iostream>
#include <string>
#include <vector>

#include "formats/encode.hpp"

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const realm::FormatInfo* format = realm::find_format(std::string_view(argv[1]));
  if (format == nullptr) return 2;
  const auto cols = static_cast<size_t>(std::stoul(argv[2]));
  const auto bytes = realm::row_bytes(format->format, cols);
  if (!bytes) return 2;
  std::vector<float> row(cols);
  std::vector<std::byte> blocks(static_cast<size_t>(*bytes));
  while (std::cin.read(reinterpret_cast<char*>(row.data()),
                       static_cast<std::streamsize>(cols * sizeof(float)))) {
    const auto ok = realm::encode_row(format->format, row, blocks);
    if (!ok) {
      std::cerr << ok.error().message << "\n";
      return 1;
    }
    std::cout.write(reinterpret_cast<const char*>(blocks.data()),
                    static_cast<std::streamsize>(blocks.size()));
  }
  return 0;
}
