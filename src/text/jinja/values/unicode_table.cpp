// The parts of Unicode 14 that utf8proc does not answer: case mappings to more than one character
// (SpecialCasing.txt, unconditional), digits that are not decimal, numbers outside the N
// categories.
#include <algorithm>
#include <iterator>

#include "text/jinja/values/unicode.hpp"

namespace realm::jinja::unicode {
namespace {

struct Mapping {
  char32_t from;
  const char32_t* to;
};
struct Range {
  char32_t first;
  char32_t last;
};

// clang-format off
constexpr Mapping kUpper[] = {
    {0xdf, U"\U00000053\U00000053"},
    {0x149, U"\U000002bc\U0000004e"},
    {0x1f0, U"\U0000004a\U0000030c"},
    {0x390, U"\U00000399\U00000308\U00000301"},
    {0x3b0, U"\U000003a5\U00000308\U00000301"},
    {0x587, U"\U00000535\U00000552"},
    {0x1e96, U"\U00000048\U00000331"},
    {0x1e97, U"\U00000054\U00000308"},
    {0x1e98, U"\U00000057\U0000030a"},
    {0x1e99, U"\U00000059\U0000030a"},
    {0x1e9a, U"\U00000041\U000002be"},
    {0x1f50, U"\U000003a5\U00000313"},
    {0x1f52, U"\U000003a5\U00000313\U00000300"},
    {0x1f54, U"\U000003a5\U00000313\U00000301"},
    {0x1f56, U"\U000003a5\U00000313\U00000342"},
    {0x1f80, U"\U00001f08\U00000399"},
    {0x1f81, U"\U00001f09\U00000399"},
    {0x1f82, U"\U00001f0a\U00000399"},
    {0x1f83, U"\U00001f0b\U00000399"},
    {0x1f84, U"\U00001f0c\U00000399"},
    {0x1f85, U"\U00001f0d\U00000399"},
    {0x1f86, U"\U00001f0e\U00000399"},
    {0x1f87, U"\U00001f0f\U00000399"},
    {0x1f88, U"\U00001f08\U00000399"},
    {0x1f89, U"\U00001f09\U00000399"},
    {0x1f8a, U"\U00001f0a\U00000399"},
    {0x1f8b, U"\U00001f0b\U00000399"},
    {0x1f8c, U"\U00001f0c\U00000399"},
    {0x1f8d, U"\U00001f0d\U00000399"},
    {0x1f8e, U"\U00001f0e\U00000399"},
    {0x1f8f, U"\U00001f0f\U00000399"},
    {0x1f90, U"\U00001f28\U00000399"},
    {0x1f91, U"\U00001f29\U00000399"},
    {0x1f92, U"\U00001f2a\U00000399"},
    {0x1f93, U"\U00001f2b\U00000399"},
    {0x1f94, U"\U00001f2c\U00000399"},
    {0x1f95, U"\U00001f2d\U00000399"},
    {0x1f96, U"\U00001f2e\U00000399"},
    {0x1f97, U"\U00001f2f\U00000399"},
    {0x1f98, U"\U00001f28\U00000399"},
    {0x1f99, U"\U00001f29\U00000399"},
    {0x1f9a, U"\U00001f2a\U00000399"},
    {0x1f9b, U"\U00001f2b\U00000399"},
    {0x1f9c, U"\U00001f2c\U00000399"},
    {0x1f9d, U"\U00001f2d\U00000399"},
    {0x1f9e, U"\U00001f2e\U00000399"},
    {0x1f9f, U"\U00001f2f\U00000399"},
    {0x1fa0, U"\U00001f68\U00000399"},
    {0x1fa1, U"\U00001f69\U00000399"},
    {0x1fa2, U"\U00001f6a\U00000399"},
    {0x1fa3, U"\U00001f6b\U00000399"},
    {0x1fa4, U"\U00001f6c\U00000399"},
    {0x1fa5, U"\U00001f6d\U00000399"},
    {0x1fa6, U"\U00001f6e\U00000399"},
    {0x1fa7, U"\U00001f6f\U00000399"},
    {0x1fa8, U"\U00001f68\U00000399"},
    {0x1fa9, U"\U00001f69\U00000399"},
    {0x1faa, U"\U00001f6a\U00000399"},
    {0x1fab, U"\U00001f6b\U00000399"},
    {0x1fac, U"\U00001f6c\U00000399"},
    {0x1fad, U"\U00001f6d\U00000399"},
    {0x1fae, U"\U00001f6e\U00000399"},
    {0x1faf, U"\U00001f6f\U00000399"},
    {0x1fb2, U"\U00001fba\U00000399"},
    {0x1fb3, U"\U00000391\U00000399"},
    {0x1fb4, U"\U00000386\U00000399"},
    {0x1fb6, U"\U00000391\U00000342"},
    {0x1fb7, U"\U00000391\U00000342\U00000399"},
    {0x1fbc, U"\U00000391\U00000399"},
    {0x1fc2, U"\U00001fca\U00000399"},
    {0x1fc3, U"\U00000397\U00000399"},
    {0x1fc4, U"\U00000389\U00000399"},
    {0x1fc6, U"\U00000397\U00000342"},
    {0x1fc7, U"\U00000397\U00000342\U00000399"},
    {0x1fcc, U"\U00000397\U00000399"},
    {0x1fd2, U"\U00000399\U00000308\U00000300"},
    {0x1fd3, U"\U00000399\U00000308\U00000301"},
    {0x1fd6, U"\U00000399\U00000342"},
    {0x1fd7, U"\U00000399\U00000308\U00000342"},
    {0x1fe2, U"\U000003a5\U00000308\U00000300"},
    {0x1fe3, U"\U000003a5\U00000308\U00000301"},
    {0x1fe4, U"\U000003a1\U00000313"},
    {0x1fe6, U"\U000003a5\U00000342"},
    {0x1fe7, U"\U000003a5\U00000308\U00000342"},
    {0x1ff2, U"\U00001ffa\U00000399"},
    {0x1ff3, U"\U000003a9\U00000399"},
    {0x1ff4, U"\U0000038f\U00000399"},
    {0x1ff6, U"\U000003a9\U00000342"},
    {0x1ff7, U"\U000003a9\U00000342\U00000399"},
    {0x1ffc, U"\U000003a9\U00000399"},
    {0xfb00, U"\U00000046\U00000046"},
    {0xfb01, U"\U00000046\U00000049"},
    {0xfb02, U"\U00000046\U0000004c"},
    {0xfb03, U"\U00000046\U00000046\U00000049"},
    {0xfb04, U"\U00000046\U00000046\U0000004c"},
    {0xfb05, U"\U00000053\U00000054"},
    {0xfb06, U"\U00000053\U00000054"},
    {0xfb13, U"\U00000544\U00000546"},
    {0xfb14, U"\U00000544\U00000535"},
    {0xfb15, U"\U00000544\U0000053b"},
    {0xfb16, U"\U0000054e\U00000546"},
    {0xfb17, U"\U00000544\U0000053d"},
};
constexpr Mapping kTitle[] = {
    {0xdf, U"\U00000053\U00000073"},
    {0x149, U"\U000002bc\U0000004e"},
    {0x1f0, U"\U0000004a\U0000030c"},
    {0x390, U"\U00000399\U00000308\U00000301"},
    {0x3b0, U"\U000003a5\U00000308\U00000301"},
    {0x587, U"\U00000535\U00000582"},
    {0x1e96, U"\U00000048\U00000331"},
    {0x1e97, U"\U00000054\U00000308"},
    {0x1e98, U"\U00000057\U0000030a"},
    {0x1e99, U"\U00000059\U0000030a"},
    {0x1e9a, U"\U00000041\U000002be"},
    {0x1f50, U"\U000003a5\U00000313"},
    {0x1f52, U"\U000003a5\U00000313\U00000300"},
    {0x1f54, U"\U000003a5\U00000313\U00000301"},
    {0x1f56, U"\U000003a5\U00000313\U00000342"},
    {0x1fb2, U"\U00001fba\U00000345"},
    {0x1fb4, U"\U00000386\U00000345"},
    {0x1fb6, U"\U00000391\U00000342"},
    {0x1fb7, U"\U00000391\U00000342\U00000345"},
    {0x1fc2, U"\U00001fca\U00000345"},
    {0x1fc4, U"\U00000389\U00000345"},
    {0x1fc6, U"\U00000397\U00000342"},
    {0x1fc7, U"\U00000397\U00000342\U00000345"},
    {0x1fd2, U"\U00000399\U00000308\U00000300"},
    {0x1fd3, U"\U00000399\U00000308\U00000301"},
    {0x1fd6, U"\U00000399\U00000342"},
    {0x1fd7, U"\U00000399\U00000308\U00000342"},
    {0x1fe2, U"\U000003a5\U00000308\U00000300"},
    {0x1fe3, U"\U000003a5\U00000308\U00000301"},
    {0x1fe4, U"\U000003a1\U00000313"},
    {0x1fe6, U"\U000003a5\U00000342"},
    {0x1fe7, U"\U000003a5\U00000308\U00000342"},
    {0x1ff2, U"\U00001ffa\U00000345"},
    {0x1ff4, U"\U0000038f\U00000345"},
    {0x1ff6, U"\U000003a9\U00000342"},
    {0x1ff7, U"\U000003a9\U00000342\U00000345"},
    {0xfb00, U"\U00000046\U00000066"},
    {0xfb01, U"\U00000046\U00000069"},
    {0xfb02, U"\U00000046\U0000006c"},
    {0xfb03, U"\U00000046\U00000066\U00000069"},
    {0xfb04, U"\U00000046\U00000066\U0000006c"},
    {0xfb05, U"\U00000053\U00000074"},
    {0xfb06, U"\U00000053\U00000074"},
    {0xfb13, U"\U00000544\U00000576"},
    {0xfb14, U"\U00000544\U00000565"},
    {0xfb15, U"\U00000544\U0000056b"},
    {0xfb16, U"\U0000054e\U00000576"},
    {0xfb17, U"\U00000544\U0000056d"},
};
constexpr Range kOtherDigits[] = {
    {0xb2, 0xb3}, {0xb9, 0xb9}, {0x1369, 0x1371}, {0x19da, 0x19da}, {0x2070, 0x2070}, {0x2074, 0x2079}, {0x2080, 0x2089}, {0x2460, 0x2468}, {0x2474, 0x247c}, {0x2488, 0x2490}, {0x24ea, 0x24ea}, {0x24f5, 0x24fd}, {0x24ff, 0x24ff}, {0x2776, 0x277e}, {0x2780, 0x2788}, {0x278a, 0x2792}, {0x10a40, 0x10a43}, {0x10e60, 0x10e68}, {0x11052, 0x1105a}, {0x1f100, 0x1f10a}};
constexpr Range kOtherNumbers[] = {
    {0x3405, 0x3405}, {0x3483, 0x3483}, {0x382a, 0x382a}, {0x3b4d, 0x3b4d}, {0x4e00, 0x4e00}, {0x4e03, 0x4e03}, {0x4e07, 0x4e07}, {0x4e09, 0x4e09}, {0x4e5d, 0x4e5d}, {0x4e8c, 0x4e8c}, {0x4e94, 0x4e94}, {0x4e96, 0x4e96}, {0x4ebf, 0x4ec0}, {0x4edf, 0x4edf}, {0x4ee8, 0x4ee8}, {0x4f0d, 0x4f0d}, {0x4f70, 0x4f70}, {0x5104, 0x5104}, {0x5146, 0x5146}, {0x5169, 0x5169}, {0x516b, 0x516b}, {0x516d, 0x516d}, {0x5341, 0x5341}, {0x5343, 0x5345}, {0x534c, 0x534c}, {0x53c1, 0x53c4}, {0x56db, 0x56db}, {0x58f1, 0x58f1}, {0x58f9, 0x58f9}, {0x5e7a, 0x5e7a}, {0x5efe, 0x5eff}, {0x5f0c, 0x5f0e}, {0x5f10, 0x5f10}, {0x62fe, 0x62fe}, {0x634c, 0x634c}, {0x67d2, 0x67d2}, {0x6f06, 0x6f06}, {0x7396, 0x7396}, {0x767e, 0x767e}, {0x8086, 0x8086}, {0x842c, 0x842c}, {0x8cae, 0x8cae}, {0x8cb3, 0x8cb3}, {0x8d30, 0x8d30}, {0x9621, 0x9621}, {0x9646, 0x9646}, {0x964c, 0x964c}, {0x9678, 0x9678}, {0x96f6, 0x96f6}, {0xf96b, 0xf96b}, {0xf973, 0xf973}, {0xf978, 0xf978}, {0xf9b2, 0xf9b2}, {0xf9d1, 0xf9d1}, {0xf9d3, 0xf9d3}, {0xf9fd, 0xf9fd}, {0x20001, 0x20001}, {0x20064, 0x20064}, {0x200e2, 0x200e2}, {0x20121, 0x20121}, {0x2092a, 0x2092a}, {0x20983, 0x20983}, {0x2098c, 0x2098c}, {0x2099c, 0x2099c}, {0x20aea, 0x20aea}, {0x20afd, 0x20afd}, {0x20b19, 0x20b19}, {0x22390, 0x22390}, {0x22998, 0x22998}, {0x23b1b, 0x23b1b}, {0x2626d, 0x2626d}, {0x2f890, 0x2f890}};
// clang-format on

template <std::size_t N>
std::u32string_view look_up(const Mapping (&table)[N], char32_t c) {
  const auto* row = std::lower_bound(std::begin(table), std::end(table), c,
                                     [](const Mapping& m, char32_t x) { return m.from < x; });
  if (row == std::end(table) || row->from != c) return {};
  return row->to;
}

template <std::size_t N>
bool contains(const Range (&table)[N], char32_t c) {
  const auto* row = std::lower_bound(std::begin(table), std::end(table), c,
                                     [](const Range& r, char32_t x) { return r.last < x; });
  return row != std::end(table) && row->first <= c;
}

}  // namespace

std::u32string_view special_upper(char32_t c) { return look_up(kUpper, c); }
std::u32string_view special_title(char32_t c) { return look_up(kTitle, c); }
bool is_other_digit(char32_t c) { return contains(kOtherDigits, c); }
bool is_other_number(char32_t c) { return contains(kOtherNumbers, c); }

}  // namespace realm::jinja::unicode
