"""Small random models of every family that Realm runs, and the converter that writes them to GGUF.

A Family is a transformers configuration and the keys that real files of it carry. Tensor names are
those of PyPI gguf (get_tensor_name_map); what else the published conventions ask for (norms with
the 1 added, permuted rows) stands in `convert`.
"""
import dataclasses
import typing

import gguf
import numpy as np
import torch
import transformers


def common_keys(w, c):
    """What files of every decoder carry."""
    w.add_context_length(c.max_position_embeddings)
    w.add_embedding_length(c.hidden_size)
    w.add_block_count(c.num_hidden_layers)
    w.add_feed_forward_length(c.intermediate_size)
    w.add_head_count(c.num_attention_heads)
    w.add_head_count_kv(c.num_key_value_heads)
    w.add_layer_norm_rms_eps(c.rms_norm_eps)


def rope_keys(w, c):
    rope = c.rope_parameters
    rope = rope.get("full_attention", rope)
    w.add_rope_freq_base(rope["rope_theta"])
    if rope["rope_type"] == "linear":
        w.add_rope_scaling_type(gguf.RopeScalingType.LINEAR)
        w.add_rope_scaling_factor(rope["factor"])
    elif rope["rope_type"] == "yarn":
        w.add_rope_scaling_type(gguf.RopeScalingType.YARN)
        w.add_rope_scaling_factor(rope["factor"])
        w.add_rope_scaling_orig_ctx_len(rope["original_max_position_embeddings"])


def llama_keys(w, c):
    qwen2_keys(w, c)
    w.add_rope_dimension_count(c.head_dim)
    w.add_vocab_size(c.vocab_size)


def qwen2_keys(w, c):
    common_keys(w, c)
    rope_keys(w, c)


def qwen3_keys(w, c):
    qwen2_keys(w, c)
    w.add_key_length(c.head_dim)
    w.add_value_length(c.head_dim)


def gemma2_keys(w, c):  # no rotary base: its files have none
    common_keys(w, c)
    w.add_key_length(c.head_dim)
    w.add_value_length(c.head_dim)
    w.add_attn_logit_softcapping(c.attn_logit_softcapping)
    w.add_final_logit_softcapping(c.final_logit_softcapping)
    w.add_sliding_window(c.sliding_window)


def gemma3_keys(w, c):
    qwen3_keys(w, c)
    if c.final_logit_softcapping:
        w.add_final_logit_softcapping(c.final_logit_softcapping)
    w.add_sliding_window(c.sliding_window)


def gemma3_pattern_keys(w, c):
    gemma3_keys(w, c)
    w.add_sliding_window_pattern([kind == "sliding_attention" for kind in c.layer_types])
    w.add_float32("gemma3.rope.freq_base_swa", c.rope_parameters["sliding_attention"]["rope_theta"])


def phi3_keys(w, c):
    common_keys(w, c)
    rope = c.rope_parameters
    dims = int(c.hidden_size // c.num_attention_heads * rope.get("partial_rotary_factor", 1.0))
    w.add_rope_freq_base(rope["rope_theta"])
    w.add_rope_dimension_count(dims)
    w.add_rope_scaling_orig_ctx_len(c.original_max_position_embeddings)
    w.add_sliding_window(c.sliding_window or 0)
    if rope["rope_type"] != "longrope":
        return
    growth = c.max_position_embeddings / c.original_max_position_embeddings
    w.add_rope_scaling_attn_factors(
        np.sqrt(1 + np.log(growth) / np.log(c.original_max_position_embeddings)))
    for length in ("long", "short"):
        factors = np.array(rope[length + "_factor"], dtype=np.float32)
        w.add_tensor(f"rope_factors_{length}.weight", factors)


def longrope(original, dims, **numbers):
    """Factors for both lengths that differ a lot, so that the wrong ones show."""
    return dict(original_max_position_embeddings=original, rope_parameters=dict(
        rope_type="longrope", rope_theta=1e4, original_max_position_embeddings=original,
        short_factor=np.linspace(1.0, 1.4, dims // 2).tolist(),
        long_factor=np.geomspace(1.1, 30, dims // 2).tolist(), **numbers))


def same(name, data):
    return data


def any_rows(name, config):
    return None


def llama_rows(name, c):
    """Meta's order of rotary pairs: rows (j, j + half) of a head become neighbours."""
    heads = {"q_proj.weight": c.num_attention_heads, "k_proj.weight": c.num_key_value_heads}
    for end, n in heads.items():
        if name.endswith(end):
            rows = np.arange(n * c.head_dim).reshape(n, 2, c.head_dim // 2)
            return rows.swapaxes(1, 2).reshape(-1)
    return None


def gemma_norms(name, data):
    return data + 1 if name.endswith("norm.weight") else data


@dataclasses.dataclass
class Family:
    name: str  # of the row in the table
    arch: gguf.MODEL_ARCH
    config: type
    numbers: dict
    keys: typing.Callable
    convert: typing.Callable = same  # of a vector
    rows: typing.Callable = any_rows  # of a matrix: their order in the file
    norm_middle: float = 1.0  # of a norm's weight, as transformers has it
    embedding_spread: float = 1.0
    context: int = 0  # that Realm is asked for; 0: its default


# Rows that blocks of 256 divide; heads whose width is not the embedding's share; windows shorter
# than the texts; caps that matter.
BASE = dict(vocab_size=512, hidden_size=256, intermediate_size=512, num_hidden_layers=4,
            num_attention_heads=4, num_key_value_heads=2, max_position_embeddings=1024)
WIDE = dict(BASE, head_dim=128)


# Where the output is the embedding, a small one keeps the text from repeating its last token.
TIED = 0.3


def gemma(name, arch, config, numbers, keys):
    return Family(name, arch, config, numbers, keys, gemma_norms, any_rows, 0.0,
                  TIED / np.sqrt(numbers["hidden_size"]))


ARCH = gguf.MODEL_ARCH
FAMILIES = [
    Family("llama", ARCH.LLAMA, transformers.LlamaConfig, dict(BASE), llama_keys, same, llama_rows),
    Family("qwen2", ARCH.QWEN2, transformers.Qwen2Config, dict(BASE, tie_word_embeddings=True),
           qwen2_keys, embedding_spread=0.1),
    Family("qwen2, untied, YaRN", ARCH.QWEN2, transformers.Qwen2Config,
           dict(BASE, tie_word_embeddings=False, rope_parameters=dict(
               rope_type="yarn", rope_theta=1e4, factor=4.0,
               original_max_position_embeddings=128)), qwen2_keys),
    Family("qwen3", ARCH.QWEN3, transformers.Qwen3Config,
           dict(WIDE, tie_word_embeddings=False, rope_parameters=dict(
               rope_type="default", rope_theta=1e6)), qwen3_keys),
    gemma("gemma2", ARCH.GEMMA2, transformers.Gemma2Config,
          dict(WIDE, sliding_window=48, query_pre_attn_scalar=128, attn_logit_softcapping=2.0,
               final_logit_softcapping=20.0), gemma2_keys),
    gemma("gemma3", ARCH.GEMMA3, transformers.Gemma3TextConfig,
          dict(WIDE, num_hidden_layers=7, sliding_window=48, query_pre_attn_scalar=128,
               rope_parameters=dict(
                   full_attention=dict(rope_type="linear", rope_theta=1e6, factor=8.0),
                   sliding_attention=dict(rope_type="default", rope_theta=1e4))), gemma3_keys),
    gemma("gemma3, own pattern, capped", ARCH.GEMMA3, transformers.Gemma3TextConfig,
          dict(WIDE, num_hidden_layers=3, sliding_window=48, query_pre_attn_scalar=128,
               final_logit_softcapping=20.0, layer_types=[
                   "full_attention", "sliding_attention", "full_attention"],
               rope_parameters=dict(
                   full_attention=dict(rope_type="default", rope_theta=1e6),
                   sliding_attention=dict(rope_type="default", rope_theta=500.0))),
          gemma3_pattern_keys),
    Family("phi3", ARCH.PHI3, transformers.Phi3Config,
           dict(BASE, sliding_window=48, original_max_position_embeddings=1024,
                tie_word_embeddings=False), phi3_keys),
    # Texts of the oracle: 300 tokens, and greedy ones of 100 to 164.
    Family("phi3, LongRoPE, within", ARCH.PHI3, transformers.Phi3Config,
           dict(BASE, sliding_window=None, tie_word_embeddings=False,
                **longrope(512, 48, partial_rotary_factor=0.75)), phi3_keys),
    Family("phi3, LongRoPE, beyond", ARCH.PHI3, transformers.Phi3Config,
           dict(BASE, sliding_window=200, tie_word_embeddings=False,
                **longrope(64, 48, partial_rotary_factor=0.75)), phi3_keys, context=1024),
]


def make_model(family, seed, **numbers):
    """Random weights that keep every vector near unit size, so that all of them matter."""
    config = family.config(**dict(family.numbers, **numbers), attn_implementation="eager",
                           bos_token_id=None, eos_token_id=None, pad_token_id=None)
    model = transformers.AutoModelForCausalLM.from_config(config, dtype=torch.float32).eval()
    random = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, p in model.named_parameters():
            noise = torch.randn(p.shape, generator=random)
            if name.endswith("norm.weight"):
                p.copy_(family.norm_middle + 0.2 * noise)
            elif p.dim() == 1:
                p.copy_(0.3 * noise)
            elif "embed_tokens" in name:
                p.copy_(family.embedding_spread * noise)
            else:
                p.copy_(noise / np.sqrt(p.shape[1]))
    return model


def sharpen(family, model, ids):
    """Scales the output norm until the top token's median probability is more than 0.3. Small steps
    from below: where logits are capped, large ones are all alike."""
    weight = model.model.norm.weight
    shift = 1 - family.norm_middle
    begin = weight.detach().clone() + shift
    scale = 1 / 16
    with torch.no_grad():
        while scale < 64:
            weight.copy_(begin * scale - shift)
            if model(ids[None]).logits[0].softmax(-1).max(-1).values.median().item() >= 0.32:
                return
            scale *= 1.05
    raise SystemExit(f"{family.name}: no scale makes the output sharp")


def write_gguf(family, model, path, encode):
    """Writes the model; encode(matrix) gives the type and bytes of a matrix and the values that they
    stand for, which the model has from then on."""
    config = model.config
    arch = gguf.MODEL_ARCH_NAMES[family.arch]
    names = gguf.get_tensor_name_map(family.arch, config.num_hidden_layers)
    writer = gguf.GGUFWriter(path, arch)
    family.keys(writer, config)
    for name, p in model.named_parameters():
        to = names.get_name(name, try_suffixes=(".weight", ".bias"))
        if to is None:
            raise SystemExit(f"no GGUF name for {name}")
        values = p.detach().numpy()
        rows = family.rows(name, config)
        if rows is not None:
            values = values[rows]
        if p.dim() == 1:
            writer.add_tensor(to, np.ascontiguousarray(family.convert(name, values)))
            continue
        kind, data, exact = encode(np.ascontiguousarray(values))
        with torch.no_grad():
            p[rows if rows is not None else slice(None)] = torch.from_numpy(exact)
        writer.add_tensor(to, data, raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
