#!/usr/bin/env python3
"""Holds Realm's logits of a model file against PyPI transformers.

transformers reads the same GGUF file, dequantizes it and computes in float32. Three devices:
  reference    float activations: every logit of 200 positions within 1e-3 of the logit range, and
               the same greedy text for 64 tokens on three chat prompts
  cpu          rounds activations to 8 bits: over 25,000 tokens or more of licence texts (windows
               of 512, their second halves scored) mean KL divergence at most 4e-3 and perplexity
               within 0.5 % of float's
  cpu+precise  rounds them to 16 bits (--precise), with an F32 cache: as reference, and perplexity
               within 0.05 % of float's

  pip install torch==2.13.0 transformers gguf accelerate numpy
  cmake --build build/release --target dump_logits
  tests/oracle/demo_model_oracle.py --dump build/release/tests/oracle/dump_logits MODEL.gguf
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile

import gguf
import numpy as np
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

WINDOW = 512
LICENSES = "/usr/share/common-licenses"
# Texts that have little in common with one another; 33,000 tokens together.
TEXTS = ["GPL-3", "MPL-2.0", "Apache-2.0", "GFDL-1.3", "CC0-1.0", "Artistic", "LGPL-2.1", "MPL-1.1"]
PROMPTS = ["Name the capital of France.", "Write a short poem about the sea.",
           "What is 12 plus 30? Explain how you know."]


class Realm:
    """A dump_logits process."""

    def __init__(self, program, model, device, cache, context=0):
        self.process = subprocess.Popen([program, model, device, cache, str(context)],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, **query):
        self.process.stdin.write(json.dumps(query) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            sys.exit("dump_logits ended early")
        return json.loads(line)

    def logits(self, ids, first):
        with tempfile.NamedTemporaryFile() as out:
            self.ask(ids=ids, out=out.name, **{"from": first})
            rows = np.fromfile(out.name, dtype=np.float32)
        return torch.from_numpy(rows).view(len(ids) - first, -1)


def float_logits(model, ids, first):
    with torch.no_grad():
        return model(torch.tensor([ids]), logits_to_keep=len(ids) - first).logits[0]


def float_greedy(model, ids, count):
    # Not generate(): it takes ids of the padding token, which ends turns here, for padding.
    made, cache = [], None
    with torch.no_grad():
        while len(made) < count:
            out = model(torch.tensor([made[-1:] or ids]), past_key_values=cache, use_cache=True)
            cache = out.past_key_values
            made.append(out.logits[0, -1].argmax().item())
    return made


def check_exact(args, device, model, tokenizer, ids):
    ids = ids[:args.positions]
    want = float_logits(model, ids, 0)
    ok = True
    exact = Realm(args.dump, args.model, device, "F32")  # the device's own choice
    for cache, realm in ("F32", exact), ("F16", Realm(args.dump, args.model, device, "F16")):
        got = realm.logits(ids, 0)
        worst = (want - got).abs().max().item() / (want.max() - want.min()).item()
        within = got.isfinite().all().item() and worst <= 1e-3
        ok &= within
        print(f"{device}, {cache} cache: {len(ids)} positions x {want.shape[1]} logits: worst "
              f"difference {worst:.2e} of the logit range (limit 1e-3): "
              f"{'ok' if within else 'FAILED'}", flush=True)
    for prompt in PROMPTS:
        chat = tokenizer.apply_chat_template([{"role": "user", "content": prompt}],
                                             add_generation_prompt=True, tokenize=False)
        chat_ids = tokenizer(chat, add_special_tokens=False)["input_ids"]
        want = float_greedy(model, chat_ids, args.greedy)
        got = exact.ask(ids=chat_ids, greedy=args.greedy)["ids"]
        same = want == got
        ok &= same
        print(f"{device}: greedy {args.greedy} tokens {'equal' if same else 'DIFFER'}: "
              f"{tokenizer.decode(got)[:60]!r}", flush=True)
        if not same:
            print("  float:", tokenizer.decode(want))
    return ok


def first_token(path):
    """BOS where the model begins its texts with one."""
    fields = gguf.GGUFReader(path).fields
    adds = fields.get("tokenizer.ggml.add_bos_token")
    return fields["tokenizer.ggml.bos_token_id"].contents() if adds and adds.contents() else None


class Rounding:
    """What a device that rounds activations makes of the texts, beside float."""

    def __init__(self, args, device):
        precise = device.endswith("+precise")
        cache = "F32" if precise else args.cache
        self.name = f"{device}, {cache} cache"
        # A step of 16 bits is 254 times as fine; a divergence grows with the square. Two programs'
        # float32 sums alone leave some 1e-8.
        self.most_divergence, self.most_change = (
            (4e-3 / 254**2 + 4e-8, 5e-4) if precise else (4e-3, 5e-3))
        self.realm = Realm(args.dump, args.model, device, cache)
        self.divergence, self.nll = 0.0, 0.0

    def add(self, window, first, want, target):
        got = log_probabilities(self.realm.logits(window, first))
        self.divergence += (want.exp() * (want - got)).sum().item()
        self.nll += surprise(got, target)

    def judge(self, float_nll, scored):
        divergence = self.divergence / scored
        perplexity, float_perplexity = (float(np.exp(n / scored)) for n in (self.nll, float_nll))
        change = perplexity / float_perplexity - 1
        ok = divergence <= self.most_divergence and abs(change) <= self.most_change
        print(f"{self.name}: {scored} tokens: mean KL divergence {divergence:.2e} (limit "
              f"{self.most_divergence:.1e}); perplexity {perplexity:.4f}, float "
              f"{float_perplexity:.4f}, {100 * change:+.4f} % (limit {100 * self.most_change:g} "
              f"%): {'ok' if ok else 'FAILED'}", flush=True)
        return ok


def log_probabilities(logits):
    """Of what follows each position but the last, which nothing does."""
    return logits[:-1].double().log_softmax(-1)


def surprise(rows, target):
    return -rows.gather(1, target[:, None]).sum().item()


def check_rounding(args, devices, model, texts):
    bos = first_token(args.model)
    half = WINDOW // 2
    judged = [Rounding(args, device) for device in devices]
    float_nll, scored = 0.0, 0
    for ids in texts:
        for begin in range(0, len(ids) - WINDOW + 1, half):
            if scored >= args.scored:
                break
            window = ids[begin:begin + WINDOW]
            if bos is not None:
                window[0] = bos
            target = torch.tensor(window[half + 1:])
            want = log_probabilities(float_logits(model, window, half))
            float_nll += surprise(want, target)
            for device in judged:
                device.add(window, half, want, target)
            scored += len(target)
    if scored < args.scored:
        print(f"the texts have {scored} tokens to score, {args.scored} are wanted: FAILED")
        return False
    return all([device.judge(float_nll, scored) for device in judged])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("model")
    parser.add_argument("--dump", required=True, help="the dump_logits program")
    parser.add_argument("--devices", default="reference,cpu,cpu+precise")
    parser.add_argument("--texts", nargs="+",
                        default=[os.path.join(LICENSES, name) for name in TEXTS])
    parser.add_argument("--cache", default="F16", help="keys and values of the cpu device")
    parser.add_argument("--positions", type=int, default=200)
    parser.add_argument("--greedy", type=int, default=64)
    parser.add_argument("--scored", type=int, default=25000, help="at least so many tokens")
    args = parser.parse_args()
    folder, file = os.path.split(os.path.abspath(args.model))
    tokenizer = AutoTokenizer.from_pretrained(folder, gguf_file=file)
    model = AutoModelForCausalLM.from_pretrained(folder, gguf_file=file, dtype=torch.float32,
                                                 attn_implementation="eager").eval()
    texts = []
    for path in args.texts:
        with open(path, encoding="utf-8") as text:
            texts.append(tokenizer(text.read(), add_special_tokens=False)["input_ids"])
    ok = True
    devices = args.devices.split(",")
    for device in devices:
        if device == "reference" or device.endswith("+precise"):
            ok &= check_exact(args, device, model, tokenizer, list(texts[0]))
    rounding = [device for device in devices if device != "reference"]
    if rounding:
        ok &= check_rounding(args, rounding, model, texts)
    sys.exit(0 if ok else 1)


if __name__ == "__main__":
    main()
