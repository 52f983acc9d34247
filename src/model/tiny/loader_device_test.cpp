// Options, devices and memory that a model cannot be loaded with: each refused at load, by name.
#include "model/tiny/loader_fixture.hpp"

namespace realm::tiny {
namespace {

TEST_F(Loader, OptionsAreChecked) {
  const auto story = [&](auto edit) {
    LoadOptions options;
    edit(options);
    return refusal({}, Code::kInvalidArgument, options);
  };
  EXPECT_EQ(story([](auto& o) { o.context_tokens = 257; }),
            "a context of 257 tokens, the model's is 256");
  EXPECT_EQ(story([](auto& o) { o.context_tokens = -1; }), "a context of -1 tokens");
  EXPECT_EQ(story([](auto& o) { o.block_tokens = 0; }), "pages of 0 tokens");
  EXPECT_EQ(story([](auto& o) { o.max_rows = 0; }), "steps of 0 rows");
  EXPECT_EQ(story([](auto& o) {
              o.max_rows = 4;
              o.max_sequences = 5;
            }),
            "5 sequences in steps of 4 rows");
  EXPECT_EQ(story([](auto& o) {
              o.block_tokens = 16;
              o.n_blocks = 15;
            }),
            "a cache of 15 pages of 16 tokens does not hold one context of 256");
  EXPECT_EQ(story([](auto& o) { o.cache_format = Format::kQ4_1; }),
            "a cache in Q4_1; it can be F32, F16, BF16, Q8_0, Q4_0");
}

// A device of the reference with something missing.
class Poor final : public Device {
 public:
  explicit Poor(uint64_t memory_bytes) : inner_(*open_device("reference", {}, {})) {
    info_ = inner_->info();
    info_.name = "poor";
    info_.memory_bytes = memory_bytes;
    kernels_ = inner_->kernels();
  }
  template <class Op>
  void drop() {
    kernels_.set<Op>(nullptr);
  }
  void refuse(Format format) { refused_ = format; }
  size_t allocated = 0;

  const DeviceInfo& info() const override { return info_; }
  const KernelTable& kernels() const override { return kernels_; }
  Result<std::unique_ptr<Buffer>> allocate(size_t size_bytes, BufferUse use) override {
    allocated += size_bytes;
    return inner_->allocate(size_bytes, use);
  }
  Result<std::unique_ptr<Stream>> stream() override { return inner_->stream(); }
  Result<void> supports_weight(Format format) const override {
    if (format != refused_) return {};
    return Error{Code::kUnsupported, "device poor does not multiply F16"};
  }
  Result<Weight> pack(const WeightSpec& spec, const RowReader& read) override {
    allocated += 1;
    return inner_->pack(spec, read);
  }
  Result<void> unpack(const TensorView& packed, int64_t first, int64_t count,
                      std::span<std::byte> out) override {
    return inner_->unpack(packed, first, count, out);
  }

 private:
  std::unique_ptr<Device> inner_;
  DeviceInfo info_;
  KernelTable kernels_;
  std::optional<Format> refused_;
};

TEST_F(Loader, OpsThatADeviceLacksAreNamed) {
  int needed = 0;
  OpList::for_each([&]<class Op>() {
    auto poor = std::make_unique<Poor>(uint64_t{1} << 40);
    poor->template drop<Op>();
    device_ = std::move(poor);
    const auto loaded = load({});
    if (loaded) return;  // an op that llama does not need
    ++needed;
    EXPECT_EQ(loaded.error().code, Code::kUnsupported);
    EXPECT_EQ(loaded.error().message, path_ + ": device poor has no kernel for " +
                                          std::string(Op::kName) + ", which llama needs");
  });
  EXPECT_EQ(needed, 7);
}

TEST_F(Loader, FormatsThatADeviceLacksAreNamedWithTheTensor) {
  auto poor = std::make_unique<Poor>(uint64_t{1} << 40);
  poor->refuse(Format::kF16);
  device_ = std::move(poor);
  Spec spec;
  spec.format = Format::kF16;
  EXPECT_EQ(refusal(spec, Code::kUnsupported),
            "tensor token_embd.weight: device poor does not multiply F16");
}

TEST_F(Loader, MemoryIsJudgedBeforeItIsTaken) {
  auto poor = std::make_unique<Poor>(500000);
  Poor& device = *poor;
  device_ = std::move(poor);
  LoadOptions options{.cache_format = Format::kF16, .block_tokens = 64, .n_blocks = 100};
  // 100 pages x 2 layers x (K and V) x 2 heads x 64 tokens x 16 x 2 bytes = 1.6 MB
  const std::string found = refusal({}, Code::kOutOfMemory, options);
  EXPECT_NE(found.find("cache 1.6 MiB"), std::string::npos) << found;
  EXPECT_NE(found.find("of 488.3 KiB (a context of 256 tokens, 100 pages)"), std::string::npos)
      << found;
  EXPECT_EQ(device.allocated, 0u);
}

TEST_F(Loader, PagesAreFewerWhereMemoryIsShort) {
  // Half of 1,000,000 bytes holds 30 pages of 16 KiB, less than 16 contexts of 4.
  device_ = std::make_unique<Poor>(1000000);
  auto loaded = load({}, {.cache_format = Format::kF16, .max_rows = 16});
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ(loaded->runner->limits().n_blocks, 30);
}

}  // namespace
}  // namespace realm::tiny
