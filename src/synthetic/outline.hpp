// What a synthetic model's file says before its data: metadata, with a vocabulary that is no
// language's, and the list of tensors.
#pragma once

#include <string>
#include <vector>

#include "gguf/metadata.hpp"
#include "realm/format.hpp"
#include "synthetic/shapes.hpp"
#include "tensor/shape.hpp"

namespace realm::synthetic {

/// Of the shape; the keys that tell of formats are the caller's. `model_name` is general.name.
gguf::Metadata metadata_of(const ModelShape& shape, const std::string& model_name);

struct TensorOutline {
  std::string name;
  Shape shape;
};
/// In the order of the file.
std::vector<TensorOutline> tensors_of(const ModelShape& shape);

}  // namespace realm::synthetic
