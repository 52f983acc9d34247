#include "cli/opbench/op_bench.hpp"

#include <algorithm>
#include <numeric>

#include "base/str.hpp"
#include "cli/opbench/workbench.hpp"
#include "formats/table.hpp"

namespace realm::cli {
namespace {

constexpr int64_t kDim = 2048, kFf = 8192, kVocab = 32000;
constexpr int32_t kHeads = 32, kKvHeads = 8, kHeadDim = 64, kPage = 64, kDepth = 1024;
// Weights come from memory, as they do in a model: as many of them as no cache holds.
constexpr uint64_t kRotated = uint64_t{96} << 20;

double as_double(int64_t n) { return static_cast<double>(n); }

class OpBench {
 public:
  OpBench(Workbench bench, const OpBenchOptions& options,
          const std::function<void(const std::string&)>& progress)
      : bench_(std::move(bench)), options_(options), progress_(progress) {}

  Result<std::vector<OpSpeed>> run() {
    for (const Format format : options_.weights) {
      if (has<Linear>()) REALM_TRY(linear(format));
      if (has<Embed>()) REALM_TRY(embed(format));
    }
    for (const Format format : options_.caches) {
      if (has<Attention>() && has<KvWrite>()) REALM_TRY(attention(format));
    }
    for (const int32_t m : options_.batches) REALM_TRY(rows(m));
    return std::move(rows_);
  }

 private:
  template <class Op>
  bool has() const {
    return bench_.device().kernels().at<Op>() != nullptr;
  }

  // Measures row.op; `ops` differ in their memory.
  template <class Op>
  Result<void> measure(OpSpeed row, const std::vector<Op>& ops) {
    progress_(str(Op::kName, " ", row.format, ", ", row.batch));
    row.op = Op::kName;
    auto seconds = bench_.seconds(ops.size(), [&](size_t i) { bench_.stream().run(ops[i]); });
    if (!seconds) return std::move(seconds).error().in(str(Op::kName, " ", row.format));
    row.seconds = *seconds;
    rows_.push_back(std::move(row));
    return {};
  }

  Result<void> linear(Format format) {
    const uint64_t bytes = *row_bytes(format, kDim) * kDim;
    std::vector<Linear> ops(static_cast<size_t>((kRotated + bytes - 1) / bytes));
    for (Linear& op : ops) {
      REALM_ASSIGN(op.weight, bench_.weight(format, kDim, kDim, WeightUse::kLinear));
    }
    const bool integers =
        info(format).block_elems > 1 && bench_.device().info().activations != Activations::kFloat;
    for (const int32_t m : options_.batches) {
      REALM_ASSIGN(const TensorView x, bench_.floats(m, kDim));
      REALM_ASSIGN(const TensorView out, bench_.floats(m, kDim));
      for (Linear& op : ops) op.x = x, op.out = out;
      REALM_TRY(measure({.op = {},
                         .format = std::string(info(format).name),
                         .batch = m,
                         .macs = as_double(m * kDim * kDim),
                         .bytes = static_cast<double>(bytes) + as_double(2 * m * kDim * 4),
                         .integers = integers},
                        ops));
    }
    bench_.clear();
    return {};
  }

  Result<void> embed(Format format) {
    Embed op;
    REALM_ASSIGN(op.table, bench_.weight(format, kVocab, kDim, WeightUse::kEmbedding));
    for (const int32_t m : options_.batches) {
      std::vector<int32_t> tokens(static_cast<size_t>(m));
      for (size_t i = 0; i < tokens.size(); ++i) {
        tokens[i] = static_cast<int32_t>(i * 7919 % static_cast<size_t>(kVocab));
      }
      REALM_ASSIGN(op.tokens, bench_.ids(1, m, tokens));
      REALM_ASSIGN(op.out, bench_.floats(m, kDim));
      const double row = static_cast<double>(*row_bytes(format, kDim)) + as_double(kDim * 4);
      REALM_TRY(measure<Embed>(
          {.op = {}, .format = std::string(info(format).name), .batch = m, .bytes = m * row},
          {op}));
    }
    bench_.clear();
    return {};
  }

  // Up to 32 rows are one token each of as many sequences, more are one sequence's next tokens;
  // every one behind kDepth others.
  Result<void> attention(Format format) {
    for (const int32_t m : options_.batches) {
      const bool prompt = m > 32;
      const int32_t sequences = prompt ? 1 : m, each = prompt ? m : 1;
      const int32_t blocks = (kDepth + each + kPage - 1) / kPage;
      KvLayer cache{
          .k = {}, .v = {}, .kv_heads = kKvHeads, .head_dim = kHeadDim, .block_tokens = kPage};
      const int64_t page = int64_t{kKvHeads} * kPage * kHeadDim;
      REALM_ASSIGN(cache.k, bench_.memory(format, int64_t{sequences} * blocks, page));
      REALM_ASSIGN(cache.v, bench_.memory(format, int64_t{sequences} * blocks, page));
      std::vector<int32_t> table(static_cast<size_t>(sequences * blocks));
      std::iota(table.begin(), table.end(), 0);
      REALM_ASSIGN(TensorView tables, bench_.ids(sequences, blocks, table));
      tables.shape = Shape{sequences, blocks};
      for (int32_t s = 0; s < sequences; ++s) {
        REALM_ASSIGN(const BatchView before, rows_at(0, kDepth, s, 1, tables));
        REALM_ASSIGN(const KvWrite write, write_of(before, kDepth, cache));
        bench_.stream().run(write);
        REALM_TRY(bench_.stream().sync());
      }
      REALM_ASSIGN(const BatchView batch, rows_at(kDepth, each, 0, sequences, tables));
      REALM_ASSIGN(const KvWrite write, write_of(batch, m, cache));
      const std::string name(info(format).name);
      const double token = static_cast<double>(*row_bytes(format, kKvHeads * kHeadDim));
      REALM_TRY(measure<KvWrite>({.op = {},
                                  .format = name,
                                  .batch = m,
                                  .bytes = 2.0 * m * (token + kKvHeads * kHeadDim * 4)},
                                 {write}));
      Attention op{.q = {}, .batch = batch, .cache = cache, .out = {}, .scale = 0.125f};
      REALM_ASSIGN(op.q, bench_.floats(m, kHeads * kHeadDim));
      REALM_ASSIGN(op.out, bench_.floats(m, kHeads * kHeadDim));
      const double seen = prompt ? m * (kDepth + (m + 1) / 2.0) : m * (kDepth + 1.0);
      REALM_TRY(measure<Attention>(
          {.op = {},
           .format = name,
           .batch = m,
           .macs = 2 * seen * kHeads * kHeadDim,
           .bytes = 2 * token * sequences * (kDepth + each) + 2.0 * m * kHeads * kHeadDim * 4},
          {op}));
      bench_.clear();
    }
    return {};
  }

  // `each` rows from position `first` of `sequences` sequences.
  Result<BatchView> rows_at(int32_t first, int32_t each, int32_t sequence, int32_t sequences,
                            const TensorView& tables) {
    std::vector<int32_t> positions, of;
    for (int32_t s = sequence; s < sequence + sequences; ++s) {
      for (int32_t i = 0; i < each; ++i) {
        positions.push_back(first + i);
        of.push_back(s);
      }
    }
    const auto n = static_cast<int64_t>(positions.size());
    BatchView batch{.positions = {}, .sequences = {}, .block_tables = tables};
    REALM_ASSIGN(batch.positions, bench_.ids(1, n, positions));
    REALM_ASSIGN(batch.sequences, bench_.ids(1, n, of));
    return batch;
  }

  Result<KvWrite> write_of(const BatchView& batch, int64_t rows, const KvLayer& cache) {
    KvWrite write{.k = {}, .v = {}, .batch = batch, .cache = cache};
    REALM_ASSIGN(write.k, bench_.floats(rows, kKvHeads * kHeadDim));
    REALM_ASSIGN(write.v, bench_.floats(rows, kKvHeads * kHeadDim));
    return write;
  }

  // Ops of rows of floats. What a layer has just written lies in a cache, here as in a model.
  Result<void> rows(int32_t m) {
    REALM_ASSIGN(const TensorView a, bench_.floats(m, kDim));
    REALM_ASSIGN(const TensorView b, bench_.floats(m, kDim));
    REALM_ASSIGN(const TensorView out, bench_.floats(m, kDim));
    REALM_ASSIGN(TensorView weight, bench_.floats(1, kDim));
    weight.shape = Shape{kDim};
    REALM_ASSIGN(const TensorView gate, bench_.floats(m, kFf));
    REALM_ASSIGN(const TensorView up, bench_.floats(m, kFf));
    REALM_ASSIGN(const TensorView inner, bench_.floats(m, kFf));
    const auto row = [&](int64_t floats) {
      return OpSpeed{.op = {}, .format = "F32", .batch = m, .bytes = as_double(m * floats * 4)};
    };
    if (has<RmsNorm>()) {
      REALM_TRY(measure<RmsNorm>(row(2 * kDim), {{.x = a, .weight = weight, .out = out}}));
    }
    if (has<Softmax>()) REALM_TRY(measure<Softmax>(row(2 * kDim), {{.x = a, .out = out}}));
    if (has<Add>()) REALM_TRY(measure<Add>(row(3 * kDim), {{.a = a, .b = b, .out = out}}));
    if (has<ActMul>()) {
      REALM_TRY(measure<ActMul>(row(3 * kFf), {{.gate = gate, .up = up, .out = inner}}));
    }
    bench_.clear();
    return {};
  }

  Workbench bench_;
  const OpBenchOptions& options_;
  const std::function<void(const std::string&)>& progress_;
  std::vector<OpSpeed> rows_;
};

}  // namespace

std::optional<double> OpSpeed::read_percent(const std::optional<Ceilings>& ceilings) const {
  if (!ceilings) return std::nullopt;
  return 100 * bytes / seconds / ceilings->read_bytes_per_second;
}

std::optional<double> OpSpeed::multiply_percent(const std::optional<Ceilings>& ceilings) const {
  if (!ceilings || macs == 0) return std::nullopt;
  const double most = integers ? ceilings->int8_macs_per_second : ceilings->float_macs_per_second;
  return 100 * macs / seconds / most;
}

Result<std::vector<OpSpeed>> bench_ops(Device& device, const OpBenchOptions& options,
                                       const std::function<void(const std::string&)>& progress) {
  OpBenchOptions wanted = options;
  if (wanted.weights.empty()) {
    for (const FormatInfo* f = formats_begin(); f != formats_end(); ++f) {
      if (is_decodable(f->format) && device.supports_weight(f->format)) {
        wanted.weights.push_back(f->format);
      }
    }
  }
  if (wanted.caches.empty()) {
    wanted.caches = {Format::kF32, Format::kF16, Format::kBF16, Format::kQ8_0, Format::kQ4_0};
  }
  REALM_ASSIGN(Workbench bench, Workbench::create(device, options.repetitions));
  return OpBench(std::move(bench), wanted, progress).run();
}

Sheet op_sheet(const std::vector<OpSpeed>& rows, const std::optional<Ceilings>& ceilings) {
  Sheet sheet({{.key = "op", .title = ""},
               {.key = "format", .title = "format"},
               {.key = "batch", .title = "rows"},
               {.key = "microseconds", .title = "us", .digits = 1},
               {.key = "gmacs_per_second", .title = "GMAC/s", .digits = 1},
               {.key = "gbytes_per_second", .title = "GB/s", .digits = 1},
               {.key = "read_percent", .title = "of reading", .digits = 1, .unit = " %"},
               {.key = "multiply_percent", .title = "of multiplying", .digits = 1, .unit = " %"}});
  const auto cell = [](std::optional<double> v) { return v ? Sheet::Cell(*v) : Sheet::Cell(); };
  for (const OpSpeed& row : rows) {
    sheet.row({row.op, row.format, int64_t{row.batch}, row.seconds * 1e6,
               row.macs > 0 ? Sheet::Cell(row.macs / row.seconds / 1e9) : Sheet::Cell(),
               row.bytes / row.seconds / 1e9, cell(row.read_percent(ceilings)),
               cell(row.multiply_percent(ceilings))});
  }
  return sheet;
}

}  // namespace realm::cli
