// Small random decoders for tests, written to GGUF by our own writer.
//
// The vocabulary is SentencePiece of bytes: <unk>, <s>, </s>, the 256 bytes and a space, so that
// every text has ids.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "gguf/value.hpp"
#include "realm/error.hpp"
#include "realm/format.hpp"
#include "tensor/shape.hpp"

namespace realm::tiny {

inline constexpr int32_t kVocabSize = 260;

struct Spec {
  uint64_t seed = 1;
  std::string architecture = "llama";
  int32_t layers = 2;
  int32_t dim = 64;
  int32_t ff_dim = 96;
  int32_t heads = 4;
  int32_t kv_heads = 2;
  int32_t head_dim = 16;
  int32_t rope_dims = 16;
  int32_t context = 256;
  int32_t window = 0;
  float rope_base = 10000.0f;
  float norm_eps = 1e-5f;
  Format format = Format::kF32;  ///< of every matrix
  bool tied = true;              ///< no output.weight
  bool biases = false;
  bool rope_divisors = false;  ///< a rope_freqs.weight
  /// rope.scaling.*: type and numbers, written as they are.
  std::string scaling;
  std::map<std::string, float> scaling_numbers;
  int32_t original_context = 0;
  std::string chat_template;

  // For files that are wrong on purpose.
  std::map<std::string, gguf::Value> override_keys;  ///< whole names
  std::vector<std::string> drop_keys;
  std::function<bool(std::string& name, Shape& shape)> edit_tensor;  ///< false: left out
};

/// A tensor as the file has it: what its bytes decode to.
struct Matrix {
  Shape shape;
  std::vector<float> values;
  double at(int64_t r, int64_t c) const {
    return values[static_cast<size_t>(r * shape.cols() + c)];
  }
};

struct Model {
  Spec spec;
  std::map<std::string, Matrix> tensors;
};

/// Writes the model to `path` and returns its numbers.
Result<Model> write(const std::string& path, const Spec& spec);

/// Logits [tokens.size()][kVocabSize] of one sequence, in plain double loops over whole matrices:
/// nothing of Realm's ops, caches or configuration.
std::vector<std::vector<double>> plain_logits(const Model& model,
                                              const std::vector<int32_t>& tokens);

}  // namespace realm::tiny
