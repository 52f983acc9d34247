#include "cli/flags/common_flags.hpp"

namespace realm::cli {

const char* const kModelHelp = "path of a GGUF file, or the name of one in the model folder";

void DeviceFlags::declare(Flags& flags) {
  flags.text("--device", "NAME", device,
             "where to compute: auto, cpu, reference, cuda, webgpu or metal, with :N for the Nth; "
             "realm devices lists them (default: REALM_DEVICE, else auto)");
  flags.whole("-t,--threads", "N", threads, {0, 1024},
              "processor threads (default 0: one per core that this process may use)");
  flags.toggle("--precise", precise,
               "compute as exactly as in float: activations of 16 bits instead of 8, keys and "
               "values in f32; slower");
}

void DeviceFlags::declare_kv(Flags& flags) {
  flags.choice<Format>("--kv", "FORMAT", kv,
                       {{"f32", Format::kF32}, {"f16", Format::kF16}, {"bf16", Format::kBF16}},
                       "how keys and values are kept: f32, f16 or bf16 (default: the device's own, "
                       "f16 on most, f32 with --precise)");
}

std::string DeviceFlags::name(const Host& host) const {
  return device ? *device : host.environment("REALM_DEVICE").value_or("auto");
}

EngineOptions DeviceFlags::engine_options(const Host& host, bool verbose) const {
  EngineOptions options;
  options.device = name(host);
  options.threads = threads;
  options.cache_format = kv;
  options.precise = precise;
  options.log = host.console.log_sink(verbose);
  return options;
}

void declare_json(Flags& flags, bool& json) {
  flags.toggle("--json", json, "print JSON, for programs");
}

}  // namespace realm::cli
