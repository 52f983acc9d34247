// check() of every op refuses what no kernel could run, and says which op and which tensor.
#include "ops/check.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "ops/op_list.hpp"

namespace realm {
namespace {

class Bytes final : public Buffer {
 public:
  explicit Bytes(size_t size_bytes) : Bytes(std::vector<std::byte>(size_bytes)) {}

 private:
  explicit Bytes(std::vector<std::byte> bytes)
      : Buffer(nullptr, bytes.data(), bytes.size()), bytes_(std::move(bytes)) {}
  std::vector<std::byte> bytes_;
};

// Ops on exact buffers of their own, so that any larger shape reaches outside.
class CheckTest : public ::testing::Test {
 protected:
  TensorView make(Format format, Shape shape) {
    TensorView view = view_rows(nullptr, format, shape);
    buffers_.push_back(std::make_unique<Bytes>(span_bytes(view)));
    view.buffer = buffers_.back().get();
    return view;
  }
  TensorView floats(Shape shape) { return make(Format::kF32, shape); }

  BatchView batch(int64_t n) {
    return {.positions = make(Format::kI32, Shape{n}),
            .sequences = make(Format::kI32, Shape{n}),
            .block_tables = make(Format::kI32, Shape{2, 3})};
  }
  KvLayer cache() {
    return {.k = make(Format::kF16, Shape{6, 2 * 16 * 8}),
            .v = make(Format::kF16, Shape{6, 2 * 16 * 8}),
            .kv_heads = 2,
            .head_dim = 8,
            .block_tokens = 16};
  }

  void fill(Embed& op) {
    op = {.tokens = make(Format::kI32, Shape{5}),
          .table = make(Format::kQ4_0, Shape{9, 64}),
          .out = floats(Shape{5, 64})};
  }
  void fill(Linear& op) {
    op = {.x = floats(Shape{5, 64}),
          .weight = make(Format::kQ8_0, Shape{7, 64}),
          .bias = floats(Shape{7}),
          .out = floats(Shape{5, 7})};
  }
  void fill(RmsNorm& op) {
    op = {.x = floats(Shape{5, 6}), .weight = floats(Shape{6}), .out = floats(Shape{5, 6})};
  }
  void fill(LayerNorm& op) {
    op = {.x = floats(Shape{5, 6}),
          .weight = floats(Shape{6}),
          .bias = floats(Shape{6}),
          .out = floats(Shape{5, 6})};
  }
  void fill(Softmax& op) { op = {.x = floats(Shape{5, 6}), .out = floats(Shape{5, 6})}; }
  void fill(Silu& op) { op = {.x = floats(Shape{5, 6}), .out = floats(Shape{5, 6})}; }
  void fill(Gelu& op) { op = {.x = floats(Shape{5, 6}), .out = floats(Shape{5, 6})}; }
  void fill(Add& op) {
    op = {.a = floats(Shape{5, 6}), .b = floats(Shape{5, 6}), .out = floats(Shape{5, 6})};
  }
  void fill(Mul& op) {
    op = {.a = floats(Shape{5, 6}), .b = floats(Shape{5, 6}), .out = floats(Shape{5, 6})};
  }
  void fill(ActMul& op) {
    op = {.gate = floats(Shape{5, 6}), .up = floats(Shape{5, 6}), .out = floats(Shape{5, 6})};
  }
  void fill(RopeTable& op) {
    op = {.positions = make(Format::kI32, Shape{5}),
          .inv_freq = floats(Shape{4}),
          .out = floats(Shape{5, 8})};
  }
  void fill(Rope& op) {
    op = {.x = floats(Shape{5, 24}),
          .table = floats(Shape{5, 8}),
          .out = floats(Shape{5, 24}),
          .head_dim = 8};
  }
  void fill(KvWrite& op) {
    op = {
        .k = floats(Shape{5, 16}), .v = floats(Shape{5, 16}), .batch = batch(5), .cache = cache()};
  }
  void fill(Attention& op) {
    op = {.q = floats(Shape{5, 32}),
          .batch = batch(5),
          .lengths = make(Format::kI32, Shape{2}),
          .cache = cache(),
          .out = floats(Shape{5, 32})};
  }
  void fill(NormQkvRope& op) {
    op = {.x = floats(Shape{5, 64}),
          .norm_weight = floats(Shape{64}),
          .q_weight = make(Format::kQ4_1, Shape{32, 64}),
          .q_bias = floats(Shape{32}),
          .k_weight = make(Format::kQ4_1, Shape{16, 64}),
          .k_bias = floats(Shape{16}),
          .v_weight = make(Format::kQ5_1, Shape{16, 64}),
          .v_bias = floats(Shape{16}),
          .q_norm = floats(Shape{8}),
          .k_norm = floats(Shape{8}),
          .rope_table = floats(Shape{5, 8}),
          .batch = batch(5),
          .cache = cache(),
          .q = floats(Shape{5, 32})};
  }
  void fill(LinearAdd& op) {
    op = {.x = floats(Shape{5, 64}),
          .weight = make(Format::kQ8_0, Shape{7, 64}),
          .bias = floats(Shape{7}),
          .residual = floats(Shape{5, 7}),
          .out = floats(Shape{5, 7})};
  }
  void fill(LinearNormAdd& op) {
    op = {.x = floats(Shape{5, 64}),
          .weight = make(Format::kQ8_0, Shape{7, 64}),
          .bias = floats(Shape{7}),
          .norm_weight = floats(Shape{7}),
          .residual = floats(Shape{5, 7}),
          .out = floats(Shape{5, 7})};
  }
  void fill(NormGateUp& op) {
    op = {.x = floats(Shape{5, 64}),
          .norm_weight = floats(Shape{64}),
          .gate_weight = make(Format::kQ8_0, Shape{7, 64}),
          .gate_bias = floats(Shape{7}),
          .up_weight = make(Format::kF16, Shape{7, 64}),
          .up_bias = floats(Shape{7}),
          .out = floats(Shape{5, 7})};
  }
  void fill(NormLinear& op) {
    op = {.x = floats(Shape{5, 64}),
          .rows = make(Format::kI32, Shape{3}),
          .norm_weight = floats(Shape{64}),
          .weight = make(Format::kQ8_0, Shape{7, 64}),
          .bias = floats(Shape{7}),
          .out = floats(Shape{3, 7})};
  }

  // Calls f(name, role, view) for each plain tensor of a valid op; f may spoil the view, the op is
  // then checked and the story handed to judge(name, role, story).
  template <class Op, class Spoil, class Judge>
  void spoil_each(Spoil&& spoil, Judge&& judge) {
    Op op;
    fill(op);
    ASSERT_TRUE(check(op)) << Op::kName << ": " << check(op).error().message;
    int n = 0;
    Op::tensors(op, [&](auto&&... part) { n += sizeof...(part) == 3 ? 1 : 0; });
    for (int i = 0; i < n; ++i) {
      Op spoiled = op;
      std::string name;
      Role role = Role::kInput;
      int at = 0;
      const auto visit = [&](std::string_view tensor, auto&&... rest) {
        if constexpr (sizeof...(rest) == 2) {
          if (at++ != i) return;
          name = tensor;
          spoil_one(spoil, role, rest...);
        }
      };
      Op::tensors(spoiled, visit);
      const auto ok = check(spoiled);
      judge(name, role, ok ? std::string() : ok.error().message);
    }
  }
  template <class Spoil>
  static void spoil_one(Spoil& spoil, Role& role, Role its_role, TensorView& view) {
    role = its_role;
    spoil(its_role, view);
  }

  std::vector<std::unique_ptr<Buffer>> buffers_;
};

bool optional_tensor(const std::string& name) {
  return name == "bias" || name.ends_with("_bias") || name == "rows" || name == "lengths" ||
         name == "q_norm" || name == "k_norm";
}

TEST_F(CheckTest, RefusesAnAbsentTensor) {
  OpList::for_each([&]<class Op>() {
    spoil_each<Op>([](Role, TensorView& view) { view = TensorView{}; },
                   [](const std::string& name, Role, const std::string& story) {
                     if (name == "rows") return;  // then every row is asked for: out is too small
                     if (optional_tensor(name)) {
                       EXPECT_EQ(story, "") << Op::kName;
                       return;
                     }
                     EXPECT_EQ(story.find(Op::kName), 0u) << story;
                     EXPECT_NE(story.find(name + ": absent"), std::string::npos)
                         << Op::kName << " " << name << ": " << story;
                   });
  });
}

TEST_F(CheckTest, RefusesAnotherFormat) {
  OpList::for_each([&]<class Op>() {
    spoil_each<Op>(
        [](Role, TensorView& view) {
          view.format = view.format == Format::kI32 ? Format::kF32 : Format::kI32;
        },
        [](const std::string& name, Role, const std::string& story) {
          EXPECT_NE(story.find(name + ": "), std::string::npos)
              << Op::kName << " " << name << ": " << story;
        });
  });
}

TEST_F(CheckTest, RefusesAnotherShape) {
  OpList::for_each([&]<class Op>() {
    for (const bool more_rows : {false, true}) {
      spoil_each<Op>(
          [&](Role, TensorView& view) {
            const bool flat = view.shape.rank() == 1;
            view.shape =
                flat ? Shape{view.cols() + 1}
                     : Shape{view.rows() + (more_rows ? 1 : 0), view.cols() + (more_rows ? 0 : 1)};
          },
          [](const std::string& name, Role, const std::string& story) {
            EXPECT_NE(story, "") << Op::kName << " " << name;
          });
    }
  });
}

TEST_F(CheckTest, RefusesAViewOutsideItsBuffer) {
  OpList::for_each([&]<class Op>() {
    for (const size_t shift : {size_t{4}, size_t{1} << 40, ~size_t{3}}) {
      spoil_each<Op>([&](Role, TensorView& view) { view.offset_bytes = shift; },
                     [](const std::string& name, Role, const std::string& story) {
                       EXPECT_NE(story.find(name + ": the view reaches outside"), std::string::npos)
                           << Op::kName << " " << name << ": " << story;
                     });
    }
  });
}

TEST_F(CheckTest, RefusesRowsThatOverlapEachOther) {
  OpList::for_each([&]<class Op>() {
    spoil_each<Op>(
        [](Role, TensorView& view) {
          if (view.shape.rank() > 1) view.row_stride_bytes -= sizeof(float);
        },
        [](const std::string& name, Role role, const std::string& story) {
          if (role == Role::kOutput) {
            EXPECT_NE(story.find(name + ": "), std::string::npos)
                << Op::kName << " " << name << ": " << story;
          }
        });
  });
}

TEST_F(CheckTest, RefusesPackedRowsWhereNoWeightIs) {
  OpList::for_each([&]<class Op>() {
    spoil_each<Op>([](Role, TensorView& view) { view.packing = Packing::kDevice; },
                   [](const std::string& name, Role role, const std::string& story) {
                     if (role == Role::kWeight) {
                       EXPECT_EQ(story, "") << Op::kName << " " << name;
                     } else {
                       EXPECT_NE(story.find(name + ": "), std::string::npos)
                           << Op::kName << " " << name << ": " << story;
                     }
                   });
  });
}

// An output that overlaps an input by all but a row or column is never allowed; the same view only
// where the contract says so.
template <class Op>
void expect_in_place(Op op, TensorView Op::*out, TensorView Op::*in, bool same_allowed) {
  op.*out = op.*in;
  const auto same = check(op);
  EXPECT_EQ(same.has_value(), same_allowed) << Op::kName;
  if (!same) {
    EXPECT_NE(same.error().message.find("overlaps"), std::string::npos);
  }
}

template <class Op>
void expect_no_partial(Op op, TensorView Op::*out, TensorView Op::*in, Bytes& shared) {
  const size_t row = (op.*in).row_stride_bytes;
  (op.*in).buffer = &shared;
  (op.*out).buffer = &shared;
  (op.*in).offset_bytes = 0;
  (op.*out).offset_bytes = row;
  const auto partial = check(op);
  ASSERT_FALSE(partial) << Op::kName;
  EXPECT_NE(partial.error().message.find("overlaps"), std::string::npos) << partial.error().message;
  (op.*out).offset_bytes = span_bytes(op.*in);
  EXPECT_TRUE(check(op)) << Op::kName << ": side by side is no overlap";
}

TEST_F(CheckTest, Aliasing) {
  Bytes shared(1 << 16);
  const auto judge = [&]<class Op>(TensorView Op::*out, TensorView Op::*in, bool same_shape,
                                   bool same_allowed) {
    Op op;
    fill(op);
    if (same_shape) expect_in_place(op, out, in, same_allowed);
    expect_no_partial(op, out, in, shared);
  };
  judge(&RmsNorm::out, &RmsNorm::x, true, true);
  judge(&LayerNorm::out, &LayerNorm::x, true, true);
  judge(&Softmax::out, &Softmax::x, true, true);
  judge(&Silu::out, &Silu::x, true, true);
  judge(&Gelu::out, &Gelu::x, true, true);
  judge(&Add::out, &Add::a, true, true);
  judge(&Add::out, &Add::b, true, true);
  judge(&Mul::out, &Mul::a, true, true);
  judge(&Mul::out, &Mul::b, true, true);
  judge(&ActMul::out, &ActMul::gate, true, true);
  judge(&ActMul::out, &ActMul::up, true, true);
  judge(&Rope::out, &Rope::x, true, true);
  judge(&LinearAdd::out, &LinearAdd::residual, true, true);
  judge(&LinearAdd::out, &LinearAdd::x, false, false);
  judge(&LinearNormAdd::out, &LinearNormAdd::residual, true, true);
  judge(&LinearNormAdd::out, &LinearNormAdd::x, false, false);
  judge(&Linear::out, &Linear::x, false, false);
  judge(&NormLinear::out, &NormLinear::x, false, false);
  judge(&NormGateUp::out, &NormGateUp::x, false, false);
  judge(&NormQkvRope::q, &NormQkvRope::x, false, false);
  judge(&Attention::out, &Attention::q, true, false);
}

TEST_F(CheckTest, RefusesWrongNumbers) {
  Attention attention;
  fill(attention);
  attention.window = -1;
  EXPECT_FALSE(check(attention));
  fill(attention);
  attention.softcap = -1;
  EXPECT_FALSE(check(attention));
  fill(attention);
  attention.cache.kv_heads = 0;
  EXPECT_FALSE(check(attention));
  fill(attention);
  attention.cache.head_dim = 7;
  EXPECT_FALSE(check(attention));
  fill(attention);
  attention.cache.k.format = Format::kQ4_1;
  EXPECT_FALSE(check(attention));
  fill(attention);  // heads of 8 are no whole blocks
  attention.cache.k.format = attention.cache.v.format = Format::kQ8_0;
  EXPECT_NE(check(attention).error().message.find("heads of 8 elements are not whole blocks of 32"),
            std::string::npos);
  fill(attention);
  attention.cache.v.format = Format::kF32;
  EXPECT_FALSE(check(attention));

  NormLinear norm_linear;
  fill(norm_linear);
  norm_linear.softcap = -1;
  EXPECT_FALSE(check(norm_linear));

  fill(attention);
  attention.lengths = make(Format::kI32, Shape{3});  // of two sequences
  EXPECT_FALSE(check(attention));

  Softmax softmax;
  fill(softmax);
  softmax.scale = 0;
  EXPECT_FALSE(check(softmax));

  Rope rope;
  fill(rope);
  rope.head_dim = 0;
  EXPECT_FALSE(check(rope));
  fill(rope);
  rope.head_dim = 5;  // not whole heads
  EXPECT_FALSE(check(rope));
  fill(rope);
  rope.head_dim = 6;  // fewer than the table turns
  EXPECT_FALSE(check(rope));

  Linear linear;
  fill(linear);
  linear.x = floats(Shape{5, 48});
  linear.weight.shape = Shape{7, 48};  // one block and a half
  const auto ok = check(linear);
  ASSERT_FALSE(ok);
  EXPECT_NE(ok.error().message.find("blocks"), std::string::npos) << ok.error().message;
}

}  // namespace
}  // namespace realm
