#include "allocations.hpp"

#include <atomic>
#include <cstdlib>
#include <new>

namespace {
std::atomic<size_t> asked_for{0};
}  // namespace

namespace realm::testing {
size_t allocated_bytes() { return asked_for; }
}  // namespace realm::testing

void* operator new(size_t size) {
  asked_for += size;
  if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }
