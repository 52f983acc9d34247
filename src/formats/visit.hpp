// From a format known at run time to code made for it: `visit_block_format(f, [&]<Format kF>()
// {})`.
#pragma once

#include <cstddef>
#include <iterator>
#include <utility>

#include "formats/table.hpp"

namespace realm {

/// Calls visitor<format>() when `format` is a block format; false when it is none.
template <class Visitor>
bool visit_block_format(Format format, Visitor&& visitor) {
  const auto try_row = [&]<size_t kRow>() {
    constexpr const FormatRow& row = kFormatTable[kRow];
    if constexpr (row.kind == FormatKind::kBlock) {
      if (row.format == format) {
        visitor.template operator()<row.format>();
        return true;
      }
    }
    return false;
  };
  return [&]<size_t... kRow>(std::index_sequence<kRow...>) {
    return (try_row.template operator()<kRow>() || ...);
  }
  (std::make_index_sequence<std::size(kFormatTable)>());
}

}  // namespace realm
