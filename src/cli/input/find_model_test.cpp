#include "cli/input/find_model.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>

namespace realm::cli {
namespace {
namespace fs = std::filesystem;

class FindModel : public ::testing::Test {
 protected:
  FindModel() {
    std::string name = fs::temp_directory_path() / "realm-find-model-XXXXXX";
    root_ = mkdtemp(name.data());
    fs::create_directories(root_ / "realm" / "models");
  }
  ~FindModel() override { fs::remove_all(root_); }

  fs::path put(const std::string& name) {
    const fs::path path = root_ / "realm" / "models" / name;
    std::ofstream(path) << "x";
    return path;
  }
  Result<std::string> find(const std::string& model) const {
    return find_model(model, [this](const std::string& name) -> std::optional<std::string> {
      if (name == "XDG_CACHE_HOME") return root_.string();
      return std::nullopt;
    });
  }
  void expect(const std::string& model, const fs::path& path) const {
    const auto found = find(model);
    ASSERT_TRUE(found) << model << ": " << found.error().message;
    EXPECT_EQ(*found, path.string()) << model;
  }
  void expect_error(const std::string& model, Code code, const std::string& says) const {
    const auto found = find(model);
    ASSERT_FALSE(found) << model << " is " << *found;
    EXPECT_EQ(found.error().code, code) << model;
    EXPECT_NE(found.error().message.find(says), std::string::npos) << found.error().message;
  }

  fs::path root_;
};

TEST_F(FindModel, NamesWithAndWithoutEndingInAnyCase) {
  const fs::path small = put("Small-135M.Q4_1.gguf");
  const fs::path other = put("other.GGUF");
  for (const char* name :
       {"Small-135M.Q4_1.gguf", "Small-135M.Q4_1", "SMALL-135m.q4_1", "small", "S"}) {
    expect(name, small);
  }
  expect("other", other);
}

TEST_F(FindModel, WholeNameBeatsBeginning) {
  const fs::path shorter = put("model.gguf");
  const fs::path longer = put("model-large.gguf");
  const fs::path upper = put("MODEL.gguf");
  expect("model-", longer);
  expect("model.gguf", shorter);
  expect("MODEL.gguf", upper);
}

TEST_F(FindModel, BeginningOfSeveralNamesThem) {
  put("model-a.gguf");
  put("model-b.gguf");
  expect_error("model", Code::kInvalidArgument, "model-a.gguf, model-b.gguf");
}

TEST_F(FindModel, SplitModelsByFirstPart) {
  const fs::path first = put("big-00001-of-00003.gguf");
  put("big-00002-of-00003.gguf");
  put("big-00003-of-00003.gguf");
  expect("big", first);
}

TEST_F(FindModel, OtherFilesAreNoModels) {
  put("notes.txt");
  put(".lock");
  fs::create_directories(root_ / "realm" / "models" / "folder.gguf");
  expect_error("notes", Code::kNotFound, "holds no model");
  expect_error("folder", Code::kNotFound, "holds no model");
}

TEST_F(FindModel, MissingSaysWhereAndWhatIsThere) {
  put("there.gguf");
  expect_error("absent", Code::kNotFound, "there.gguf");
  expect_error("absent", Code::kNotFound, (root_ / "realm" / "models").string());
  expect_error("./absent.gguf", Code::kNotFound, "no file");
  expect_error("", Code::kNotFound, "no file");
}

TEST_F(FindModel, PathsAreTakenAsTheyAre) {
  const fs::path path = put("there.gguf");
  expect(path, path);
  expect_error(root_, Code::kInvalidArgument, "is a folder");
}

TEST(ModelFolder, FollowsXdg) {
  std::map<std::string, std::string> set;
  const Environment environment = [&set](const std::string& name) -> std::optional<std::string> {
    const auto found = set.find(name);
    if (found == set.end()) return std::nullopt;
    return found->second;
  };
  EXPECT_EQ(model_folder(environment).error().code, Code::kNotFound);
  set["HOME"] = "/home/me";
  EXPECT_EQ(*model_folder(environment), "/home/me/.cache/realm/models");
  set["XDG_CACHE_HOME"] = "relative";
  EXPECT_EQ(*model_folder(environment), "/home/me/.cache/realm/models");
  set["XDG_CACHE_HOME"] = "/cache";
  EXPECT_EQ(*model_folder(environment), "/cache/realm/models");
}

}  // namespace
}  // namespace realm::cli
