#include "remote_device.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <type_traits>
#include <utility>

#include "base/str.hpp"

namespace realm {

// The one place that changes access rights, and counts.
struct RemoteDevice::Pages {
  std::mutex mutex;
  uint64_t closed = 0;
};

class RemoteDevice::RemoteBuffer final : public Buffer {
 public:
  RemoteBuffer(Device* device, Pages& pages, std::unique_ptr<Buffer> inner, void* first_page,
               uint64_t n_pages, size_t page_bytes)
      : Buffer(device, inner->address(), inner->size_bytes()),
        pages_(pages),
        inner_(std::move(inner)),
        first_page_(first_page),
        n_pages_(n_pages),
        page_bytes_(page_bytes) {}
  ~RemoteBuffer() override {
    // Whoever frees the inner buffer may want to look at it.
    (void)open();
  }

  Buffer* inner() const { return inner_.get(); }

  bool open() {
    const std::lock_guard lock(pages_.mutex);
    if (users_++ > 0) return true;
    if (protected_) pages_.closed -= n_pages_;
    protected_ = false;
    return set(PROT_READ | PROT_WRITE);
  }
  bool close() {
    const std::lock_guard lock(pages_.mutex);
    if (--users_ > 0) return true;
    protected_ = set(PROT_NONE);
    if (protected_) pages_.closed += n_pages_;
    return protected_;
  }

 private:
  bool set(int rights) { return mprotect(first_page_, n_pages_ * page_bytes_, rights) == 0; }

  Pages& pages_;
  std::unique_ptr<Buffer> inner_;
  void* first_page_;
  uint64_t n_pages_;
  size_t page_bytes_;
  int users_ = 1;  // born open
  bool protected_ = false;
};

// Rights to buffers for a while.
class RemoteDevice::Opened {
 public:
  Opened() = default;
  Opened(const Opened&) = delete;
  Opened& operator=(const Opened&) = delete;
  ~Opened() {
    for (RemoteBuffer* buffer : buffers_) (void)buffer->close();
  }
  /// The same view in the inner device's buffer, open while this lives.
  TensorView inner(TensorView view) {
    if (!view) return view;
    auto* remote = static_cast<RemoteBuffer*>(view.buffer);
    (void)remote->open();
    buffers_.push_back(remote);
    view.buffer = remote->inner();
    return view;
  }

 private:
  std::vector<RemoteBuffer*> buffers_;
};

class RemoteDevice::RemoteStream final : public Stream {
 public:
  using Task = std::function<void(Stream& inner)>;

  RemoteStream(Device& device, std::unique_ptr<Stream> inner)
      : Stream(device), inner_(std::move(inner)), worker_([this] { work(); }) {}
  ~RemoteStream() override {
    {
      const std::lock_guard lock(mutex_);
      ending_ = true;
    }
    changed_.notify_all();
    worker_.join();
  }

  void upload(const TensorView& to, std::span<const std::byte> bytes) override {
    enqueue([to, copy = std::vector<std::byte>(bytes.begin(), bytes.end())](Stream& inner) {
      Opened opened;
      inner.upload(opened.inner(to), copy);
    });
  }
  void download(const TensorView& from, std::span<std::byte> bytes) override {
    enqueue([from, bytes](Stream& inner) {
      Opened opened;
      inner.download(opened.inner(from), bytes);
    });
  }
  Result<void> sync() override {
    std::unique_lock lock(mutex_);
    released_ = true;
    changed_.notify_all();
    changed_.wait(lock, [this] { return queue_.empty() && !busy_; });
    released_ = false;
    if (worker_error_) {
      fail(std::move(*worker_error_));
      worker_error_.reset();
    }
    return take_error();
  }

  void enqueue(Task task) {
    if (failed()) return;
    const std::lock_guard lock(mutex_);
    queue_.push_back(std::move(task));
  }

 private:
  void work() {
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock, [this] { return ending_ || (released_ && !queue_.empty()); });
      if (ending_) return;  // what was never waited for never happens
      const Task task = std::move(queue_.front());
      queue_.pop_front();
      if (worker_error_) {
        if (queue_.empty()) changed_.notify_all();
        continue;
      }
      busy_ = true;
      lock.unlock();
      task(*inner_);
      auto ok = inner_->sync();
      lock.lock();
      busy_ = false;
      if (!ok) worker_error_ = std::make_unique<Error>(std::move(ok).error());
      if (queue_.empty()) changed_.notify_all();
    }
  }

  std::unique_ptr<Stream> inner_;  // the worker's
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Task> queue_;
  std::unique_ptr<Error> worker_error_;
  bool released_ = false;
  bool busy_ = false;
  bool ending_ = false;
  std::thread worker_;
};

template <class Op>
Result<void> RemoteDevice::forward(Stream& stream, const Op& op) {
  static_cast<RemoteStream&>(stream).enqueue([op](Stream& inner) {
    Opened opened;
    Op there = op;
    // (name, role, tensor) or (name, cache)
    Op::tensors(there, [&](std::string_view, auto&&... rest) {
      const auto map = [&](auto& what) {
        using What = std::remove_reference_t<decltype(what)>;
        if constexpr (std::is_same_v<What, TensorView>) {
          what = opened.inner(what);
        } else if constexpr (std::is_same_v<What, KvLayer>) {
          what.k = opened.inner(what.k);
          what.v = opened.inner(what.v);
        }
      };
      (map(rest), ...);
    });
    inner.run(there);
    // Kernels of a host device may be asynchronous too: done before the pages close.
    if (auto ok = inner.sync(); !ok) inner.fail(std::move(ok).error());
  });
  return {};
}

RemoteDevice::RemoteDevice(std::unique_ptr<Device> inner)
    : inner_(std::move(inner)), pages_(std::make_unique<Pages>()), info_(inner_->info()) {
  info_.name = "remote";
  info_.description = str("memory the host cannot touch, kernels of ", inner_->info().name);
  OpList::for_each([this]<class Op>() {
    if (inner_->kernels().template at<Op>() != nullptr) {
      kernels_.template set<Op>(&RemoteDevice::forward<Op>);
    }
  });
}

RemoteDevice::~RemoteDevice() = default;

// A buffer that starts at a page owns its pages. Packed weights may lie side by side: of those, the
// pages that belong to one alone are closed.
Result<std::unique_ptr<Buffer>> RemoteDevice::protect(std::unique_ptr<Buffer> inner, bool owner) {
  const auto page_bytes = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  const auto address = reinterpret_cast<uintptr_t>(inner->address());
  if (owner && address % page_bytes != 0) {
    return Error{Code::kUnsupported, str("remote: a buffer of ", inner_->info().name,
                                         " does not start at a page of its own")};
  }
  const uintptr_t first = (address + page_bytes - 1) / page_bytes;
  const uintptr_t end = (address + inner->size_bytes() + (owner ? page_bytes - 1 : 0)) / page_bytes;
  auto buffer = std::make_unique<RemoteBuffer>(this, *pages_, std::move(inner),
                                               reinterpret_cast<void*>(first * page_bytes),
                                               end > first ? end - first : 0, page_bytes);
  if (!buffer->close()) {
    return Error{Code::kInternal, "remote: the system does not take access rights away"};
  }
  return std::unique_ptr<Buffer>(std::move(buffer));
}

Result<std::unique_ptr<Buffer>> RemoteDevice::allocate(size_t size_bytes, BufferUse use) {
  // Asked for as something else than weights, memory has pages of its own.
  if (use == BufferUse::kWeights) use = BufferUse::kActivations;
  REALM_ASSIGN(auto inner, inner_->allocate(size_bytes, use));
  return protect(std::move(inner), true);
}

Result<std::unique_ptr<Stream>> RemoteDevice::stream() {
  REALM_ASSIGN(auto inner, inner_->stream());
  return std::unique_ptr<Stream>(std::make_unique<RemoteStream>(*this, std::move(inner)));
}

Result<void> RemoteDevice::supports_weight(Format format) const {
  return inner_->supports_weight(format);
}

Result<Weight> RemoteDevice::pack(const WeightSpec& spec, const RowReader& read) {
  REALM_ASSIGN(Weight weight, inner_->pack(spec, read));
  REALM_ASSIGN(weight.buffer, protect(std::move(weight.buffer), false));
  weight.view.buffer = weight.buffer.get();
  return weight;
}

Result<void> RemoteDevice::unpack(const TensorView& packed, int64_t first, int64_t count,
                                  std::span<std::byte> out) {
  Opened opened;
  return inner_->unpack(opened.inner(packed), first, count, out);
}

uint64_t RemoteDevice::protected_pages() const {
  const std::lock_guard lock(pages_->mutex);
  return pages_->closed;
}

std::unique_ptr<RemoteDevice> make_remote_device(std::unique_ptr<Device> inner) {
  return std::make_unique<RemoteDevice>(std::move(inner));
}

}  // namespace realm
