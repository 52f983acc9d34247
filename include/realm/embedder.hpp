// Embedder: texts to vectors, such that texts of like meaning have like vectors.
//
// For encoders (bert), and for decoders whose file names a pooling or for which the caller names
// one. A text is never cut: one that the model's context does not hold is refused. The bits of an
// embedding depend on its text alone, not on the texts beside it nor on how they are batched.
// One call at a time; several Embedders may share nothing and run at once.
//
//   auto embedder = Embedder::open("all-MiniLM-L6-v2.gguf", {});
//   auto vectors = (*embedder)->embed({{"a text", "another one"}});
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "realm/error.hpp"
#include "realm/model_info.hpp"
#include "realm/tokenizer.hpp"

namespace realm {

/// How a text's token states become its embedding. The value is GGUF's <architecture>.pooling_type.
enum class Pooling : int32_t {
  kNone = 0,  ///< not at all: one vector a token
  kMean = 1,  ///< their mean
  kCls = 2,   ///< the first token's
  kLast = 3,  ///< the last token's
};
std::string_view to_string(Pooling pooling);  ///< "none", "mean", "cls", "last"

struct EmbedderOptions {
  std::string device = "auto";  ///< as EngineOptions has it
  int threads = 0;
  bool pin_threads = true;
  std::string cpu_isa = {};
  bool precise = false;
  std::string blas = {};
  int32_t context_tokens = 0;  ///< longest text; 0: what the model was made for, at most 8192
  int32_t batch_tokens = 512;  ///< computed together; an encoder takes at least a whole text
  std::optional<Pooling> pooling = {};  ///< missing: what the file says
  /// Vectors of length 1 (Euclid), so that their dot product is their cosine. Never with kNone.
  bool normalize = true;
  bool map_weights = false;       ///< as EngineOptions has it
  std::string packed_cache = {};  ///< as EngineOptions has it
  LogSink log = {};
};

struct Embedding {
  std::vector<float> values = {};  ///< dim() numbers; with Pooling::kNone dim() for every token
  int32_t tokens = 0;              ///< of the text, special ones included
};

class Embedder {
 public:
  /// Loads the GGUF file at `path` onto a device. kUnsupported where the file is no encoder, names
  /// no pooling and `options` name none either.
  static Result<std::unique_ptr<Embedder>> open(const std::string& path,
                                                const EmbedderOptions& options);
  ~Embedder();
  Embedder(const Embedder&) = delete;
  Embedder& operator=(const Embedder&) = delete;

  /// One embedding a text, in order. kInvalidArgument when a text has no tokens or more than the
  /// context holds; the message counts texts from 1, and nothing is computed then.
  Result<std::vector<Embedding>> embed(std::span<const std::string> texts);

  int32_t dim() const;
  Pooling pooling() const;
  const ModelInfo& info() const;
  const Tokenizer& tokenizer() const;

 private:
  struct Impl;
  explicit Embedder(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace realm
