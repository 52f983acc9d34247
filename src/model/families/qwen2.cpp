// Qwen 1.5, 2 and 2.5: llama's layers with biases on Q, K and V and NeoX's order of rotary pairs.
#include "model/families/llama.hpp"
#include "model/load/decoder_config.hpp"

namespace realm::families {

const Architecture kQwen2 = {"qwen2",       RopePairs::kHalves, read_decoder_config,
                             llama_declare, llama_layers,       llama_head,
                             kLlamaOps};

}  // namespace realm::families
