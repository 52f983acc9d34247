// Whether memory lies in huge pages (2 MiB), as the system tells it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace realm {

/// Bytes of this process that lie in huge pages, as far as the system tells; within the mappings
/// that touch [address, address + size_bytes), or in all of them.
uint64_t huge_page_bytes();
uint64_t huge_page_bytes(const void* address, size_t size_bytes);

/// Whether the system gives huge pages to who asks for them: tried with 4 MiB.
bool huge_pages_are_given();

}  // namespace realm
