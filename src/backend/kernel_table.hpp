// One slot per op of the list, in every backend. An empty slot means that the device cannot run
// the op: shown by `realm inspect --ops`, and an error that names op and device when it is needed.
#pragma once

#include "ops/op_list.hpp"

namespace realm {

class Stream;

/// Enqueues `op` on `stream`. The op has passed check(); the error names what the device lacks
/// (a format, a head size). The op's views stay valid until the stream's next sync().
template <class Op>
using Kernel = Result<void> (*)(Stream& stream, const Op& op);

template <class Op>
struct Slot {
  Kernel<Op> kernel = nullptr;
};

template <class... Op>
struct Table : Slot<Op>... {
  template <class O>
  Kernel<O> at() const {
    return static_cast<const Slot<O>&>(*this).kernel;
  }
  template <class O>
  void set(Kernel<O> kernel) {
    static_cast<Slot<O>&>(*this).kernel = kernel;
  }
};

using KernelTable = OpList::Apply<Table>;

}  // namespace realm
