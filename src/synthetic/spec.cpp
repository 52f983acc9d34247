// Names of synthetic models.
#include <algorithm>
#include <cctype>

#include "base/str.hpp"
#include "formats/table.hpp"
#include "synthetic/synthetic.hpp"

namespace realm::synthetic {
namespace {

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](char c) {
    return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  });
  return text;
}

// The type of a format: its own, or the mix whose number general.file_type has for it.
quantization::Type pure_type(const FormatInfo& format) {
  quantization::Type type{.name = format.name, .format = format.format};
  if (const auto* named = quantization::find_type(format.name)) type.file_type = named->file_type;
  return type;
}

std::string type_names() {
  std::string all;
  for (const FormatInfo* f = formats_begin(); f != formats_end(); ++f) {
    if (is_decodable(f->format)) all += str(all.empty() ? "" : ", ", f->name);
  }
  for (const quantization::Type& type : quantization::all_types()) {
    if (find_format(type.name) == nullptr) all += str(", ", type.name);
  }
  return all;
}

}  // namespace

std::string Spec::name() const { return str(shape->name, " ", type.name); }

std::string shape_names() {
  std::string all;
  for (const ModelShape& shape : all_shapes()) all += str(all.empty() ? "" : ", ", shape.name);
  return all;
}

Result<Spec> parse_spec(const std::string& text) {
  const size_t colon = text.find(':');
  const std::string shape = lower(text.substr(0, colon));
  Spec spec;
  spec.shape = find_shape(shape);
  if (spec.shape == nullptr) {
    return Error{Code::kInvalidArgument,
                 str("no shape \"", shape, "\"; there are ", shape_names())};
  }
  const std::string type = colon == std::string::npos ? "" : text.substr(colon + 1);
  const FormatInfo* format = find_format(type);
  if (format != nullptr && is_decodable(format->format)) {
    spec.type = pure_type(*format);
    return spec;
  }
  const quantization::Type* mix = quantization::find_type(type);
  if (mix == nullptr) {
    return Error{Code::kInvalidArgument,
                 str(type.empty() ? "no type: SHAPE:TYPE is wanted" : str("no type \"", type, "\""),
                     "; there are ", type_names())};
  }
  spec.type = *mix;
  spec.pure = false;
  return spec;
}

}  // namespace realm::synthetic
