#include "cli/flags/common_flags.hpp"

namespace realm::cli {

const char* const kModelHelp = "path of a GGUF file, or the name of one in the model folder";

void DeviceFlags::declare(Flags& flags) {
  flags.text("--device", "NAME", device,
             "where to compute: auto, cpu, reference, cuda, webgpu or metal, with :N for the Nth; "
             "realm devices lists them (default: REALM_DEVICE, else auto)");
  flags.whole("-t,--threads", "N", threads, {0, 1024},
              "processor threads (default 0: one per core that this process may use)");
}

std::string DeviceFlags::name(const Host& host) const {
  return device ? *device : host.environment("REALM_DEVICE").value_or("auto");
}

EngineOptions DeviceFlags::engine_options(const Host& host, bool verbose) const {
  EngineOptions options;
  options.device = name(host);
  options.threads = threads;
  options.log = host.console.log_sink(verbose);
  return options;
}

void declare_json(Flags& flags, bool& json) {
  flags.toggle("--json", json, "print JSON, for programs");
}

}  // namespace realm::cli
