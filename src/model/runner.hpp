// The StepRunner of a model on a device: pages of keys and values, one arena, one stream.
//
// A step is: upload the rows, run the layers, then the head over the asked rows, as many at a time
// as the arena holds. Steps of one row a sequence (decoding) come again and again in the same
// shape: they are recorded once per bucket of rows and replayed. Missing rows of a bucket are
// padding (sequence -1), whose results nobody reads.
#pragma once

#include <map>
#include <memory>

#include "backend/device.hpp"
#include "model/kv_cache.hpp"
#include "model/model.hpp"
#include "model/step.hpp"
#include "model/step_arena.hpp"

namespace realm {

class Runner final : public StepRunner {
 public:
  /// Allocates cache and arena and runs one padding row through the first layer and the head, so
  /// that what a kernel lacks (a head size, say) is an error here. `limits` must be sensible;
  /// `device` must outlive the runner.
  static Result<std::unique_ptr<Runner>> create(Device& device, std::unique_ptr<Model> model,
                                                const StepLimits& limits, Format cache_format);

  /// Lets the device choose how it decodes, by trials on the first layers.
  Result<void> tune(const LogSink& log, uint64_t weight_bytes);

  const StepLimits& limits() const override { return limits_; }
  Result<void> run(const Step& step, std::span<float> logits) override;
  Result<void> run_states(const Step& step, std::span<float> states) override;

  /// Rows that a decode step of `rows` is padded to.
  static int32_t decode_bucket(int32_t rows, int32_t max_sequences);
  /// Rows whose logits are computed at a time.
  static int32_t head_rows(const StepLimits& limits);

 private:
  Runner(std::unique_ptr<Model> model, const StepLimits& limits);

  Result<void> probe();
  void upload_step(const Step& step, int32_t padded_rows);
  void run_layers(int32_t rows);
  void run_head(int32_t rows, int32_t first, int32_t count);
  void run_last_norm(int32_t rows);
  Result<const Plan*> decode_plan(int32_t rows);

  std::unique_ptr<Model> model_;
  StepLimits limits_;
  KvCache cache_;
  StepArena arena_;
  std::unique_ptr<Buffer> arena_buffer_;
  std::unique_ptr<Stream> stream_;
  std::map<int32_t, std::unique_ptr<Plan>> decode_plans_;  // by rows of the bucket
  std::vector<int32_t> staging_;
};

}  // namespace realm
