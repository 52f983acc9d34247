// Whole files through quantize(): values, metadata, threads, splits, refusals.
#include "realm/quantize.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <atomic>
#include <cmath>
#include <csignal>
#include <fstream>

#include "formats/decode.hpp"
#include "quantize/quantize_test_tools.hpp"

namespace realm {
namespace {

// More than one stretch of a tensor, rows that a stretch cuts, every format as input.
TEST_F(Quantize, ValuesAreThoseOfTheInputEncodedAnew) {
  std::vector<Tensor> tensors{random_tensor("token_embd.weight", Format::kF32, {50, 768}),
                              random_tensor("output.weight", Format::kF16, {3, 70000 / 256 * 256}),
                              random_tensor("blk.0.ffn_up_exps.weight", Format::kF32, {3, 7, 1280}),
                              random_tensor("blk.0.attn_q.bias", Format::kF32, {768}),
                              random_tensor("blk.0.odd.weight", Format::kBF16, {5, 40}),
                              random_tensor("blk.0.narrow.weight", Format::kF32, {6, 96})};
  for (const FormatInfo* f = formats_begin(); f != formats_end(); ++f) {
    if (!is_decodable(f->format)) continue;
    tensors.push_back(random_tensor("in." + std::string(f->name) + ".weight", f->format, {2, 512}));
  }
  const std::string in = write("in.gguf", {{"general.architecture", "strange"}}, tensors);
  const gguf::File source = *gguf::File::open(in);
  for (const QuantizeType& type : quantize_types()) {
    const std::string out = path("out.gguf");
    QuantizeOptions opts = options(std::string(type.name), 3);
    opts.replace = true;
    const auto report = quantize(in, out, opts);
    ASSERT_TRUE(report) << report.error().message;
    const auto file = gguf::File::open(out);
    ASSERT_TRUE(file) << file.error().message;
    EXPECT_EQ(file->size_bytes(), report->file_bytes);
    ASSERT_EQ(file->tensors().size(), tensors.size());
    uint64_t bytes_after = 0;
    for (size_t i = 0; i < tensors.size(); ++i) {
      const QuantizedTensor& told = report->tensors[i];
      const gguf::TensorInfo& found = file->tensors()[i];
      EXPECT_EQ(found.name, tensors[i].name);
      EXPECT_EQ(found.format, told.to);
      EXPECT_EQ(found.shape, tensors[i].shape);
      EXPECT_EQ(found.size_bytes, told.bytes_after);
      bytes_after += found.size_bytes;
      const auto before = bytes_of(source, found.name), after = bytes_of(*file, found.name);
      if (told.to == told.from) {
        EXPECT_EQ(after, before) << type.name << " " << found.name;
        continue;
      }
      std::vector<float> values(tensors[i].values.size());
      ASSERT_TRUE(decode_row(told.from, before, values));
      EXPECT_EQ(after, encoded(told.to, values)) << type.name << " " << found.name;
    }
    EXPECT_EQ(report->bytes_after, bytes_after);
    const bool blocks = info(type.format).block_elems > 1;
    EXPECT_EQ(report->tensors[4].to, blocks ? Format::kF16 : type.format);  // rows of 40
    EXPECT_EQ(report->fallbacks > 0, blocks);
  }
}

TEST_F(Quantize, ThreadsDoNotChangeTheFile) {
  const std::string in = write("in.gguf", {{"general.architecture", "llama"}},
                               {random_tensor("a.weight", Format::kF32, {70, 1024}),
                                random_tensor("b.weight", Format::kQ8_0, {300, 512})});
  for (const int threads : {1, 2, 7}) {
    ASSERT_TRUE(quantize(in, path("out" + std::to_string(threads)), options("Q4_K_M", threads)));
  }
  EXPECT_EQ(contents(path("out1")), contents(path("out2")));
  EXPECT_EQ(contents(path("out1")), contents(path("out7")));
}

TEST_F(Quantize, MetadataStaysButForTheTwoKeysOfFormats) {
  const std::vector<uint8_t> flags{1, 0};
  const std::vector<std::string> texts{"", "zwei\n", "три"};
  Entries entries{{"general.architecture", "strange"},
                  {"general.file_type", int32_t{1}},
                  {"a.u8", uint8_t{255}},
                  {"a.i64", INT64_MIN},
                  {"a.f64", 0.1},
                  {"a.bool", true},
                  {"a.text", std::string("Gr\xc3\xbc\xc3\x9f\0e", 8)},
                  {"a.texts", gguf::Array::of_strings(texts)},
                  {"a.flags", gguf::Array::of_numbers<uint8_t>(flags)},
                  {"general.quantization_version", uint32_t{1}}};
  const Tensor tensor = random_tensor("x.weight", Format::kF32, {2, 256});
  const std::string in = write("in.gguf", entries, {tensor}, {.alignment = 128});
  ASSERT_TRUE(quantize(in, path("out.gguf"), options("q5_k_s")));
  const gguf::File out = *gguf::File::open(path("out.gguf"));
  entries[1].second = uint32_t{16};
  entries.back().second = uint32_t{2};
  entries.insert(entries.begin(), {"general.alignment", uint32_t{128}});
  ASSERT_EQ(out.metadata().entries().size(), entries.size());
  for (size_t i = 0; i < entries.size(); ++i) {
    EXPECT_EQ(out.metadata().entries()[i].key, entries[i].first);
    EXPECT_EQ(out.metadata().entries()[i].value, entries[i].second) << entries[i].first;
  }
  EXPECT_EQ(out.tensors()[0].offset_bytes % 128, 0u);

  // A type that GGUF has no number for leaves none; where the keys were absent, they come last.
  ASSERT_TRUE(quantize(in, path("q8_k.gguf"), options("Q8_K")));
  EXPECT_EQ(gguf::File::open(path("q8_k.gguf"))->metadata().find("general.file_type"), nullptr);
  const std::string bare = write("bare.gguf", {{"general.architecture", "x"}}, {tensor});
  ASSERT_TRUE(quantize(bare, path("bare_q8.gguf"), options("Q8_0")));
  const gguf::File bare_out = *gguf::File::open(path("bare_q8.gguf"));
  ASSERT_EQ(bare_out.metadata().entries().size(), 3u);
  EXPECT_EQ(*bare_out.metadata().find("general.file_type"), gguf::Value(uint32_t{7}));
  EXPECT_EQ(*bare_out.metadata().find("general.quantization_version"), gguf::Value(uint32_t{2}));
}

TEST_F(Quantize, PartsBecomeOneFile) {
  const Tensor a = random_tensor("a.weight", Format::kF32, {4, 256});
  const Tensor b = random_tensor("b.weight", Format::kF32, {4, 256});
  const auto part = [&](uint16_t no, const char* name, const Tensor& tensor) {
    return write(name,
                 {{"general.architecture", "x"},
                  {"split.no", no},
                  {"split.count", uint16_t{2}},
                  {"split.tensors.count", int32_t{2}}},
                 {tensor});
  };
  const std::string first = part(0, "m-00001-of-00002.gguf", a);
  const std::string second = part(1, "m-00002-of-00002.gguf", b);
  ASSERT_TRUE(quantize(first, path("out.gguf"), options("Q8_0")));
  const auto out = gguf::File::open(path("out.gguf"));
  ASSERT_TRUE(out) << out.error().message;
  EXPECT_EQ(out->parts(), 1);
  EXPECT_EQ(out->metadata().find("split.count"), nullptr);
  EXPECT_EQ(bytes_of(*out, "a.weight"), encoded(Format::kQ8_0, a.values));
  EXPECT_EQ(bytes_of(*out, "b.weight"), encoded(Format::kQ8_0, b.values));

  QuantizeOptions replace = options("Q8_0");
  replace.replace = true;
  for (const std::string& part_of_it : {first, second}) {
    const auto refused = quantize(first, part_of_it, replace);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Code::kInvalidArgument);
  }
  EXPECT_TRUE(gguf::File::open(first));
}

TEST_F(Quantize, WhatIsThereStaysUnlessReplaced) {
  const Tensor tensor = random_tensor("a.weight", Format::kF32, {4, 256});
  const std::string in = write("in.gguf", {{"general.architecture", "x"}}, {tensor});
  std::ofstream(path("old")) << "old";
  const auto refused = quantize(in, path("old"), options("Q8_0"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::kInvalidArgument);
  EXPECT_EQ(contents(path("old")), "old");
  QuantizeOptions replace = options("Q8_0");
  replace.replace = true;
  EXPECT_TRUE(quantize(in, path("old"), replace));
  EXPECT_TRUE(gguf::File::open(path("old")));
  // The input itself: read to its end before it is replaced.
  ASSERT_TRUE(quantize(in, in, replace));
  EXPECT_EQ(bytes_of(*gguf::File::open(in), "a.weight"), encoded(Format::kQ8_0, tensor.values));
  EXPECT_FALSE(quantize(in, folder_.string(), replace));
  EXPECT_EQ(files(), 2u);
}

TEST_F(Quantize, ErrorsSayWhereAndLeaveNothing) {
  Tensor tensor = random_tensor("a.weight", Format::kF32, {200, 512});
  tensor.values[150 * 512 + 17] = NAN;
  const std::string in = write("in.gguf", {{"general.architecture", "x"}}, {tensor});
  const auto message = [&](const char* type) {
    const auto done = quantize(in, path("out.gguf"), options(type));
    EXPECT_EQ(files(), 1u);
    return done ? "" : done.error().message;
  };
  EXPECT_EQ(message("Q4_K_M"),
            "tensor a.weight: row 150, column 17 is nan, which Q4_K cannot hold");
  tensor.values[150 * 512 + 17] = -70000;
  write("in.gguf", {{"general.architecture", "x"}}, {tensor});
  EXPECT_EQ(message("F16"), "tensor a.weight: row 150, column 17 is -70000, which F16 cannot hold");
  EXPECT_NE(message("Q4_K_X").find("Q4_K_M"), std::string::npos);

  const auto absent = quantize(path("none.gguf"), path("out.gguf"), options("Q8_0"));
  ASSERT_FALSE(absent);
  EXPECT_EQ(absent.error().code, Code::kNotFound);
  const auto nowhere = quantize(in, path("no/out.gguf"), options("Q8_0"));
  ASSERT_FALSE(nowhere);
  EXPECT_EQ(nowhere.error().code, Code::kNotFound);

  // F16 and BF16 have infinities and NaN: they stay.
  tensor.values = random_values(200 * 512, 9);
  tensor.values[3] = INFINITY;
  tensor.values[4] = NAN;
  write("in.gguf", {{"general.architecture", "x"}}, {tensor});
  for (const char* type : {"F16", "BF16"}) {
    ASSERT_TRUE(quantize(in, path("out.gguf"), options(type))) << type;
    const gguf::File out = *gguf::File::open(path("out.gguf"));
    std::vector<float> values(tensor.values.size());
    ASSERT_TRUE(decode_row(out.tensors()[0].format, bytes_of(out, "a.weight"), values));
    EXPECT_TRUE(std::isinf(values[3]));
    EXPECT_TRUE(std::isnan(values[4]));
    fs::remove(path("out.gguf"));
  }
}

TEST_F(Quantize, StopsWhenToldTo) {
  const std::string in = write("in.gguf", {{"general.architecture", "x"}},
                               {random_tensor("a.weight", Format::kF32, {400, 1024})});
  QuantizeOptions opts = options("Q8_0");
  std::atomic<int> calls{0};
  uint64_t last = 0;
  opts.progress = [&](const QuantizeProgress& progress) {
    EXPECT_GE(progress.done_bytes, last);
    EXPECT_LE(progress.done_bytes, progress.total_bytes);
    last = progress.done_bytes;
    return ++calls < 3;
  };
  const auto stopped = quantize(in, path("out.gguf"), opts);
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().code, Code::kCancelled);
  EXPECT_EQ(calls, 3);
  EXPECT_EQ(files(), 1u);
}

// A limit on the size of files stands for a full disk: both refuse the same writes.
TEST_F(Quantize, NoRoomIsSaidAndLeavesNothing) {
  const std::string in = write("in.gguf", {{"general.architecture", "x"}},
                               {random_tensor("a.weight", Format::kF32, {400, 1024})});
  rlimit old{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &old), 0);
  const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{100000, old.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  const auto full = quantize(in, path("out.gguf"), options("Q8_0"));
  setrlimit(RLIMIT_FSIZE, &old);
  std::signal(SIGXFSZ, old_handler);
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().code, Code::kInternal);
  EXPECT_NE(full.error().message.find("cannot write: "), std::string::npos) << full.error().message;
  EXPECT_EQ(files(), 1u);
}

TEST_F(Quantize, PlanTellsTheSameAndWritesNothing) {
  const std::string in = write("in.gguf", {{"general.architecture", "llama"}},
                               {random_tensor("output.weight", Format::kQ4_1, {4, 576}),
                                random_tensor("norm.weight", Format::kF32, {576})});
  const auto planned = plan_quantization(in, options("Q4_K_M"));
  ASSERT_TRUE(planned);
  EXPECT_EQ(files(), 1u);
  const auto done = quantize(in, path("out.gguf"), options("Q4_K_M"));
  ASSERT_TRUE(done);
  ASSERT_EQ(planned->tensors.size(), 2u);
  EXPECT_EQ(planned->tensors[0].to, Format::kQ8_0);
  EXPECT_EQ(done->tensors[0].to, Format::kQ8_0);
  EXPECT_EQ(planned->tensors[1].kept, "one row");
  EXPECT_EQ(planned->requantized, 1);
  EXPECT_EQ(planned->bytes_after, done->bytes_after);
}

TEST_F(Quantize, FilesWithoutTensors) {
  const std::string in = write("in.gguf", {{"general.architecture", "x"}}, {});
  const auto report = quantize(in, path("out.gguf"), options("Q8_0"));
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_TRUE(gguf::File::open(path("out.gguf")));
}

}  // namespace
}  // namespace realm
