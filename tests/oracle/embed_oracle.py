#!/usr/bin/env python3
"""Compares `realm embed` with PyPI transformers' BertModel in float32 on the same weights.

  embed_oracle.py --realm build/release/src/cli/realm
      small random models, written to GGUF in F32, Q8_0 and Q4_K; every pooling; texts of one token
      up to the whole context. On `reference` every number within 1e-3 of the range, on `cpu` NMSE
      <= 1e-3. Texts in one batch must give the same digits as each alone.
  embed_oracle.py --write
      makes tests/golden/embed anew

Needs torch, transformers, tokenizers, gguf and numpy from PyPI. Exit code 1 when anything differs.
"""
import argparse
import json
import pathlib
import random
import subprocess
import sys
import tempfile

import gguf
import numpy as np
import tokenizers as hf
import torch
import transformers

REPO = pathlib.Path(__file__).resolve().parents[2]
GOLDEN = REPO / "tests/golden/embed"
SPECIALS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
POOLINGS = {"none": 0, "mean": 1, "cls": 2, "last": 3}
TYPES = {name: gguf.GGMLQuantizationType[name] for name in ("F32", "Q8_0", "Q4_K")}


def words():
    return (REPO / "LICENSE").read_text().split()


def make_tokenizer(size):
    tokenizer = hf.BertWordPieceTokenizer(lowercase=True)
    tokenizer.train_from_iterator([" ".join(words())], vocab_size=size, min_frequency=1,
                                  special_tokens=SPECIALS, show_progress=False)
    vocab = tokenizer.get_vocab()
    tokens = sorted(vocab, key=vocab.get)
    # Made anew, it knows [CLS] and [SEP].
    return tokens, hf.BertWordPieceTokenizer({t: i for i, t in enumerate(tokens)}, lowercase=True)


def make_texts(rng, tokenizer, count, most_tokens):
    """One word, and up to exactly as many tokens as the context holds."""
    texts = ["", rng.choice(words())]
    while len(texts) < count:
        longest = len(texts) == 2
        n = most_tokens if longest else rng.randint(2, most_tokens)
        chosen = []
        while len(tokenizer.encode(" ".join(chosen)).ids) < n:
            chosen.append(rng.choice(words()))
        while len(tokenizer.encode(" ".join(chosen)).ids) > most_tokens:
            chosen.pop()
        while longest and len(tokenizer.encode(" ".join(chosen)).ids) < most_tokens:
            chosen.append(".")  # a token by itself
        texts.append(" ".join(chosen))
    return texts


def make_model(seed, vocab, dim, inner, layers, heads, context, types=2):
    torch.manual_seed(seed)
    config = transformers.BertConfig(
        vocab_size=vocab, hidden_size=dim, num_hidden_layers=layers, num_attention_heads=heads,
        intermediate_size=inner, max_position_embeddings=context, type_vocab_size=types,
        layer_norm_eps=1e-12, hidden_act="gelu", attn_implementation="eager")
    model = transformers.BertModel(config, add_pooling_layer=False).eval().float()
    with torch.no_grad():
        for name, p in model.named_parameters():
            if "LayerNorm.weight" in name:
                p.uniform_(0.5, 1.5)
            elif name.endswith("bias"):
                p.normal_(0, 0.3)
            elif "embeddings" in name:
                p.normal_(0, 0.7)
            else:  # outputs about as large as inputs
                p.normal_(0, 1.2 / p.shape[1] ** 0.5)
    return model


# ---- GGUF ----

def pack_q4_k(rows):
    """Blocks of 256: two 6-bit numbers a sub-block of 32, scale and minimum of each, then codes."""
    blocks = rows.reshape(-1, 8, 32)
    low = np.minimum(blocks.min(2), 0)
    scale = (blocks.max(2) - low) / 15
    d = np.maximum(scale.max(1), 1e-8) / 63
    dmin = np.maximum((-low).max(1), 1e-8) / 63
    d, dmin = d.astype(np.float16), dmin.astype(np.float16)
    s = np.clip(np.rint(scale / d.astype(np.float32)[:, None]), 0, 63).astype(np.uint8)
    m = np.clip(np.rint(-low / dmin.astype(np.float32)[:, None]), 0, 63).astype(np.uint8)
    step = (d.astype(np.float32)[:, None] * s)[..., None]
    offset = (dmin.astype(np.float32)[:, None] * m)[..., None]
    codes = np.rint((blocks + offset) / np.where(step == 0, 1, step))
    codes = np.clip(codes, 0, 15).astype(np.uint8)
    scales = np.zeros((len(blocks), 12), np.uint8)
    scales[:, 0:4] = s[:, :4] | (s[:, 4:] >> 4 << 6)
    scales[:, 4:8] = m[:, :4] | (m[:, 4:] >> 4 << 6)
    scales[:, 8:12] = (s[:, 4:] & 15) | ((m[:, 4:] & 15) << 4)
    pairs = codes.reshape(-1, 4, 2, 32)
    nibbles = (pairs[:, :, 0] | pairs[:, :, 1] << 4).reshape(-1, 128)
    out = np.concatenate([d[:, None].view(np.uint8), dmin[:, None].view(np.uint8), scales, nibbles], 1)
    return out.reshape(rows.shape[0], -1)


def pack(values, kind):
    """The stored bytes, and the float32 values that they stand for."""
    if kind == TYPES["F32"]:
        return values, values
    data = pack_q4_k(values) if kind == TYPES["Q4_K"] else gguf.quants.quantize(values, kind)
    return data, gguf.quants.dequantize(data, kind)


NAMES = {
    "embeddings.word_embeddings": "token_embd",
    "embeddings.position_embeddings": "position_embd",
    "embeddings.token_type_embeddings": "token_types",
    "embeddings.LayerNorm": "token_embd_norm",
    "attention.self.query": "attn_q",
    "attention.self.key": "attn_k",
    "attention.self.value": "attn_v",
    "attention.output.dense": "attn_output",
    "attention.output.LayerNorm": "attn_output_norm",
    "intermediate.dense": "ffn_up",
    "output.dense": "ffn_down",
    "output.LayerNorm": "layer_output_norm",
}


def gguf_name(name):
    module, leaf = name.rsplit(".", 1)
    if module.startswith("encoder.layer."):
        layer, rest = module[len("encoder.layer."):].split(".", 1)
        return f"blk.{layer}.{NAMES[rest]}.{leaf}"
    return f"{NAMES[module]}.{leaf}"


def write_gguf(path, model, tokens, kind, pooling):
    """Writes the model with its matrices in `kind`, and gives it the values that were written."""
    c = model.config
    w = gguf.GGUFWriter(path, "bert")
    w.add_name("tiny random bert")
    w.add_context_length(c.max_position_embeddings)
    w.add_embedding_length(c.hidden_size)
    w.add_feed_forward_length(c.intermediate_size)
    w.add_block_count(c.num_hidden_layers)
    w.add_head_count(c.num_attention_heads)
    w.add_layer_norm_eps(c.layer_norm_eps)
    w.add_causal_attention(False)
    if pooling is not None:
        w.add_pooling_type(gguf.PoolingType(POOLINGS[pooling]))
    w.add_tokenizer_model("bert")
    w.add_token_list([t if t in SPECIALS else t[2:] if t.startswith("##") else "\u2581" + t for t in tokens])
    w.add_token_types([3 if t in SPECIALS else 1 for t in tokens])
    w.add_token_type_count(c.type_vocab_size)
    w.add_pad_token_id(0)
    w.add_unk_token_id(1)
    w.add_bos_token_id(2)
    w.add_sep_token_id(3)
    w.add_eos_token_id(3)
    w.add_mask_token_id(4)
    with torch.no_grad():
        for name, p in model.named_parameters():
            values = p.detach().numpy().copy()
            whole = values.ndim == 1 or "position" in name or "token_type" in name
            this = TYPES["F32"] if whole else kind
            data, meant = pack(values, this)
            w.add_tensor(gguf_name(name), data, raw_dtype=this)
            p.copy_(torch.from_numpy(meant.reshape(values.shape)))
    w.write_header_to_file()
    w.write_kv_data_to_file()
    w.write_tensors_to_file()
    w.close()


# ---- Both sides ----

def expected_states(model, tokenizer, texts):
    out = []
    for text in texts:
        ids = torch.tensor([tokenizer.encode(text).ids])
        with torch.no_grad():
            out.append(model(input_ids=ids, attention_mask=torch.ones_like(ids)).last_hidden_state[0].numpy())
    return out


def pool(states, pooling):
    if pooling == "none":
        return states
    return {"mean": states.mean(0), "cls": states[0], "last": states[-1]}[pooling]


def realm_embed(realm, model, device, texts, *flags):
    run = subprocess.run([realm, "embed", model, "--device", device, "--json", "-f", "-", *flags],
                         input="".join(t + "\n" for t in texts), capture_output=True, text=True)
    if run.returncode != 0:
        sys.exit(f"realm embed failed: {run.stderr}")
    return run.stdout.splitlines()


def judge(label, expected, found, device):
    a = np.concatenate([np.ravel(e) for e in expected]).astype(np.float64)
    b = np.concatenate([np.ravel(np.array(json.loads(f))) for f in found]).astype(np.float64)
    if a.shape != b.shape:
        print(f"{label}: {b.shape} numbers, expected {a.shape}")
        return 1
    most = np.abs(a - b).max() / (a.max() - a.min())
    nmse = ((a - b) ** 2).sum() / (a ** 2).sum()
    bad = not (most <= 1e-3 if device == "reference" else nmse <= 1e-3)
    print(f"{label}: max {most:.1e} of the range, NMSE {nmse:.1e}{'  TOO MUCH' if bad else ''}")
    return int(bad)


def check(realm, seed):
    rng = random.Random(seed)
    tokens, tokenizer = make_tokenizer(900)
    context = 300  # more than one chunk of attention, not a multiple of a page
    texts = make_texts(rng, tokenizer, 12, context)
    bad = 0
    with tempfile.TemporaryDirectory() as folder:
        for kind in TYPES:
            for pooling in POOLINGS:
                model = make_model(seed, len(tokens), 256, 512, 3, 4, context)
                path = f"{folder}/bert-{kind}-{pooling}.gguf"
                write_gguf(path, model, tokens, TYPES[kind], pooling)
                states = expected_states(model, tokenizer, texts)
                for device in ("reference", "cpu"):
                    if device == "reference" and pooling not in ("none", "mean"):
                        continue  # the same states, pooled on the host
                    found = realm_embed(realm, path, device, texts, "--raw")
                    expected = [pool(s, pooling) for s in states]
                    bad += judge(f"bert {kind:5} {pooling:5} {device:9}", expected, found, device)
            unit = [pool(s, "mean") / np.linalg.norm(pool(s, "mean")) for s in states]
            path = f"{folder}/bert-{kind}-mean.gguf"
            together = realm_embed(realm, path, "cpu", texts)
            bad += judge(f"bert {kind:5} mean, length 1", unit, together, "cpu")
            alone = [realm_embed(realm, path, "cpu", [t])[0] for t in texts]
            few = realm_embed(realm, path, "cpu", texts[::-1], "--threads", "1")[::-1]
            same = together == alone == few
            print(f"bert {kind:5} batched, alone, reversed on one thread: {'equal' if same else 'NOT EQUAL'}")
            bad += int(not same)
        too_long = subprocess.run([realm, "embed", path, texts[2] + " ."], capture_output=True, text=True)
        refused = too_long.returncode != 0 and "301 tokens" in too_long.stderr and not too_long.stdout
        print(f"a text beyond the context: {too_long.stderr.strip()}{'' if refused else '  NOT REFUSED'}")
        bad += int(not refused)
    return bad


def write():
    GOLDEN.mkdir(exist_ok=True)
    rng = random.Random(20261124)
    tokens, tokenizer = make_tokenizer(180)
    texts = make_texts(rng, tokenizer, 9, 70)
    for kind, pooling, dim, inner in (("F32", "mean", 64, 96), ("Q8_0", "cls", 96, 160), ("Q4_K", "mean", 256, 256)):
        model = make_model(7, len(tokens), dim, inner, 2, 4, 70)
        name = f"bert-{kind}-{pooling}"
        write_gguf(str(GOLDEN / f"{name}.gguf"), model, tokens, TYPES[kind], pooling)
        states = expected_states(model, tokenizer, texts)
        rows = [[float(f"{v:.7g}") for v in pool(s, pooling)] for s in states]
        cases = [{"text": t, "tokens": len(s), "embedding": r} for t, s, r in zip(texts, states, rows)]
        (GOLDEN / f"{name}.json").write_text(json.dumps(cases, separators=(",", ":")) + "\n")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--realm")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(2)
    if options.write:
        write()
        return 0
    print(f"seed {options.seed}")
    return 1 if check(options.realm, options.seed) else 0


if __name__ == "__main__":
    sys.exit(main())
