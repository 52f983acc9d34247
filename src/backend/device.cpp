#include "backend/device.hpp"

#include "base/str.hpp"

namespace realm {
namespace {

// The plan of a device that has no recording of its own: the list of calls.
class CallListPlan final : public Plan {
 public:
  using Call = std::function<Result<void>(Stream&)>;
  explicit CallListPlan(std::vector<Call> calls) : calls_(std::move(calls)) {}
  const std::vector<Call>& calls() const { return calls_; }

 private:
  std::vector<Call> calls_;
};

}  // namespace

void Stream::begin_plan() {
  recording_ = true;
  recorded_.clear();
}

Result<std::unique_ptr<Plan>> Stream::end_plan() {
  recording_ = false;
  if (error_) return take_error().error();
  return std::unique_ptr<Plan>(std::make_unique<CallListPlan>(std::move(recorded_)));
}

void Stream::replay(const Plan& plan) {
  // A stream replays only what it recorded, so the plan is of its own kind.
  for (const auto& call : static_cast<const CallListPlan&>(plan).calls()) {
    if (error_) return;
    if (auto ok = call(*this); !ok) fail(std::move(ok).error());
  }
}

void Stream::fail(Error error) {
  if (!error_) error_ = std::make_unique<Error>(std::move(error));
}

Result<void> Stream::take_error() {
  if (!error_) return {};
  Error error = std::move(*error_);
  error_.reset();
  return error;
}

Result<size_t> Device::packed_size(const WeightSpec& spec) const {
  return Error{Code::kUnsupported,
               str(spec.name, ": device ", info().name, " keeps packed weights to itself")};
}

Result<Weight> Device::adopt(const WeightSpec& spec, Packing, std::span<const std::byte>,
                             std::shared_ptr<const void>) {
  return Error{Code::kUnsupported,
               str(spec.name, ": device ", info().name, " has weights in memory of its own")};
}

Error Stream::no_kernel(std::string_view op) const {
  return Error{Code::kUnsupported, str("device ", device_.info().name, " has no kernel for ", op)};
}

std::vector<std::string> missing_ops(const Device& device) {
  std::vector<std::string> missing;
  OpList::for_each([&]<class Op>() {
    if (device.kernels().at<Op>() == nullptr) missing.emplace_back(Op::kName);
  });
  return missing;
}

}  // namespace realm
