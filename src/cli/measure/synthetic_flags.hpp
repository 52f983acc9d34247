// The flags that ask for a synthetic model instead of a file.
#pragma once

#include <optional>
#include <string>

#include "cli/command.hpp"
#include "synthetic/synthetic.hpp"

namespace realm::cli {

class SyntheticFlags {
 public:
  void declare(Flags& flags);
  bool given() const { return spec_.has_value(); }
  bool saves() const { return save_.has_value(); }
  /// Whether the flags go together, and with a model that is named or not.
  Result<void> check(bool has_model) const;
  /// The model; it is also written where that is asked for. Says what it is on standard error.
  Result<synthetic::Model> make(Host& host, int threads) const;

 private:
  std::optional<std::string> spec_, save_;
  std::optional<uint64_t> seed_;
};

}  // namespace realm::cli
