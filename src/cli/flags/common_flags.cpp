#include "cli/flags/common_flags.hpp"

#include "cli/input/find_model.hpp"

namespace realm::cli {

const char* const kModelHelp = "path of a GGUF file, or the name of one in the model folder";

void DeviceFlags::declare(Flags& flags) {
  flags.text("--device", "NAME", device,
             "where to compute: auto, cpu, reference, cuda, webgpu or metal, with :N for the Nth; "
             "realm devices lists them (default: REALM_DEVICE, else auto)");
  flags.whole("-t,--threads", "N", threads, {0, 1024},
              "processor threads (default 0: one per core that this process may use)");
  flags.whole("--threads-decode", "N", decode_threads, {0, 1024},
              "of these, those that write tokens, which memory holds up sooner than arithmetic "
              "(default 0: the fewest that are as fast, tried out at load from 3 threads up)");
  flags.toggle("--no-pin", no_pin,
               "let the system move threads between cores; otherwise each stays on one, where "
               "every core of the machine is free to use");
  flags.toggle("--precise", precise,
               "compute as exactly as in float: activations of 16 bits instead of 8, keys and "
               "values in f32; slower");
  flags.text(
      "--blas", "WHICH", blas,
      "multiply F32 weights with a BLAS library: auto (MKL or OpenBLAS), or a library's path; "
      "bits may then depend on batch and threads");
}

void DeviceFlags::declare_weights(Flags& flags) {
  flags.toggle("--mmap", map,
               "compute with the file's own bytes, which the system may drop and read again: for "
               "models near or above the size of memory; same answers, slower writing");
  flags.text("--packed-cache", "FOLDER", packed_cache,
             "keep weights as they are packed for this processor in a file of FOLDER (auto: packed "
             "beside the model folder), and map that at the next load; its size is about the "
             "model's, delete it as you like");
}

std::string DeviceFlags::packed_folder(const Environment& environment) const {
  if (packed_cache.value_or("auto") != "auto") return *packed_cache;
  const auto models = model_folder(environment);
  return models ? (models->parent_path() / "packed").string() : "packed";
}

void DeviceFlags::declare_kv(Flags& flags) {
  flags.choice<Format>("--kv", "FORMAT", kv,
                       {{"f32", Format::kF32},
                        {"f16", Format::kF16},
                        {"bf16", Format::kBF16},
                        {"q8_0", Format::kQ8_0},
                        {"q4_0", Format::kQ4_0}},
                       "how keys and values are kept: f32, f16, bf16, q8_0 or q4_0 (default: the "
                       "device's own, f16 on most, f32 with --precise)");
}

std::string DeviceFlags::name(const Host& host) const {
  return device ? *device : host.environment("REALM_DEVICE").value_or("auto");
}

EngineOptions DeviceFlags::engine_options(const Host& host, bool verbose) const {
  EngineOptions options;
  options.device = name(host);
  options.threads = threads;
  options.decode_threads = decode_threads;
  options.pin_threads = !no_pin;
  options.cache_format = kv;
  options.precise = precise;
  options.map_weights = map;
  if (packed_cache) options.packed_cache = packed_folder(host.environment);
  options.blas = blas.value_or("");
  options.log = host.console.log_sink(verbose);
  return options;
}

void declare_json(Flags& flags, bool& json) {
  flags.toggle("--json", json, "print JSON, for programs");
}

}  // namespace realm::cli
