#include "quantize/plan.hpp"

#include <utility>

#include "quantize/mix.hpp"

namespace realm::quantization {
namespace {

QuantizedTensor unchanged(const gguf::TensorInfo& tensor) {
  QuantizedTensor out;
  out.name = tensor.name;
  for (int i = 0; i < tensor.shape.rank(); ++i) out.shape.push_back(tensor.shape[i]);
  out.from = out.to = tensor.format;
  out.bytes_before = out.bytes_after = tensor.size_bytes;
  return out;
}

}  // namespace

bool is_quantized(Format format) { return info(format).block_elems > 1; }

Result<QuantizeReport> plan(const gguf::File& file, const Type& type, bool pure) {
  REALM_ASSIGN(Facts facts, facts_of(file));
  const std::string architecture = facts.architecture;
  Mix mix(type, pure, std::move(facts));
  QuantizeReport report;
  report.type = type.name;
  report.tensors.resize(file.tensors().size());
  for (const size_t i : layer_order(file)) {
    const gguf::TensorInfo& tensor = file.tensors()[i];
    QuantizedTensor out = unchanged(tensor);
    out.kept = why_kept(tensor, architecture, pure);
    if (out.kept.empty()) {
      const Choice choice = mix.choose(tensor);
      out.to = choice.format;
      out.fallback_from = choice.fallback_from;
      // Whole blocks, and no larger than eight bytes for each bit of the input: no overflow.
      out.bytes_after = *row_bytes(choice.format, static_cast<uint64_t>(tensor.shape.cols())) *
                        static_cast<uint64_t>(tensor.shape.rows());
    }
    report.elements += static_cast<uint64_t>(tensor.shape.elems());
    report.bytes_before += out.bytes_before;
    report.bytes_after += out.bytes_after;
    if (out.fallback_from) ++report.fallbacks;
    if (is_quantized(out.from) && is_quantized(out.to) && out.from != out.to) ++report.requantized;
    report.tensors[i] = std::move(out);
  }
  return report;
}

}  // namespace realm::quantization
