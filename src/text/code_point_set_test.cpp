// Stands here, not in split/, because this folder links utf8proc: an independent Unicode table.
#include "text/split/code_point_set.hpp"

#include <gtest/gtest.h>
#include <utf8proc.h>

#include <array>
#include <string>

namespace realm {
namespace {

TEST(CodePointSet, CategoriesAreUtf8procs) {
  // In the order of utf8proc_category_t; it calls surrogates Cs, which no valid text has.
  constexpr const char* kNames[] = {"Cn", "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd",
                                    "Nl", "No", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Sm",
                                    "Sc", "Sk", "So", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co"};
  size_t newer = 0;
  for (int category = 1; category < 30; ++category) {
    if (category == UTF8PROC_CATEGORY_CS) continue;
    const auto set = CodePointSet::property(kNames[category]);
    ASSERT_TRUE(set) << kNames[category];
    for (int32_t c = 0; c <= 0x10FFFF; ++c) {
      if (c >= 0xD800 && c <= 0xDFFF) continue;
      const auto theirs = utf8proc_category(c);
      const bool ours = set->contains(static_cast<uint32_t>(c));
      if (theirs == UTF8PROC_CATEGORY_CN || c == 0x1171E) {  // assigned since; changed since
        newer += ours;
        continue;
      }
      ASSERT_EQ(ours, theirs == category) << kNames[category] << " " << std::hex << c;
    }
  }
  // Unicode 16 assigns 154,998 characters; utf8proc 2.8 knows 144,697 or 149,186 of them.
  EXPECT_GT(newer, 5000u) << utf8proc_unicode_version();
}

TEST(CodePointSet, GroupsAreUnionsAndSetsHaveAlgebra) {
  CodePointSet letters;
  for (const char* name : {"Lu", "Ll", "Lt", "Lm", "Lo"})
    letters.add(*CodePointSet::property(name));
  EXPECT_EQ(letters, *CodePointSet::property("L"));
  EXPECT_EQ(letters.complement().complement(), letters);
  EXPECT_TRUE(letters.intersection(letters.complement()).ranges().empty());
  EXPECT_EQ(letters.intersection(*CodePointSet::property("Lu")), *CodePointSet::property("Lu"));
  EXPECT_EQ(CodePointSet().complement().ranges().size(), 1u);
  EXPECT_FALSE(CodePointSet::property(""));
  EXPECT_FALSE(CodePointSet::property("Lq"));
  EXPECT_FALSE(CodePointSet::property("Luu"));
  for (const uint32_t c : {0x20u, 0x85u, 0xA0u, 0x3000u}) {
    EXPECT_TRUE(CodePointSet::property("White_Space")->contains(c));
  }
  for (const uint32_t c : {0x180Eu, 0x200Bu, 0xFEFFu}) {
    EXPECT_FALSE(CodePointSet::property("White_Space")->contains(c));
  }
  EXPECT_TRUE(CodePointSet::property("Han")->contains(0x3007));
  EXPECT_FALSE(CodePointSet::property("Han")->contains(0x3042));
}

}  // namespace
}  // namespace realm
