// Synthetic models: a GGUF file of a given shape and type whose weights are random. It is never
// held in memory: its bytes are made as they are read, by all threads that read, and are always the
// same for one seed. For measurements of speed; what such a model writes means nothing.
#pragma once

#include <cstdint>
#include <string>

#include "gguf/gguf.hpp"
#include "quantize/types.hpp"
#include "realm/error.hpp"
#include "synthetic/shapes.hpp"

namespace realm::synthetic {

struct Spec {
  const ModelShape* shape = nullptr;
  quantization::Type type{};
  /// Every matrix has the type's format. False: the mix that `quantize` makes.
  bool pure = true;
  uint64_t seed = 1;

  std::string name() const;  ///< "llama-1b Q4_0"
};

/// "SHAPE:TYPE", in any case. TYPE is a format (then every matrix has it) or one of quantize's
/// mixes that is no format's name. Errors: kInvalidArgument with the shapes or types that there
/// are.
Result<Spec> parse_spec(const std::string& text);
std::string shape_names();  ///< "tiny, smollm2-135m, ..."

struct Model {
  gguf::File file;
  int fallbacks = 0;  ///< matrices whose rows are not whole blocks of what the type wanted
};
Result<Model> make(const Spec& spec);

/// Writes the file's bytes as they are. Errors: those of gguf::Writer; kInvalidArgument where there
/// is something at `path` already.
Result<void> save(const gguf::File& file, const std::string& path, int threads);

}  // namespace realm::synthetic
