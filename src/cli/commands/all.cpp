#include "cli/commands.hpp"

namespace realm::cli {

std::vector<std::unique_ptr<Command>> all_commands() {
  std::vector<std::unique_ptr<Command>> commands;
  commands.push_back(make_run());
  commands.push_back(make_chat());
  commands.push_back(make_inspect());
  commands.push_back(make_devices());
  commands.push_back(make_embed());
  commands.push_back(make_tokenize());
  commands.push_back(make_render());
  commands.push_back(make_quantize());
  commands.push_back(make_perplexity());
  commands.push_back(make_bench());
  return commands;
}

}  // namespace realm::cli
