// Image: the tensors of one case on one device, between guard bytes.
//
// Every buffer of the arena has one on the device with guards before and after it. upload() writes
// contents and guards; fetch() reads them back; check_untouched() finds every byte that changed
// though no output names it: guards, gaps after strided rows, inputs, pages of other sequences.
// Used by one thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "backend/device.hpp"
#include "ops/cases/case.hpp"

namespace realm::conformance {

/// The bytes of an arena that a case may change.
class Writable {
 public:
  explicit Writable(const Arena& arena);
  void allow(const TensorView& view);
  /// The pages that the rows of `batch` are written to, wholly: their arrangement is private.
  void allow_pages(const KvLayer& cache, const BatchView& batch);
  bool allows(size_t buffer, size_t byte) const { return bytes_[buffer][byte] != 0; }

 private:
  const Arena& arena_;
  std::vector<std::vector<char>> bytes_;
};

class Image {
 public:
  /// `odd` shifts contents by 4 bytes from the device's natural alignment.
  static Result<std::unique_ptr<Image>> make(Device& device, Stream& stream, const Arena& arena,
                                             bool odd);

  /// Packs a weight and checks that the device gives back the same bytes.
  Result<void> pack(const TensorView& weight, WeightUse use);

  /// Enqueues the arena's present contents.
  void upload();
  /// Waits for the stream and reads everything back.
  Result<void> fetch();
  Result<void> check_untouched(const Writable& writable) const;
  /// The F32 elements behind the arena's view `host`, as last fetched.
  std::vector<float> values(const TensorView& host) const;

  /// `op` with its views in this image; weights packed, or as plain rows.
  template <class Op>
  Op here(Op op, bool packed) const {
    walk(
        op,
        [&](std::string_view, Role role, TensorView& view) {
          view = role == Role::kWeight && packed ? packed_[arena_.index_of(view)].view : here(view);
        },
        [&](std::string_view, KvLayer& cache) {
          cache.k = here(cache.k);
          cache.v = here(cache.v);
        });
    return op;
  }

 private:
  struct Room {
    std::unique_ptr<Buffer> buffer;
    size_t front_bytes = 0;
    std::vector<std::byte> uploaded;
    std::vector<std::byte> fetched;
  };

  Image(Device& device, Stream& stream, const Arena& arena)
      : device_(device), stream_(stream), arena_(arena) {}
  TensorView here(TensorView view) const;
  static TensorView whole(const Room& room);

  Device& device_;
  Stream& stream_;
  const Arena& arena_;
  std::vector<Room> rooms_;
  std::vector<Weight> packed_;
};

}  // namespace realm::conformance
