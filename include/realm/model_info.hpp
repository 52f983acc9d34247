// What can be told of a loaded model, and how one is opened. Shared by engine.hpp and session.hpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "realm/format.hpp"
#include "realm/log.hpp"
#include "realm/sampling.hpp"

namespace realm {

struct ModelInfo {
  std::string name = {};          ///< general.name; empty where the file has none
  std::string architecture = {};  ///< "llama"
  uint64_t parameters = 0;        ///< elements of all tensors
  uint64_t weight_bytes = 0;
  int32_t vocab_size = 0;
  int32_t context_train = 0;            ///< tokens the model was made for
  int32_t context_tokens = 0;           ///< longest sequence here, prompt and answer together
  bool has_chat_template = false;       ///< chat prompts are refused without one
  SamplingParams sampling = {};         ///< the model file's own values, else the defaults
  std::string device = {};              ///< "cpu"
  std::string device_description = {};  ///< for people
};

struct EngineOptions {
  std::string device = "auto";  ///< auto | cpu | reference | cuda | webgpu | metal, ":N" the Nth
  int threads = 0;              ///< of host devices; 0: one per physical core
  int decode_threads = 0;       ///< of these, those that decode; 0: found out at load
  bool pin_threads = true;      ///< see DeviceOptions
  std::string cpu_isa = {};     ///< forces an instruction set of the cpu device; empty: the best
  bool precise = false;         ///< results as good as float, slower: DeviceOptions (device.hpp)
  std::string blas = {};        ///< "auto" or a library for F32 weights: DeviceOptions

  /// Longest sequence; 0: what the model was made for, at most 8192 (then a longer one is asked
  /// for by name). More than the model was made for is refused.
  int32_t context_tokens = 0;
  /// Sequences computed together; further requests wait.
  int32_t max_sequences = 8;
  /// Requests that may wait, beside max_sequences that are computed: 0 to 2^20. One more is refused
  /// (Code::kBusy), before it is tokenized. Each keeps its prompt's ids, 4 bytes a token.
  int32_t max_waiting = 512;
  /// Tokens that the KV cache holds for all sequences together, at least context_tokens; 0: a full
  /// context for every sequence, less where that is more than half of the device's memory.
  /// Sequences share it: each may be as long as the context; when it is full, the youngest waits.
  int32_t cache_tokens = 0;
  /// A prompt is computed in chunks that end at multiples of this, counted from its start.
  int32_t chunk_tokens = 256;
  /// Of keys and values: F32, F16, BF16, Q8_0 or Q4_0 (the last two with heads of whole blocks of
  /// 32); missing: the device's own, F16 on most, F32 on reference and where `precise` is asked
  /// for.
  std::optional<Format> cache_format = std::nullopt;
  /// Prompts that begin alike share their cache pages, also with finished requests.
  bool share_prefixes = true;
  /// Computes with the file's own bytes, which stay mapped, where the device can: they are the
  /// system's to drop and read again, so that a model may be larger than memory. Decoding is
  /// slower, answers are the same.
  bool map_weights = false;
  /// Folder that keeps weights as the device packs them, one file a model: the second load maps it.
  /// Empty: none.
  std::string packed_cache = {};
  LogSink log = {};
};

}  // namespace realm
