// Runs the cases of one op on a device and judges them. A case is executed
//   - eagerly, with packed weights and (where the device takes them) with plain rows,
//   - from a recorded plan, replayed with the same and with other contents,
//   - row by row and in two parts: the bits of a row must not depend on its neighbours,
//   - on devices with other numbers of threads: the bits must not depend on them.
// Every execution starts from poisoned outputs and ends with a look at every byte that the op had
// no business to write.
#pragma once

#include <utility>

#include "base/str.hpp"
#include "image.hpp"
#include "report.hpp"
#include "run_op.hpp"

namespace realm::conformance {

/// Rows [first, first + count) of an op: every op is defined row by row.
template <class Op>
Op rows_of(Op op, int64_t first, int64_t count) {
  bool gathers = false;  // x is then addressed by `rows`
  if constexpr (requires { op.rows; }) gathers = static_cast<bool>(op.rows);
  walk(
      op,
      [&](std::string_view name, Role role, TensorView& view) {
        if (!view || role == Role::kWeight || (gathers && name == "x")) return;
        if (name == "lengths") return;  // one a sequence, not one a row
        if (view.format == Format::kI32 && view.shape.rank() == 1) {
          view.offset_bytes += static_cast<size_t>(first) * sizeof(int32_t);
          view.shape = Shape{count};
        } else if (view.format == Format::kF32 && view.shape.rank() == 2) {
          view = view.slice_rows(first, count);
        }
      },
      [](std::string_view, KvLayer&) {});
  return op;
}

/// Number of rows of an op.
template <class Op>
int64_t n_rows(const Op& op) {
  if constexpr (requires { op.k.format; }) return op.k.rows();  // kv_write
  return output_of(op).rows();
}

template <class Op>
class CaseRunner {
 public:
  CaseRunner(Case<Op>& c, Arena& arena, uint64_t seed, OpReport& report)
      : case_(c), arena_(arena), report_(report), format_(format_of(c.op)) {
    where_ = str(Op::kName, " [", c.label, "] seed ", seed);
    walk(
        c.op,
        [&](std::string_view, Role role, const TensorView& view) {
          if (role == Role::kWeight) weights_.push_back(view);
        },
        [&](std::string_view, const KvLayer& cache) { cache_ = cache; });
  }

  void run(const std::vector<Device*>& devices, size_t index) {
    if (auto ok = check(case_.op); !ok) {
      return report_.fail(str(where_, ": check() refuses the case: ", ok.error().message));
    }
    ++report_.cases;
    index_ = index;
    if (auto ok = on_devices(devices); !ok) {
      report_.fail(str(where_, ": ", ok.error().message));
    }
  }

 private:
  Result<void> on_devices(const std::vector<Device*>& devices) {
    Device& device = *devices.front();
    std::vector<Expectation> expected;
    expect_all(device.info(), expected);

    REALM_ASSIGN(const auto stream, device.stream());
    REALM_ASSIGN(const auto image, Image::make(device, *stream, arena_, index_ % 2 == 1));
    REALM_TRY(pack(device, *image));
    const Op packed = image->here(case_.op, true);

    const auto eager = [&] { stream->run(packed); };
    REALM_ASSIGN(const Outputs whole, execute("eager", *stream, *image, eager));
    judge_all(whole, expected, "eager");

    if (!weights_.empty()) REALM_TRY(plain_rows(*stream, *image, expected));
    REALM_TRY(in_parts(*stream, *image, packed, whole, expected));
    for (size_t d = 1; d < devices.size(); ++d) REALM_TRY(elsewhere(*devices[d], whole, expected));
    return replays(*stream, *image, packed, expected);
  }

  Result<void> pack(Device& device, Image& image) {
    for (const TensorView& weight : weights_) {
      if (auto ok = device.supports_weight(weight.format); !ok) return std::move(ok).error();
      const bool embeds = Op::kName == "embed";
      WeightUse use = embeds ? WeightUse::kEmbedding : WeightUse::kLinear;
      if (index_ % 3 == 2) use = WeightUse::kBoth;
      REALM_TRY(image.pack(weight, use));
    }
    return {};
  }

  Result<void> plain_rows(Stream& stream, Image& image, const std::vector<Expectation>& expected) {
    const Op op = image.here(case_.op, false);
    auto outputs = execute("plain rows", stream, image, [&] { stream.run(op); });
    if (!outputs && outputs.error().code == Code::kUnsupported) {
      ++report_.unsupported["weights as plain rows"];
      return {};
    }
    if (!outputs) return std::move(outputs).error();
    judge_all(*outputs, expected, "plain rows");
    return {};
  }

  Result<void> in_parts(Stream& stream, Image& image, const Op& op, const Outputs& whole,
                        const std::vector<Expectation>& expected) {
    const int64_t rows = n_rows(op);
    if (rows < 2) return {};
    const auto one_by_one = [&] {
      for (int64_t r = 0; r < rows; ++r) stream.run(rows_of(op, r, 1));
    };
    REALM_ASSIGN(const Outputs alone, execute("row by row", stream, image, one_by_one));
    same(stream.device(), alone, whole, expected, "row by row");
    const int64_t split = 1 + static_cast<int64_t>(index_) % (rows - 1);
    const auto halves = [&] {
      stream.run(rows_of(op, 0, split));
      stream.run(rows_of(op, split, rows - split));
    };
    REALM_ASSIGN(const Outputs two, execute("in two parts", stream, image, halves));
    same(stream.device(), two, whole, expected, str("in two parts at ", split));
    return {};
  }

  Result<void> elsewhere(Device& device, const Outputs& whole,
                         const std::vector<Expectation>& expected) {
    REALM_ASSIGN(const auto stream, device.stream());
    REALM_ASSIGN(const auto image, Image::make(device, *stream, arena_, false));
    REALM_TRY(pack(device, *image));
    const Op op = image->here(case_.op, true);
    REALM_ASSIGN(const Outputs other,
                 execute("other threads", *stream, *image, [&] { stream->run(op); }));
    same(device, other, whole, expected, str("on ", device.info().description));
    return {};
  }

  Result<void> replays(Stream& stream, Image& image, const Op& op,
                       std::vector<Expectation>& expected) {
    stream.begin_plan();
    stream.run(op);
    REALM_ASSIGN(const auto plan, stream.end_plan());
    const auto replay = [&] { stream.replay(*plan); };
    REALM_ASSIGN(const Outputs first, execute("replayed", stream, image, replay));
    judge_all(first, expected, "replayed");
    if (!case_.refill) return {};
    case_.refill();
    expect_all(stream.device().info(), expected);
    REALM_ASSIGN(const Outputs second, execute("replayed anew", stream, image, replay));
    judge_all(second, expected, "replayed with other contents");
    return {};
  }

  // Contents up, cache filled, `step`, reading attentions, everything back.
  template <class Step>
  Result<Outputs> execute(const char* what, Stream& stream, Image& image, Step&& step) {
    ++report_.sessions;
    image.upload();
    Writable writable(arena_);
    for (const KvWrite& op : case_.before) {
      stream.run(image.here(op, true));
      writable.allow_pages(op.cache, op.batch);
    }
    step();
    Outputs out;
    for (const TensorView& view : output_views()) {
      writable.allow(view);
      out.views.push_back(view);
    }
    if constexpr (requires { case_.op.batch; }) {
      // Attention only reads pages; the others may write those of their rows.
      if (Op::kName != "attention") writable.allow_pages(cache_, case_.op.batch);
    }
    for (const Attention& op : case_.after) stream.run(image.here(op, true));
    const auto told = [&](Error error) { return std::move(error).in(what); };
    if (auto ok = image.fetch(); !ok) return told(std::move(ok).error());
    if (auto ok = image.check_untouched(writable); !ok) return told(std::move(ok).error());
    for (const TensorView& view : out.views) out.values.push_back(image.values(view));
    return out;
  }

  std::vector<TensorView> output_views() const {
    std::vector<TensorView> views;
    if (const TensorView out = output_of(case_.op)) views.push_back(out);
    for (const Attention& op : case_.after) views.push_back(op.out);
    return views;
  }

  // The same bits; from a device that does not promise them, something within the bounds.
  void same(Device& device, const Outputs& found, const Outputs& whole,
            const std::vector<Expectation>& expected, const std::string& what) {
    if (device.info().same_bits) return same_bits(found, whole, where_ + " " + what, report_);
    judge_all(found, expected, what.c_str());
  }

  void judge_all(const Outputs& found, const std::vector<Expectation>& expected, const char* what) {
    for (const Expectation& e : expected) judge(found, e, format_, str(where_, " ", what), report_);
  }

  // The judgements that a device faces. A float reference judges all; where
  // blocks were multiplied with rounded activations, the same-rounding reference judges too.
  void expect_all(const DeviceInfo& info, std::vector<Expectation>& expected) {
    const Activations activations = info.activations;
    expected.clear();
    expected.push_back(expect({activations, Activations::kFloat, info.attention}));
    if (activations != Activations::kFloat && !weights_.empty() && Op::kName != "embed") {
      expected.push_back(expect({activations, activations, info.attention}));
    }
  }

  // Runs the references in the arena itself and puts its contents back.
  Expectation expect(Judgement judgement) {
    if (weights_.empty()) judgement.device = Activations::kFloat;
    Expectation out{.judgement = judgement, .values = {}, .bounds = {}};
    const auto contents = arena_.snapshot();
    CacheBounds cache;
    for (const KvWrite& op : case_.before) reference(op, judgement.reference);
    const auto bounds = error_bounds(case_.op, judgement, cache);
    reference(case_.op, judgement.reference);
    if (const TensorView view = output_of(case_.op)) add(out, view, bounds);
    for (const Attention& op : case_.after) {
      const auto read_bounds = error_bounds(op, judgement, cache);
      reference(op, judgement.reference);
      add(out, op.out, read_bounds);
    }
    arena_.restore(contents);
    return out;
  }

  static void add(Expectation& out, const TensorView& view, const std::vector<double>& bounds) {
    std::vector<float> values;
    for (int64_t r = 0; r < view.rows(); ++r) {
      values.insert(values.end(), view.row<float>(r), view.row<float>(r) + view.cols());
    }
    out.values.push_back(std::move(values));
    out.bounds.push_back(bounds);
  }

  Case<Op>& case_;
  Arena& arena_;
  OpReport& report_;
  Format format_;
  std::string where_;
  std::vector<TensorView> weights_;
  KvLayer cache_;
  size_t index_ = 0;
};

template <class Op>
OpReport run_op(const std::vector<Device*>& devices, const CaseOptions& options) {
  OpReport report;
  report.op = Op::kName;
  if (devices.front()->kernels().template at<Op>() == nullptr) {
    report.skipped = str("device ", devices.front()->info().name, " has no kernel for it");
    return report;
  }
  size_t index = 0;
  cases(static_cast<const Op*>(nullptr), options, [&](Case<Op>& c, Arena& arena) {
    CaseRunner<Op>(c, arena, options.seed, report).run(devices, index++);
  });
  return report;
}

}  // namespace realm::conformance
