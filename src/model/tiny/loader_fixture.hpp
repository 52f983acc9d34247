// What the loader's tests share: a tiny model written, loaded on a device, and refused.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "backend/registry.hpp"
#include "model/loader.hpp"
#include "model/tiny/tiny_model.hpp"

namespace realm::tiny {

inline std::string temp_file() {
  return (std::filesystem::temp_directory_path() /
          ("realm_loader_" + std::to_string(getpid()) + ".gguf"))
      .string();
}

class Loader : public testing::Test {
 protected:
  ~Loader() override { std::filesystem::remove(path_); }

  Result<LoadedModel> load(const Spec& spec, const LoadOptions& options = {}) {
    const auto model = write(path_, spec);
    if (!model) return model.error();
    return load_model(path_, *device_, options);
  }
  // "" when it loads.
  std::string refusal(const Spec& spec, Code code, const LoadOptions& options = {}) {
    auto loaded = load(spec, options);
    if (loaded) return "";
    EXPECT_EQ(to_string(loaded.error().code), std::string(to_string(code)));
    // The file's path is in front of whatever is wrong with the file.
    const std::string& message = loaded.error().message;
    const std::string front = path_ + ": ";
    EXPECT_TRUE(message.starts_with(front)) << message;
    return message.substr(message.starts_with(front) ? front.size() : 0);
  }

  std::string path_ = temp_file();
  std::unique_ptr<Device> device_ = *open_device("reference", {}, {});
};

}  // namespace realm::tiny
