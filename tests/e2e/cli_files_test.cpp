// Commands that read files and run no model: tokenize, inspect, devices.
#include <cstdint>
#include <cstring>
#include <sstream>

#include "cli.hpp"
#include "gguf/writer.hpp"

namespace realm::testing {
namespace {

using nlohmann::json;

std::vector<std::string> split(const std::string& text, const std::string& separator) {
  std::vector<std::string> parts;
  for (size_t at = 0, end = 0; (end = text.find(separator, at)) != std::string::npos;
       at = end + separator.size()) {
    parts.push_back(text.substr(at, end - at));
  }
  return parts;  // what follows the last separator is no part
}

class Tokenize : public Scratch, public ::testing::WithParamInterface<const char*> {};

// The ids of llama.cpp for its own texts, given by file, standard input and argument in turn.
TEST_P(Tokenize, EqualsGoldens) {
  const std::string vocabulary = kVocabularies + GetParam();
  const auto texts = split(read_file(vocabulary + ".inp"), "\n__ggml_vocab_test__\n");
  const auto expected = split(read_file(vocabulary + ".out"), "\n");
  ASSERT_EQ(texts.size(), 46u);
  for (size_t i = 0; i < texts.size(); ++i) {
    std::vector<std::string> words{"tokenize", vocabulary, "--json", "--no-bos"};
    RunOptions options;
    if (i % 3 == 0) {
      words.insert(words.end(), {"-f", write("text", texts[i])});
    } else if (i % 3 == 1) {
      options.input = texts[i];
    } else {
      words.insert(words.end(), {"--", texts[i]});
    }
    const Outcome run = realm(words, options);
    ASSERT_TRUE(ended_with(run, 0)) << texts[i];
    EXPECT_EQ(run.err, "");
    std::istringstream numbers(expected[i]);
    json ids = json::array();
    for (int32_t id = 0; numbers >> id;) ids.push_back(id);
    EXPECT_EQ(json::parse(run.out), ids) << "text " << i << ": \"" << texts[i] << "\"";
  }
}

INSTANTIATE_TEST_SUITE_P(Vocabularies, Tokenize,
                         ::testing::Values("ggml-vocab-gpt-2.gguf", "ggml-vocab-llama-spm.gguf"),
                         [](const auto& row) {
                           return std::string(row.index == 0 ? "gpt2" : "llama_spm");
                         });

TEST(TokenizeFlags, BosAndSpecialTokensOnlyWhenAsked) {
  const auto ids = [](std::vector<std::string> words) {
    words.insert(words.begin(), {"tokenize", kLlama, "--json"});
    return json::parse(realm(words).out);
  };
  const json with = ids({"Hello"}), without = ids({"Hello", "--no-bos"});
  ASSERT_EQ(with.size(), without.size() + 1);
  EXPECT_EQ(with.front(), 1);  // <s>
  EXPECT_EQ(ids({"<s>", "--no-bos", "--parse-special"}), json({1}));
  EXPECT_GT(ids({"<s>", "--no-bos"}).size(), 1u);
  EXPECT_EQ(ids({"", "--no-bos"}), json::array());
}

TEST(TokenizeFlags, TableHasNumberAndSpelling) {
  const Outcome run = realm({"tokenize", kGpt2, "Hello\tworld"});
  ASSERT_TRUE(ended_with(run, 0));
  EXPECT_TRUE(contains(run.out, "15496  \"Hello\"\n")) << run.out;
  EXPECT_TRUE(contains(run.out, "\"\\t\"\n")) << run.out;
}

// A model with values of many types; what is in it is a stranger's, such as the escape in the name.
class Inspect : public Scratch {
 protected:
  std::string tiny() const {
    const std::string file = path("tiny.gguf");
    auto writer = gguf::Writer::create(file);
    const auto set = [&](const char* key, gguf::Value value) {
      ASSERT_TRUE(writer->set(key, std::move(value)));
    };
    set("general.architecture", "llama");
    set("general.name", std::string("na\x1bme\n"));
    set("test.u8", uint8_t{200});
    set("test.i8", int8_t{-100});
    set("test.u64", UINT64_MAX);
    set("test.f32", 0.5f);
    set("test.bool", true);
    const std::vector<int32_t> numbers(100, 7);
    set("test.many", gguf::Array::of_numbers<int32_t>(numbers));
    set("test.few", gguf::Array::of_numbers<int32_t>(std::span(numbers).first(3)));
    set("test.text", std::string(300, 'x'));
    EXPECT_TRUE(writer->add_tensor("a.weight", Format::kQ8_0, {3, 64}));
    EXPECT_TRUE(writer->add_tensor("b.bias", Format::kF32, {5}));
    const std::vector<std::byte> a(3 * 2 * 34), b(20);
    EXPECT_TRUE(writer->write(a));
    EXPECT_TRUE(writer->write(b));
    EXPECT_TRUE(writer->finish());
    return file;
  }
};

TEST_F(Inspect, JsonHasMetadataAndTensors) {
  const std::string file = tiny();
  const Outcome run = realm({"inspect", file, "--json", "--tensors"});
  ASSERT_TRUE(ended_with(run, 0));
  EXPECT_EQ(run.err, "");
  const json out = json::parse(run.out);
  EXPECT_EQ(out.at("gguf_version"), 3);
  EXPECT_EQ(out.at("bytes"), std::filesystem::file_size(file));
  EXPECT_EQ(out.at("parameters"), 3 * 64 + 5);
  const json& metadata = out.at("metadata");
  EXPECT_EQ(metadata.at("general.name"), "na\x1bme\n");
  EXPECT_EQ(metadata.at("test.u8"), 200);
  EXPECT_EQ(metadata.at("test.i8"), -100);
  EXPECT_EQ(metadata.at("test.u64"), UINT64_MAX);
  EXPECT_EQ(metadata.at("test.f32"), 0.5);
  EXPECT_EQ(metadata.at("test.bool"), true);
  EXPECT_EQ(metadata.at("test.few"), json({7, 7, 7}));
  EXPECT_EQ(metadata.at("test.many"), json({{"array_of", "int32"}, {"size", 100}}));
  EXPECT_EQ(metadata.at("test.text"), std::string(300, 'x'));
  const json& tensors = out.at("tensors");
  ASSERT_EQ(tensors.size(), 2u);
  EXPECT_EQ(tensors[0].at("name"), "a.weight");
  EXPECT_EQ(tensors[0].at("format"), "Q8_0");
  EXPECT_EQ(tensors[0].at("shape"), json({3, 64}));
  EXPECT_EQ(tensors[0].at("bytes"), 204);
  EXPECT_EQ(tensors[1].at("shape"), json({5}));
  EXPECT_EQ(out.at("formats")[0],
            json({{"format", "Q8_0"}, {"tensors", 1}, {"elements", 192}, {"bytes", 204}}));
  EXPECT_FALSE(json::parse(realm({"inspect", file, "--json"}).out).contains("tensors"));
}

TEST_F(Inspect, TextIsSafeToLookAt) {
  const Outcome run = realm({"inspect", tiny(), "--tensors"});
  ASSERT_TRUE(ended_with(run, 0));
  for (const char* part :
       {"\"na\\u001bme\\n\"", "test.u8", "200", "-100", "18446744073709551615", "true",
        "100 elements: 7, 7, 7, 7, ...", "array of int32", "a.weight", "Q8_0", "[3, 64]"}) {
    EXPECT_TRUE(contains(run.out, part)) << part << " is not in\n" << run.out;
  }
  EXPECT_FALSE(contains(run.out, "\x1b"));
  EXPECT_FALSE(contains(run.out, std::string(100, 'x')));
}

TEST_F(Inspect, OpsOfEveryDevice) {
  const std::string file = tiny();
  const json devices = json::parse(realm({"inspect", file, "--ops", "--json"}).out).at("devices");
  const json listed = json::parse(realm({"devices", "--json"}).out);
  ASSERT_EQ(devices.size(), listed.size());
  for (size_t i = 0; i < devices.size(); ++i) {
    EXPECT_EQ(devices[i].at("device"), listed[i].at("name"));
    EXPECT_EQ(devices[i].at("available"), listed[i].at("available"));
    if (!devices[i].at("available")) continue;
    // Hosts can do everything: no model may fail there for want of an op.
    EXPECT_GE(devices[i].at("ops").size(), 16u) << devices[i];
    for (const char* format : {"F32", "F16", "Q4_1", "Q8_0", "Q6_K"}) {
      const json& formats = devices[i].at("weight_formats");
      EXPECT_NE(std::find(formats.begin(), formats.end(), format), formats.end()) << format;
    }
  }
  const Outcome text = realm({"inspect", file, "--ops"});
  ASSERT_TRUE(ended_with(text, 0));
  for (const char* part :
       {"attention", "linear_add", "Q8_0", "used", "cuda: not here: ", "8 bits in blocks of 32"}) {
    EXPECT_TRUE(contains(text.out, part)) << part << " is not in\n" << text.out;
  }
  EXPECT_EQ(devices.back().at("same_bits"), true);
  const Outcome no_blas = realm({"inspect", file, "--ops", "--blas", "/nowhere/libnone.so"});
  EXPECT_TRUE(ended_with(no_blas, 3));
  EXPECT_TRUE(contains(no_blas.err, "/nowhere/libnone.so")) << no_blas.err;
  const Outcome precise = realm({"inspect", file, "--ops", "--precise"});
  ASSERT_TRUE(ended_with(precise, 0));
  EXPECT_TRUE(contains(precise.out, "16 bits in blocks of 32")) << precise.out;
}

TEST_F(Inspect, NamesInTheModelFolder) {
  std::filesystem::create_directories(path("realm/models"));
  std::filesystem::rename(tiny(), path("realm/models/Tiny-Model.Q8_0.gguf"));
  const RunOptions options{.set = {{"XDG_CACHE_HOME", path("")}}};
  for (const char* name : {"Tiny-Model.Q8_0.gguf", "Tiny-Model.Q8_0", "tiny-model.q8_0", "tiny"}) {
    EXPECT_TRUE(ended_with(realm({"inspect", name}, options), 0)) << name;
  }
  const Outcome absent = realm({"inspect", "large"}, options);
  EXPECT_TRUE(ended_with(absent, 3));
  EXPECT_TRUE(contains(absent.err, "Tiny-Model.Q8_0.gguf")) << absent.err;
}

// Cut at every structural place and with a flipped length: exit code 4, said in one line, at once.
TEST_F(Inspect, BrokenFilesAreExitCode4) {
  const std::string whole = read_file(tiny());
  std::vector<std::pair<std::string, std::string>> files{{"empty", ""},
                                                         {"text", "This is no model.\n"},
                                                         {"magic", "GGUF"},
                                                         {"zeros", std::string(100, '\0')}};
  for (const size_t size :
       {size_t{8}, size_t{23}, size_t{24}, size_t{40}, whole.size() / 2, whole.size() - 16}) {
    files.emplace_back("cut at " + std::to_string(size), whole.substr(0, size));
  }
  std::string large = whole;
  std::memset(&large[24], 0x7f, 8);  // the length of the first key
  files.emplace_back("large", large);
  for (const auto& entry : files) {
    const std::string file = write("broken.gguf", entry.second);
    for (const char* command : {"inspect", "tokenize", "run"}) {
      std::vector<std::string> words{command, file};
      if (std::string(command) != "inspect") words.emplace_back("x");
      if (std::string(command) == "run") words.insert(words.end(), {"--device", "cpu"});
      const Outcome run = realm(words);
      EXPECT_TRUE(ended_with(run, 4)) << command << ": " << entry.first;
      EXPECT_EQ(run.out, "");
      EXPECT_TRUE(run.err.starts_with("error: ")) << run.err;
      EXPECT_EQ(std::count(run.err.begin(), run.err.end(), '\n'), 1) << run.err;
      EXPECT_LT(run.seconds, 10);
    }
  }
}

TEST_F(Inspect, ModelWithoutItsTensorsDoesNotRun) {
  const Outcome run = realm({"run", tiny(), "x"});
  EXPECT_TRUE(ended_with(run, 4));
  EXPECT_TRUE(contains(run.err, "error: ")) << run.err;
}

TEST(Devices, ListsWhatIsThereAndWhatIsNot) {
  const Outcome run = realm({"devices", "--json"});
  ASSERT_TRUE(ended_with(run, 0));
  std::map<std::string, json> by_name;
  for (const json& device : json::parse(run.out)) by_name[device.at("name")] = device;
  for (const char* name : {"cpu", "reference"}) {
    EXPECT_TRUE(by_name.at(name).at("available")) << name;
    EXPECT_NE(by_name.at(name).at("description"), "") << name;
  }
  for (const auto& entry : by_name) {
    EXPECT_NE(entry.second.at("available").get<bool>(), entry.second.at("reason") != "")
        << entry.first;
  }
  const Outcome text = realm({"devices"});
  ASSERT_TRUE(ended_with(text, 0));
  EXPECT_TRUE(contains(text.out, "\ncpu ")) << text.out;
}

TEST(Devices, AbsentOneIsAnError) {
  const Outcome run = realm({"run", kGpt2, "x", "--device", "cuda:7"});
  EXPECT_NE(run.exit_code, 0);
  EXPECT_EQ(run.out, "");
}

}  // namespace
}  // namespace realm::testing
