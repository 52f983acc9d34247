#include "quantize/tensor_role.hpp"

#include <charconv>

#include "formats/table.hpp"

namespace realm::quantization {
namespace {

struct RoleRow {
  std::string_view part;
  bool whole;  ///< part is the whole name
  Role role;
};

// The first row that fits counts.
constexpr RoleRow kRoles[] = {
    {"output.weight", true, Role::kOutput},
    {"token_embd.weight", true, Role::kTokenEmbedding},
    {"per_layer_token_embd.weight", true, Role::kTokenEmbedding},
    {"attn_qkv.weight", false, Role::kAttentionV},
    {"attn_kv_b.weight", false, Role::kAttentionV},
    {"attn_v.weight", false, Role::kAttentionV},
    {"attn_k.weight", false, Role::kAttentionK},
    {"attn_q.weight", false, Role::kAttentionQ},
    {"attn_output.weight", false, Role::kAttentionOutput},
    {"ffn_up", false, Role::kFfnUp},
    {"ffn_gate", false, Role::kFfnGate},
    {"ffn_down", false, Role::kFfnDown},
};

struct KeptRow {
  std::string_view part;
  std::string_view why;
  std::string_view architecture = {};  ///< empty: all
  bool whole = false;
};

// Matrices that are small, or so sensitive that no type's name is meant to cover them. Who asks for
// a pure file means them, too.
constexpr KeptRow kKept[] = {
    {"_norm.weight", "norm"},
    {"ffn_gate_inp.weight", "router"},
    {"ffn_gate_tid2eid.weight", "router"},
    {"altup", "small"},
    {"laurel", "small"},
    {"per_layer_model_proj", "small"},
    {"position_embd.weight", "positions", {}, true},
    {"token_types.weight", "token types", {}, true},
    {"attn_rel_b.weight", "positions"},
    {"ssm_conv1d", "convolution"},
    {"shortconv.conv.weight", "convolution"},
    {"indexer.k_proj.weight", "indexer"},
    {"indexer.q_proj.weight", "indexer"},
    // RWKV
    {"time_mix_first.weight", "small"},
    {"time_mix_w0.weight", "small"},
    {"time_mix_w1.weight", "small"},
    {"time_mix_w2.weight", "small"},
    {"time_mix_v0.weight", "small"},
    {"time_mix_v1.weight", "small"},
    {"time_mix_v2.weight", "small"},
    {"time_mix_a0.weight", "small"},
    {"time_mix_a1.weight", "small"},
    {"time_mix_a2.weight", "small"},
    {"time_mix_g1.weight", "small"},
    {"time_mix_g2.weight", "small"},
    {"time_mix_decay_w1.weight", "small"},
    {"time_mix_decay_w2.weight", "small"},
    {"time_mix_lerp_fused.weight", "small"},
    // Pictures and sound
    {".position_embd", "positions"},
    {"sam.pos_embd", "positions"},
    {"sam.neck.", "vision"},
    {"sam.net_", "vision"},
    {".rel_pos", "positions"},
    {".patch_embd", "vision"},
    {".patch_merger", "vision"},
    {"a.rvq.codebook", "audio codebook"},
    {"mm.a.code_embd", "audio codebook"},
    {"hc_", "small", "glm5-next"},
    {"indexer.attn_q_b", "indexer", "glm5-next"},
    {"indexer.attn_k", "indexer", "glm5-next"},
    {"indexer.proj", "indexer", "glm5-next"},
    {"indexer_compressor_gate", "indexer", "glm5-next"},
    {"indexer_compressor_ape", "indexer", "glm5-next"},
    {"ssm_f_a.weight", "small", "glm5-next"},
    {"ssm_f_b.weight", "small", "glm5-next"},
    {"ssm_g_a.weight", "small", "glm5-next"},
    {"ssm_g_b.weight", "small", "glm5-next"},
    {"ssm_beta.weight", "small", "glm5-next"},
    {"attn_kv_a_mqa.weight", "small", "glm5-next"},
    {"attn_k_b.weight", "small", "glm5-next"},
    {"attn_v_b.weight", "small", "glm5-next"},
};

bool fits(std::string_view name, std::string_view part, bool whole) {
  return whole ? name == part : name.find(part) != std::string_view::npos;
}

}  // namespace

Role role_of(std::string_view name) {
  for (const RoleRow& row : kRoles) {
    if (fits(name, row.part, row.whole)) return row.role;
  }
  return Role::kOther;
}

int layer_of(std::string_view name) {
  constexpr std::string_view kPrefix = "blk.";
  if (!name.starts_with(kPrefix)) return -1;
  int layer = -1;
  const char* end = name.data() + name.size();
  const auto read = std::from_chars(name.data() + kPrefix.size(), end, layer);
  return read.ec == std::errc() && read.ptr != end && *read.ptr == '.' && layer >= 0 ? layer : -1;
}

std::string_view why_kept(const gguf::TensorInfo& tensor, std::string_view architecture,
                          bool pure) {
  if (!is_decodable(tensor.format)) return "no floats";
  if (tensor.shape.rows() == 1) return "one row";
  if (!tensor.name.ends_with("weight")) return "no weight";
  // What --pure promises is about matrices; kernels of convolutions in more dimensions are none.
  if (pure && tensor.shape.rank() == 2) return {};
  for (const KeptRow& row : kKept) {
    if (!row.architecture.empty() && row.architecture != architecture) continue;
    if (fits(tensor.name, row.part, row.whole)) return row.why;
  }
  return {};
}

}  // namespace realm::quantization
