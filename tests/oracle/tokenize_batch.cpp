// tokenize_batch VOCAB [--parse-special]: for every line of stdin, a JSON string, one line with the
// JSON array of its ids, no BOS. The oracle scripts' way to ask Realm.
#include <cstring>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>

#include "realm/tokenizer.hpp"
#include "support/vocab_file.hpp"

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  const bool parse_special = argc > 2 && std::strcmp(argv[2], "--parse-special") == 0;
  auto tokenizer = realm::Tokenizer::create(realm::testing::read_vocab(argv[1]));
  if (!tokenizer) {
    std::cerr << tokenizer.error().message << "\n";
    return 1;
  }
  for (std::string line; std::getline(std::cin, line);) {
    const auto text = nlohmann::json::parse(line).get<std::string>();
    const auto ids =
        tokenizer->encode(text, {.add_special = false, .parse_special = parse_special});
    if (!ids) {
      std::cerr << ids.error().message << "\n";
      return 1;
    }
    nlohmann::json out = nlohmann::json::array();
    for (const realm::TokenId id : *ids) out.push_back(realm::index(id));
    std::cout << out.dump() << "\n";
  }
  return 0;
}
