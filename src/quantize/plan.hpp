// Plan: what becomes of every tensor of a file, before anything is read of them.
#pragma once

#include "gguf/gguf.hpp"
#include "quantize/types.hpp"
#include "realm/quantize.hpp"

namespace realm::quantization {

/// Fills all of a report that is known beforehand; report.tensors[i] is of file.tensors()[i].
Result<QuantizeReport> plan(const gguf::File& file, const Type& type, bool pure);

/// Whether `format` stores codes: what such a tensor lost is lost.
bool is_quantized(Format format);

}  // namespace realm::quantization
