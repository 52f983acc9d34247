#include "cli/input/find_model.hpp"

#include <algorithm>
#include <cctype>
#include <vector>

#include "base/str.hpp"

namespace realm::cli {
namespace fs = std::filesystem;
namespace {

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

// "name-00002-of-00005.gguf" is not a model's first file.
bool is_later_part(const std::string& file) {
  const size_t of = file.rfind("-of-");
  if (of == std::string::npos || of < 6 || file[of - 6] != '-') return false;
  const std::string part = file.substr(of - 5, 5);
  return std::all_of(part.begin(), part.end(),
                     [](unsigned char c) { return std::isdigit(c) != 0; }) &&
         part != "00001";
}

std::vector<std::string> models_in(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    const std::string name = at->path().filename().string();
    std::error_code ignored;
    if (lower(at->path().extension().string()) == ".gguf" && at->is_regular_file(ignored) &&
        !is_later_part(name)) {
      names.push_back(name);
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string join(const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& name : names) list += (list.empty() ? "" : ", ") + name;
  return list;
}

}  // namespace

Result<fs::path> model_folder(const Environment& environment) {
  // The XDG specification has relative paths ignored.
  if (const auto cache = environment("XDG_CACHE_HOME"); cache && fs::path(*cache).is_absolute()) {
    return fs::path(*cache) / "realm" / "models";
  }
  if (const auto home = environment("HOME")) return fs::path(*home) / ".cache" / "realm" / "models";
  return Error{Code::kNotFound, "no model folder: neither XDG_CACHE_HOME nor HOME is set"};
}

Result<std::string> find_model(const std::string& model, const Environment& environment) {
  std::error_code error;
  const fs::file_status status = fs::status(model, error);
  if (fs::is_directory(status)) {
    return Error{Code::kInvalidArgument, str(model, " is a folder; name a .gguf file in it")};
  }
  if (fs::exists(status)) return model;
  const bool is_path = model.find('/') != std::string::npos;
  if (is_path || model.empty()) return Error{Code::kNotFound, str("no file \"", model, "\"")};

  REALM_ASSIGN(const fs::path folder, model_folder(environment));
  const std::vector<std::string> names = models_in(folder);
  const std::string wanted = lower(model);
  if (std::find(names.begin(), names.end(), model) != names.end()) return (folder / model).string();
  std::vector<std::string> fitting;
  for (const std::string& name : names) {
    const std::string candidate = lower(name);
    if (candidate == wanted || candidate == wanted + ".gguf") {
      fitting = {name};
      break;
    }
    if (candidate.starts_with(wanted)) fitting.push_back(name);
  }
  if (fitting.size() == 1) return (folder / fitting.front()).string();
  if (fitting.size() > 1) {
    return Error{Code::kInvalidArgument,
                 str("\"", model, "\" fits several models: ", join(fitting))};
  }
  const std::string there =
      names.empty() ? "which holds no model" : str("which holds ", join(names));
  return Error{Code::kNotFound,
               str("no file \"", model, "\" here, and none in ", folder.string(), ", ", there)};
}

}  // namespace realm::cli
