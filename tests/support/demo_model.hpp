// Where tests find the demo model. It is fetched by scripts/fetch_model.sh; without it they skip.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>

namespace realm::testing {

/// REALM_TEST_MODEL, or the demo model where scripts/fetch_model.sh puts it.
inline std::optional<std::string> demo_model() {
  if (const char* given = std::getenv("REALM_TEST_MODEL")) return given;
  const char* cache = std::getenv("XDG_CACHE_HOME");
  const char* home = std::getenv("HOME");
  std::string folder = cache != nullptr  ? cache
                       : home != nullptr ? std::string(home) + "/.cache"
                                         : "";
  folder += "/realm/models/SmolLM2-135M-Instruct.Q4_1.gguf";
  if (!std::filesystem::exists(folder)) return std::nullopt;
  return folder;
}

}  // namespace realm::testing

// In a test's body: skips it where the demo model is not there.
#define REALM_NEEDS_MODEL(name)                                                          \
  const auto name##_found = ::realm::testing::demo_model();                              \
  if (!name##_found) GTEST_SKIP() << "no demo model: scripts/fetch_model.sh fetches it"; \
  const std::string& name = *name##_found
