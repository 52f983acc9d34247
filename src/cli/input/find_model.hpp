// MODEL on the command line -> a file: a path, or a name in the model folder.
#pragma once

#include <filesystem>
#include <string>

#include "cli/terminal/console.hpp"
#include "realm/error.hpp"

namespace realm::cli {

/// ${XDG_CACHE_HOME:-~/.cache}/realm/models; kNotFound when the environment names neither.
Result<std::filesystem::path> model_folder(const Environment& environment);

/// The file that `model` means: an existing path, else a file of the model folder by its name, with
/// or without ".gguf", by any case of it, or by a beginning that fits one model only. A model of
/// several files is named by its first. Errors: kNotFound tells where it was looked for and what is
/// there; kInvalidArgument when a beginning fits several.
Result<std::string> find_model(const std::string& model, const Environment& environment);

}  // namespace realm::cli
