#include "realm/format.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <iterator>

#include "base/checked.hpp"
#include "formats/table.hpp"

namespace realm {
namespace {

// What realm/format.hpp shows of the table.
constexpr auto kFormats = [] {
  std::array<FormatInfo, std::size(kFormatTable)> rows{};
  std::transform(std::begin(kFormatTable), std::end(kFormatTable), rows.begin(),
                 [](const FormatRow& row) {
                   return FormatInfo{row.format, row.name, row.layout.elems, row.layout.bytes};
                 });
  return rows;
}();

struct TypeName {
  uint32_t number;
  std::string_view name;
};

// Types of the specification that this build refuses by name.
constexpr std::array kRefused = {
    TypeName{4, "Q4_2"},        TypeName{5, "Q4_3"},        TypeName{16, "IQ2_XXS"},
    TypeName{17, "IQ2_XS"},     TypeName{18, "IQ3_XXS"},    TypeName{19, "IQ1_S"},
    TypeName{21, "IQ3_S"},      TypeName{22, "IQ2_S"},      TypeName{29, "IQ1_M"},
    TypeName{31, "Q4_0_4_4"},   TypeName{32, "Q4_0_4_8"},   TypeName{33, "Q4_0_8_8"},
    TypeName{34, "TQ1_0"},      TypeName{35, "TQ2_0"},      TypeName{36, "IQ4_NL_4_4"},
    TypeName{37, "IQ4_NL_4_8"}, TypeName{38, "IQ4_NL_8_8"}, TypeName{40, "NVFP4"},
};
static_assert(std::none_of(kRefused.begin(), kRefused.end(), [](const TypeName& refused) {
  return std::any_of(std::begin(kFormatTable), std::end(kFormatTable), [&](const FormatRow& row) {
    return static_cast<uint32_t>(row.format) == refused.number;
  });
}));

}  // namespace

const FormatInfo* formats_begin() { return kFormats.data(); }
const FormatInfo* formats_end() { return kFormats.data() + kFormats.size(); }

const FormatInfo* find_format(uint32_t gguf_type) {
  const auto* row = std::find_if(formats_begin(), formats_end(), [&](const FormatInfo& f) {
    return static_cast<uint32_t>(f.format) == gguf_type;
  });
  return row == formats_end() ? nullptr : row;
}

const FormatInfo& info(Format format) { return *find_format(static_cast<uint32_t>(format)); }

const FormatInfo* find_format(std::string_view name) {
  const auto same = [](char a, char b) {
    return std::toupper(static_cast<unsigned char>(a)) ==
           std::toupper(static_cast<unsigned char>(b));
  };
  const auto* row = std::find_if(formats_begin(), formats_end(), [&](const FormatInfo& f) {
    return std::equal(f.name.begin(), f.name.end(), name.begin(), name.end(), same);
  });
  return row == formats_end() ? nullptr : row;
}

std::string_view gguf_type_name(uint32_t gguf_type) {
  if (const FormatInfo* row = find_format(gguf_type)) return row->name;
  for (const TypeName& row : kRefused) {
    if (row.number == gguf_type) return row.name;
  }
  return "unknown";
}

std::optional<uint64_t> row_bytes(Format format, uint64_t elems) {
  const FormatInfo& f = info(format);
  if (elems % f.block_elems != 0) return std::nullopt;
  return checked_mul<uint64_t>(elems / f.block_elems, f.block_bytes);
}

}  // namespace realm
