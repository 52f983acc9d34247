// A shared library in the place of llama.cpp's, for the test of bench/peer_tokenizer.py: the
// functions of the C interface that the script calls, and the struct that goes by value, as llama.h
// has them. A token is a byte. FAKE_LLAMA_SHAPE in the environment: the defaults are those of a
// struct with other members.
#include <cstdint>
#include <cstdlib>

struct llama_model_params {
  void* devices;
  const void* tensor_buft_overrides;
  int32_t n_gpu_layers;
  int32_t split_mode;
  int32_t load_mode;
  int32_t lazy_mode;
  int32_t main_gpu;
  const float* tensor_split;
  bool (*progress_callback)(float, void*);
  void* progress_callback_user_data;
  const void* kv_overrides;
  bool vocab_only;
  bool check_tensors;
  bool use_extra_bufts;
  bool no_host;
  bool no_alloc;
  bool load_mtp;
};

namespace {
char the_model;
char the_vocab;
void (*log_line)(int, const char*, void*) = nullptr;
void* log_data = nullptr;
}  // namespace

extern "C" {

void llama_log_set(void (*log)(int, const char*, void*), void* data) {
  log_line = log;
  log_data = data;
}

void llama_backend_init() {}

llama_model_params llama_model_default_params() {
  llama_model_params out{};
  out.n_gpu_layers = -1;
  out.use_extra_bufts = std::getenv("FAKE_LLAMA_SHAPE") == nullptr;
  return out;
}

void* llama_model_load_from_file(const char* path, llama_model_params params) {
  const bool untouched = params.n_gpu_layers == -1 && params.use_extra_bufts &&
                         params.kv_overrides == nullptr && !params.check_tensors;
  if (path[0] != '\0' && params.vocab_only && untouched) return &the_model;
  log_line(4, "fake_llama: not the parameters that were expected\n", log_data);
  return nullptr;
}

const void* llama_model_get_vocab(const void* model) {
  return model == &the_model ? &the_vocab : nullptr;
}

int32_t llama_tokenize(const void* vocab, const char* text, int32_t text_len, int32_t* tokens,
                       int32_t n_tokens_max, bool add_special, bool parse_special) {
  if (vocab != &the_vocab || add_special || parse_special) return INT32_MIN;
  if (text_len > n_tokens_max) return -text_len;
  for (int32_t i = 0; i < text_len; ++i) tokens[i] = static_cast<unsigned char>(text[i]);
  return text_len;
}

const char* llama_version() { return "9.8.7"; }
const char* ggml_commit() { return "abc123"; }
}
