// Prints docs/cli.md from the command's help texts.
//   gen_cli_doc             prints
//   gen_cli_doc --check F   exits with 1 when file F says something else
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>

#include "cli/help.hpp"

int main(int argc, char** argv) {
  const std::string page = realm::cli::cli_page();
  if (argc == 1) {
    std::cout << page;
    return 0;
  }
  if (argc != 3 || std::string(argv[1]) != "--check") {
    std::cerr << "usage: gen_cli_doc [--check FILE]\n";
    return 2;
  }
  std::ostringstream found;
  found << std::ifstream(argv[2], std::ios::binary).rdbuf();
  if (found.str() == page) return 0;
  std::cerr << argv[2] << " is out of date: gen_cli_doc > " << argv[2] << "\n";
  return 1;
}
