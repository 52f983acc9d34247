// The interface of a backend: Device (memory, packing, capabilities) and Stream (ordered work).
//
// Host code never follows a buffer's address: it uploads, runs ops and downloads. Everything on a
// stream happens in order, possibly later; sync() waits and returns the first failure. Lengths,
// positions and page tables are device memory, so that recorded work can be replayed.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "backend/kernel_table.hpp"
#include "ops/op_list.hpp"
#include "realm/error.hpp"
#include "realm/log.hpp"
#include "tensor/tensor.hpp"

namespace realm {

class Stream;

struct DeviceInfo {
  std::string name;         ///< what --device takes: "cpu", "cuda:0"
  std::string description;  ///< for people: processor, instruction set, threads
  std::string variant;      ///< kernels in use, e.g. the instruction set: "avx512"
  uint64_t memory_bytes = 0;
  Activations activations = Activations::kFloat;  ///< how its matmuls of block formats round
  AttentionMath attention = AttentionMath::kFloat;
  Format cache_format = Format::kF16;  ///< of keys and values, unless somebody asks for another
  /// Bits of a row depend on nothing but its own inputs (docs/numerics.md, determinism).
  bool same_bits = true;
  std::string blas = {};  ///< library that multiplies with F32 weights; empty: the device itself
};

enum class BufferUse : uint8_t { kWeights, kCache, kActivations };

/// What a weight is used for; a device may pack by it.
enum class WeightUse : uint8_t {
  kLinear,     ///< only multiplied with
  kEmbedding,  ///< only looked up
  kBoth,       ///< tied embeddings
};

struct WeightSpec {
  std::string name;  ///< for messages
  Format format = Format::kF32;
  int64_t rows = 0;
  int64_t cols = 0;
  WeightUse use = WeightUse::kLinear;
};

/// Reads rows [first, first + count) as stored in the file into `out` (exactly their bytes). Called
/// from several threads at once.
using RowReader =
    std::function<Result<void>(int64_t first, int64_t count, std::span<std::byte> out)>;

/// A weight on the device: the view names the buffer that it owns.
struct Weight {
  std::unique_ptr<Buffer> buffer;
  TensorView view;
};

/// One physical device. Thread-safe; outlives its buffers and streams.
class Device {
 public:
  virtual ~Device() = default;
  virtual const DeviceInfo& info() const = 0;
  virtual const KernelTable& kernels() const = 0;

  /// Uninitialized memory, aligned to at least 256 bytes.
  virtual Result<std::unique_ptr<Buffer>> allocate(size_t size_bytes, BufferUse use) = 0;
  /// A new stream; one thread at a time may use it.
  virtual Result<std::unique_ptr<Stream>> stream() = 0;

  /// Whether weights of `format` can be packed and multiplied; the error says why not.
  virtual Result<void> supports_weight(Format format) const = 0;
  /// Reads a weight once, in pieces, into the device's own arrangement.
  virtual Result<Weight> pack(const WeightSpec& spec, const RowReader& read) = 0;
  /// What the bytes of packed weights depend on besides their rows (instruction set, tiles, version
  /// of the arrangement): devices that say the same can use each other's. Empty: they are no host
  /// memory that could be kept in a file.
  virtual std::string packing_id() const { return {}; }
  /// Bytes of a packed weight, where packing_id() says something.
  virtual Result<size_t> packed_size(const WeightSpec& spec) const;
  /// A weight whose bytes are in host memory, aligned to 64: packed, as this device or one of the
  /// same packing_id() left them, or the file's rows. They are not copied; `owner` keeps them.
  /// kUnsupported: the device cannot compute with them there.
  virtual Result<Weight> adopt(const WeightSpec& spec, Packing packing,
                               std::span<const std::byte> bytes, std::shared_ptr<const void> owner);
  /// Lets the device find out how it runs `step`, one token of decoding, best: it may call it
  /// several times, and tells `log` what it chose. Results do not depend on the choice.
  virtual Result<void> tune_decode(const std::function<Result<void>()>& step, const LogSink& log) {
    (void)step, (void)log;
    return {};
  }
  /// The rows of a packed weight as `read` gave them, bit for bit: lossless is a promise.
  virtual Result<void> unpack(const TensorView& packed, int64_t first, int64_t count,
                              std::span<std::byte> out) = 0;
};

/// Work that was recorded once and can be replayed on the stream that recorded it.
class Plan {
 public:
  virtual ~Plan() = default;
};

/// Ordered work on one device. Failures are sticky until sync(). Belongs to one thread.
class Stream {
 public:
  explicit Stream(Device& device) : device_(device) {}
  virtual ~Stream() = default;
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  Device& device() const { return device_; }

  /// The only way work enters a device: checks the op, finds its kernel, enqueues or records it.
  template <class Op>
  void run(const Op& op) {
    if (error_) return;
    if (auto ok = check(op); !ok) return fail(std::move(ok).error());
    const Kernel<Op> kernel = device_.kernels().at<Op>();
    if (kernel == nullptr) return fail(no_kernel(Op::kName));
    if (recording_) {
      recorded_.push_back([kernel, op](Stream& stream) { return kernel(stream, op); });
      return;
    }
    if (auto ok = kernel(*this, op); !ok) {
      fail(std::move(ok).error().in(std::string(Op::kName)));
    }
  }

  /// Copies host bytes into the view's rows (kRows, contiguous). `bytes` may be reused on return.
  virtual void upload(const TensorView& to, std::span<const std::byte> bytes) = 0;
  /// Copies the view's bytes (kRows, contiguous) to the host; they are there after sync().
  virtual void download(const TensorView& from, std::span<std::byte> bytes) = 0;
  /// Waits for all work; returns the first failure since the last sync() and forgets it.
  virtual Result<void> sync() = 0;

  /// Between begin_plan() and end_plan() ops are recorded instead of run.
  virtual void begin_plan();
  virtual Result<std::unique_ptr<Plan>> end_plan();
  virtual void replay(const Plan& plan);

  /// Keeps the first failure until sync().
  void fail(Error error);

 protected:
  bool failed() const { return error_ != nullptr; }
  Result<void> take_error();

 private:
  Error no_kernel(std::string_view op) const;

  Device& device_;
  std::unique_ptr<Error> error_;
  bool recording_ = false;
  std::vector<std::function<Result<void>(Stream&)>> recorded_;
};

/// Typed forms of upload and download.
template <class T>
void upload(Stream& stream, const TensorView& to, std::span<const T> values) {
  stream.upload(to, std::as_bytes(values));
}
template <class T>
void download(Stream& stream, const TensorView& from, std::span<T> values) {
  stream.download(from, std::as_writable_bytes(values));
}

/// Names of ops whose slot is empty on `device`.
std::vector<std::string> missing_ops(const Device& device);

}  // namespace realm
