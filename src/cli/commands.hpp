// The list of subcommands; each is made in its own file of commands/.
#pragma once

#include <memory>

#include "cli/command.hpp"

namespace realm::cli {

std::unique_ptr<Command> make_run();
std::unique_ptr<Command> make_chat();
std::unique_ptr<Command> make_embed();
std::unique_ptr<Command> make_inspect();
std::unique_ptr<Command> make_devices();
std::unique_ptr<Command> make_tokenize();
std::unique_ptr<Command> make_render();
std::unique_ptr<Command> make_quantize();
std::unique_ptr<Command> make_perplexity();
std::unique_ptr<Command> make_bench();

}  // namespace realm::cli
