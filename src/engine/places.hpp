// Places: how many requests an engine has taken in and not yet finished, with an upper bound: what
// comes on top is refused, so that a burst of requests takes neither memory without end nor answers
// long after anybody waits for them.
// Thread-safe. Must outlive its places.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <utility>

namespace realm {

class Places {
 public:
  /// One of them, held until it is destroyed or assigned over; {} holds none.
  class Place {
   public:
    Place() = default;
    Place(Place&& other) noexcept : of_(std::exchange(other.of_, nullptr)) {}
    Place& operator=(Place&& other) noexcept {
      std::swap(of_, other.of_);
      return other.leave(), *this;
    }
    ~Place() { leave(); }

   private:
    friend class Places;
    explicit Place(Places* of) : of_(of) {}
    void leave() {
      if (Places* of = std::exchange(of_, nullptr)) of->taken_.fetch_sub(1);
    }
    Places* of_ = nullptr;
  };

  explicit Places(int32_t count) : count_(count) {}
  Places(const Places&) = delete;
  Places& operator=(const Places&) = delete;

  int32_t count() const { return count_; }
  uint64_t refused() const { return refused_.load(); }

  /// Empty, and counted, when all are taken.
  std::optional<Place> take() {
    int32_t taken = taken_.load();
    do {
      if (taken >= count_) {
        refused_.fetch_add(1);
        return std::nullopt;
      }
    } while (!taken_.compare_exchange_weak(taken, taken + 1));
    return Place(this);
  }

 private:
  const int32_t count_;
  std::atomic<int32_t> taken_{0};
  std::atomic<uint64_t> refused_{0};
};

}  // namespace realm
