#include "model/load/key_reader.hpp"

#include "base/str.hpp"

namespace realm {

std::string KeyReader::key(std::string_view name) const { return str(architecture_, ".", name); }

void KeyReader::keep(Error error) {
  if (!error_) error_ = std::move(error);
}

void KeyReader::require(bool ok, std::string_view name, const std::string& story, Code code) {
  if (!ok) keep({code, str("key ", key(name), ": ", story)});
}

Result<void> KeyReader::finish() const {
  if (error_) return *error_;
  return {};
}

int32_t KeyReader::integer(std::string_view name, int32_t least, int32_t most) {
  // Wider than the range, so that an absurd number is told as it stands.
  const auto found = metadata_.get<int64_t>(key(name));
  if (!found) {
    keep(found.error());
    return 1;
  }
  if (*found < least || *found > most) {
    require(false, name, str(*found, " is outside ", least, " ... ", most));
    return 1;
  }
  return static_cast<int32_t>(*found);
}

int32_t KeyReader::integer_or(std::string_view name, int32_t fallback, int32_t least,
                              int32_t most) {
  return has(name) ? integer(name, least, most) : fallback;
}

double KeyReader::number(std::string_view name, double least, double most) {
  const auto found = metadata_.get<double>(key(name));
  if (!found) {
    keep(found.error());
    return 1;
  }
  // Written so that NaN is outside.
  if (!(*found >= least && *found <= most)) {
    require(false, name, str(*found, " is outside ", least, " ... ", most));
    return 1;
  }
  return *found;
}

double KeyReader::number_or(std::string_view name, double fallback, double least, double most) {
  return has(name) ? number(name, least, most) : fallback;
}

std::string KeyReader::text_or(std::string_view name, const std::string& fallback) {
  auto found = metadata_.get_or<std::string>(key(name), fallback);
  if (found) return *std::move(found);
  keep(std::move(found).error());
  return fallback;
}

bool KeyReader::flag_or(std::string_view name, bool fallback) {
  const auto found = metadata_.get_or<bool>(key(name), fallback);
  if (found) return *found;
  keep(found.error());
  return fallback;
}

std::vector<bool> KeyReader::flags_or_empty(std::string_view name) {
  const gguf::Value* value = metadata_.find(key(name));
  if (value == nullptr || value->type() != gguf::ValueType::kArray) return {};
  auto found = metadata_.get<std::vector<bool>>(key(name));
  if (found) return *std::move(found);
  keep(found.error());
  return {};
}

}  // namespace realm
