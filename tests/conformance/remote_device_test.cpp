// The remote device is what it says: the host cannot touch its memory, nothing happens before
// sync(), and failures of the worker reach the caller once.
#include "remote_device.hpp"

#include <gtest/gtest.h>

#include <array>
#include <csignal>
#include <cstring>
#include <vector>

#include "backend/reference/device.hpp"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define REALM_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define REALM_SANITIZED 1
#endif
#endif

namespace realm {
namespace {

class RemoteDeviceTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto stream = device_->stream();
    ASSERT_TRUE(stream);
    stream_ = std::move(stream).value();
  }
  TensorView floats(Shape shape) {
    auto buffer = device_->allocate(static_cast<size_t>(shape.elems()) * sizeof(float),
                                    BufferUse::kActivations);
    EXPECT_TRUE(buffer);
    buffers_.push_back(std::move(buffer).value());
    return view_rows(buffers_.back().get(), Format::kF32, shape);
  }

  std::unique_ptr<RemoteDevice> device_ = make_remote_device(make_reference_device());
  std::vector<std::unique_ptr<Buffer>> buffers_;
  std::unique_ptr<Stream> stream_;
};

TEST_F(RemoteDeviceTest, NothingHappensBeforeSync) {
  const TensorView x = floats(Shape{1, 4});
  std::array<float, 4> values{1, 2, 3, 4};
  upload<float>(*stream_, x, values);
  values.fill(9);  // the stream has its own copy
  stream_->run(Add{.a = x, .b = x, .out = x});
  std::array<float, 4> found{};
  download<float>(*stream_, x, found);
  EXPECT_EQ(found, (std::array<float, 4>{}));
  ASSERT_TRUE(stream_->sync());
  EXPECT_EQ(found, (std::array<float, 4>{2, 4, 6, 8}));
}

TEST_F(RemoteDeviceTest, CountsProtectedPages) {
  EXPECT_EQ(device_->protected_pages(), 0u);
  const TensorView x = floats(Shape{3, 1024});
  const uint64_t pages = device_->protected_pages();
  EXPECT_GE(pages, 1u);
  const std::vector<float> zeros(3 * 1024);
  upload<float>(*stream_, x, zeros);
  ASSERT_TRUE(stream_->sync());
  EXPECT_EQ(device_->protected_pages(), pages) << "closed again after work";
  buffers_.clear();
  EXPECT_EQ(device_->protected_pages(), 0u);
}

TEST_F(RemoteDeviceTest, PacksIntoProtectedMemory) {
  // Large enough to own pages, wherever it lies.
  constexpr int64_t kCols = 4096;
  std::vector<float> weight(2 * kCols, 1.0f);
  weight[kCols] = 4;
  const WeightSpec spec{.name = "w", .format = Format::kF32, .rows = 2, .cols = kCols};
  auto packed = device_->pack(spec, [&](int64_t first, int64_t count, std::span<std::byte> out) {
    std::memcpy(out.data(), weight.data() + first * kCols,
                static_cast<size_t>(count * kCols) * sizeof(float));
    return Result<void>{};
  });
  ASSERT_TRUE(packed);
  EXPECT_GE(device_->protected_pages(), 1u);
  EXPECT_EQ(packed->view.buffer->device(), device_.get());
  std::vector<float> row(kCols);
  ASSERT_TRUE(device_->unpack(packed->view, 1, 1, std::as_writable_bytes(std::span(row))));
  EXPECT_EQ(row, std::vector<float>(weight.begin() + kCols, weight.end()));

  const TensorView x = floats(Shape{1, kCols});
  const TensorView out = floats(Shape{1, 2});
  upload<float>(*stream_, x, std::vector<float>(kCols, 1.0f));
  stream_->run(Linear{.x = x, .weight = packed->view, .bias = {}, .out = out});
  std::array<float, 2> found{};
  download<float>(*stream_, out, found);
  ASSERT_TRUE(stream_->sync());
  EXPECT_EQ(found, (std::array<float, 2>{kCols, kCols + 3}));
}

TEST_F(RemoteDeviceTest, FailuresAreStickyUntilSync) {
  const TensorView x = floats(Shape{1, 4});
  const std::array<float, 3> few{};
  upload<float>(*stream_, x, few);  // refused by the inner stream, on the worker
  const std::array<float, 4> values{1, 2, 3, 4};
  upload<float>(*stream_, x, values);  // must not happen after the failure
  EXPECT_FALSE(stream_->sync());
  EXPECT_TRUE(stream_->sync()) << "an error is told once";
}

TEST_F(RemoteDeviceTest, AbandonedWorkEndsQuietly) {
  const TensorView x = floats(Shape{1, 4});
  const std::array<float, 4> values{};
  upload<float>(*stream_, x, values);
  stream_.reset();
}

#ifndef REALM_SANITIZED
TEST_F(RemoteDeviceTest, TheHostCannotTouchItsMemory) {
  const TensorView x = floats(Shape{1, 4});
  const std::array<float, 4> values{1, 2, 3, 4};
  upload<float>(*stream_, x, values);
  ASSERT_TRUE(stream_->sync());
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        volatile float sink = *x.row<volatile float>(0);
        (void)sink;
      },
      ::testing::KilledBySignal(SIGSEGV), "");
  EXPECT_EXIT(*x.row<volatile float>(0) = 1.0f, ::testing::KilledBySignal(SIGSEGV), "");
}
#endif

}  // namespace
}  // namespace realm
