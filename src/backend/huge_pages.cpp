#include "backend/huge_pages.hpp"

#include <cstdio>
#include <cstring>
#include <fstream>

#include "backend/host_memory.hpp"

namespace realm {
namespace {

uint64_t kilobytes_of(const std::string& line) {
  unsigned long long value = 0;
  return std::sscanf(line.c_str(), "AnonHugePages: %llu kB", &value) == 1 ? value : 0;
}

}  // namespace

uint64_t huge_page_bytes() {
  std::ifstream file("/proc/self/smaps_rollup");
  uint64_t kilobytes = 0;
  for (std::string line; std::getline(file, line);) kilobytes += kilobytes_of(line);
  return kilobytes * 1024;
}

uint64_t huge_page_bytes(const void* address, size_t size_bytes) {
  const auto from = reinterpret_cast<uintptr_t>(address);
  std::ifstream file("/proc/self/smaps");
  uint64_t kilobytes = 0;
  bool inside = false;
  for (std::string line; std::getline(file, line);) {
    unsigned long first = 0;
    unsigned long last = 0;
    // A mapping's first line: "7f0000000000-7f0000400000 rw-p ..."
    if (std::sscanf(line.c_str(), "%lx-%lx ", &first, &last) == 2) {
      inside = first < from + size_bytes && last > from;
    } else if (inside) {
      kilobytes += kilobytes_of(line);
    }
  }
  return kilobytes * 1024;
}

bool huge_pages_are_given() {
  constexpr size_t kBytes = size_t{4} << 20;
  const auto buffer = allocate_host(nullptr, kBytes);  // asks for them
  if (!buffer) return false;
  std::memset((*buffer)->address(), 1, kBytes);
  return huge_page_bytes((*buffer)->address(), kBytes) > 0;
}

}  // namespace realm
