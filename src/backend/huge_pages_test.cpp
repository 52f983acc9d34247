#include "backend/huge_pages.hpp"

#include <gtest/gtest.h>
#include <sys/mman.h>

#include <cstring>

namespace realm {
namespace {

TEST(HugePages, WhatIsToldIsTrueWhereTheyAreGiven) {
  if (!huge_pages_are_given()) GTEST_SKIP() << "the system gives no huge pages";
  constexpr size_t kBytes = size_t{16} << 20;
  void* plain = mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(plain, MAP_FAILED);
  ASSERT_EQ(madvise(plain, kBytes, MADV_NOHUGEPAGE), 0);
  std::memset(plain, 1, kBytes);
  EXPECT_EQ(huge_page_bytes(plain, kBytes), 0u);
  ASSERT_EQ(madvise(plain, kBytes, MADV_DONTNEED), 0);
  ASSERT_EQ(madvise(plain, kBytes, MADV_HUGEPAGE), 0);
  std::memset(plain, 1, kBytes);
  EXPECT_LE(huge_page_bytes(plain, kBytes), kBytes);
  EXPECT_GE(huge_page_bytes(), huge_page_bytes(plain, kBytes));
  munmap(plain, kBytes);
}

}  // namespace
}  // namespace realm
