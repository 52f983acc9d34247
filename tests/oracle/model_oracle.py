#!/usr/bin/env python3
"""Holds every family of models against PyPI transformers, on small random models.

Each family of model_families.py is made with random weights, its output scaled so that the top
token's median probability is at least 0.3, and written to GGUF in F32, Q8_0 and Q4_K. The weights
that transformers computes with are those that the file's blocks decode to (PyPI gguf decodes; Q4_K
is encoded by Realm). On texts longer than every window:
  reference  every logit within 1e-3 of the logit range; in F32 the same greedy text for 64 tokens
  cpu        logits' NMSE at most 1e-3, mean KL divergence at most 4e-3

  pip install -r tests/oracle/requirements.txt
  cmake --build build/release --target dump_logits encode_rows
  tests/oracle/model_oracle.py --dump build/release/tests/oracle/dump_logits \\
    --encode build/release/tests/oracle/encode_rows [--family gemma3]
  tests/oracle/model_oracle.py --golden tests/golden/models     # writes what CI compares with
"""
import argparse
import os
import subprocess
import sys
import tempfile

import gguf
import numpy as np
import torch

from demo_model_oracle import Realm, float_greedy
from model_families import FAMILIES, longrope, make_model, sharpen, write_gguf

FORMATS = ["F32", "Q8_0", "Q4_K"]
TOKENS = 300  # more than dump_logits' chunk of 256, and than every window


class Encoder:
    """Matrices to a format: PyPI gguf where it can, else Realm's encode_rows; gguf decodes."""

    def __init__(self, kind, program):
        self.kind, self.program = gguf.GGMLQuantizationType[kind], program

    def __call__(self, values):
        if self.kind == gguf.GGMLQuantizationType.F32:
            return self.kind, values, values
        try:
            data = gguf.quants.quantize(values, self.kind)
        except NotImplementedError:
            data = self.by_realm(values)
        return self.kind, data, gguf.quants.dequantize(data, self.kind)

    def by_realm(self, values):
        made = subprocess.run([self.program, self.kind.name, str(values.shape[1])],
                              input=values.tobytes(), capture_output=True, check=True).stdout
        return np.frombuffer(made, dtype=np.uint8).reshape(values.shape[0], -1)


def float_logits(model, ids):
    with torch.no_grad():
        return model(ids[None]).logits[0]


def text_for(vocab, count):
    return torch.randint(vocab, (count,), generator=torch.Generator().manual_seed(7))


def check(args, family, kind, folder):
    model = make_model(family, seed=1)
    ids = text_for(model.config.vocab_size, TOKENS)
    sharpen(family, model, ids)
    path = os.path.join(folder, "model.gguf")
    write_gguf(family, model, path, Encoder(kind, args.encode))
    want = float_logits(model, ids)
    top = want.softmax(-1).max(-1).values.median().item()
    got = Realm(args.dump, path, "reference", "F32", family.context).logits(ids.tolist(), 0)
    worst = (want - got).abs().max().item() / (want.max() - want.min()).item()
    cpu = Realm(args.dump, path, "cpu", args.cache, family.context).logits(ids.tolist(), 0)
    nmse = ((want - cpu).square().sum() / want.square().sum()).item()
    rows = [x.double().log_softmax(-1) for x in (want, cpu)]
    divergence = (rows[0].exp() * (rows[0] - rows[1])).sum(-1).mean().item()
    greedy = ""
    ok = top >= 0.3 and worst <= 1e-3 and nmse <= 1e-3 and divergence <= 4e-3
    if kind == "F32":
        prompt = ids[:100].tolist()
        text = float_greedy(model, prompt, 64)
        texts = [Realm(args.dump, path, device, "F32", family.context).ask(ids=prompt, greedy=64)
                 for device in ("reference", "cpu")]
        same = [found["ids"] == text for found in texts]
        ok &= all(same)
        greedy = f"{'equal' if all(same) else 'DIFFERS'}, {len(set(text))} kinds"
    print(f"{family.name:28} {kind:5} {top:7.3f} {worst:10.1e} {nmse:9.1e} {divergence:9.1e}  "
          f"{greedy:17} {'ok' if ok and got.isfinite().all() else 'FAILED'}", flush=True)
    return ok


def half(values):
    data = values.astype(np.float16)
    return gguf.GGMLQuantizationType.F16, data, data.astype(np.float32)


def write_golden(family, folder):
    """FAMILY.gguf, and FAMILY.logits: count and ids as int32, then the logits as float32. With
    LongRoPE also .short.logits, of a text within the original context."""
    tiny = dict(vocab_size=96, hidden_size=32, intermediate_size=64, num_attention_heads=4,
                num_key_value_heads=2, max_position_embeddings=128)
    for key, value in dict(head_dim=16, query_pre_attn_scalar=16, sliding_window=9).items():
        if key in family.numbers:
            tiny[key] = value
    if family.name not in ("gemma3", "gemma3, own pattern, capped"):
        tiny["num_hidden_layers"] = 2
    rope = family.numbers.get("rope_parameters", {})
    if rope.get("rope_type") == "longrope":
        folder = os.path.join(folder, "longrope")
        tiny.update(longrope(24, 6, partial_rotary_factor=0.75))
    model = make_model(family, seed=2, **tiny)
    ids = text_for(96, 48)
    sharpen(family, model, ids)
    stem = os.path.join(folder, family.name.replace(", ", "_").replace(" ", "_").lower())
    write_gguf(family, model, stem + ".gguf", half)
    lengths = {stem + ".logits": len(ids)}
    if "longrope" in stem:
        lengths[stem + ".short.logits"] = 20
    for path, count in lengths.items():
        with open(path, "wb") as out:
            out.write(np.array([count] + ids[:count].tolist(), dtype=np.int32).tobytes())
            out.write(float_logits(model, ids[:count]).numpy().tobytes())
    print(stem, os.path.getsize(stem + ".gguf"), "bytes")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--dump", help="the dump_logits program")
    parser.add_argument("--encode", help="the encode_rows program")
    parser.add_argument("--family", help="only those whose name begins so")
    parser.add_argument("--cache", default="F16", help="keys and values of the cpu device")
    parser.add_argument("--golden", help="write golden files into this folder instead")
    args = parser.parse_args()
    families = [f for f in FAMILIES if f.name.startswith(args.family or "")]
    if args.golden:
        for family in families:
            if not family.name.endswith("within"):  # "beyond" has both
                write_golden(family, args.golden)
        return
    print(f"{'family':28} {'type':5} {'top p':>7} {'reference':>10} {'cpu NMSE':>9} {'cpu KLD':>9}  "
          f"greedy 64 tokens")
    ok = True
    with tempfile.TemporaryDirectory() as folder:
        for family in families:
            for kind in FORMATS:
                ok &= check(args, family, kind, folder)
    sys.exit(0 if ok else 1)


if __name__ == "__main__":
    main()
