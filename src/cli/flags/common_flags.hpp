// Flags that several commands have, and what they mean to the engine.
#pragma once

#include <optional>
#include <string>

#include "cli/command.hpp"
#include "realm/model_info.hpp"

namespace realm::cli {

extern const char* const kModelHelp;

struct DeviceFlags {
  std::optional<std::string> device;
  int threads = 0;
  int decode_threads = 0;
  bool no_pin = false;
  bool map = false;
  std::optional<std::string> packed_cache;
  std::optional<Format> kv;  ///< format of keys and values; absent: the device's own
  bool precise = false;
  std::optional<std::string> blas;  ///< of F32 weights; absent: none

  void declare(Flags& flags);
  /// --kv, of the commands that fill a cache.
  void declare_kv(Flags& flags);
  /// --device, else REALM_DEVICE, else "auto".
  std::string name(const Host& host) const;
  /// --mmap, --packed-cache: for commands that load models.
  void declare_weights(Flags& flags);
  /// The folder that --packed-cache names; "auto", or not given: the usual one.
  std::string packed_folder(const Environment& environment) const;
  /// Device, threads, cache and precision; messages to the console.
  EngineOptions engine_options(const Host& host, bool verbose) const;
};

/// --json.
void declare_json(Flags& flags, bool& json);

/// Longest context that -c takes: 16 Mi tokens, far above what models are made for.
constexpr Range kContextRange{2, 16777216};

}  // namespace realm::cli
