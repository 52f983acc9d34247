#!/usr/bin/env python3
"""Compares Realm's token ids with those of PyPI `tokenizers` and `sentencepiece`.

  tokenizer_oracle.py --batch build/release/tests/oracle/tokenize_batch --model MODEL.gguf
      the demo model's vocabulary (pre-tokenizer smollm), the golden texts and --count random strings,
      with and without special tokens parsed; then Llama's SentencePiece vocabulary of tests/golden
      and GPT-2's byte-level one
  tokenizer_oracle.py --batch ... --code-points
      every code point between letters, digits and spaces, for rows that use each property
  tokenizer_oracle.py --write
      makes tests/golden/tokenizers/trained_*.json anew

Needs gguf, tokenizers and sentencepiece from PyPI, in an environment outside the repository.
Exit code 1 when any id differs.
"""
import argparse
import json
import pathlib
import random
import struct
import subprocess
import sys
import tempfile

import tokenizers as hf
from tokenizers import models, pre_tokenizers, trainers

from pre_tokenizers import pre_tokenizer

REPO = pathlib.Path(__file__).resolve().parents[2]
GOLDEN = REPO / "tests/golden/tokenizers"
# The trained_*.json that this script writes; the other rows have pre_tokenizer_oracle.py.
PRE = ("gpt-2", "llama-bpe", "smollm")
# Rows in whose patterns every property occurs that any row asks for.
CODE_POINT_ROWS = ("gpt-2", "starcoder", "qwen35", "tekken", "kimi-k2", "deepseek-v3", "deepseek-llm",
                   "tiny_aya", "falcon")
NORMAL, CONTROL = 1, 3

# Blocks that a text may come from: (first, last, weight).
BLOCKS = [
    (0x20, 0x7E, 30), (0x00, 0x1F, 2), (0x7F, 0xA0, 2), (0xA1, 0x24F, 6), (0x300, 0x36F, 3),
    (0x370, 0x3FF, 3), (0x400, 0x4FF, 5), (0x590, 0x5FF, 2), (0x600, 0x6FF, 4), (0x900, 0x97F, 3),
    (0xE00, 0xE7F, 2), (0x1100, 0x11FF, 1), (0x1780, 0x17FF, 2), (0x1800, 0x180F, 1),
    (0x1E00, 0x1EFF, 2), (0x2000, 0x206F, 5), (0x2070, 0x209F, 2), (0x2100, 0x218F, 2),
    (0x2190, 0x2BFF, 3), (0x3000, 0x30FF, 4), (0x4E00, 0x9FFF, 6), (0xAC00, 0xD7A3, 3),
    (0xE000, 0xE0FF, 1), (0xFE00, 0xFEFF, 1), (0xFF00, 0xFFEF, 2), (0x10000, 0x1018F, 1),
    (0x1D400, 0x1D7FF, 2), (0x1F300, 0x1FAFF, 6), (0x20000, 0x200FF, 1), (0xE0001, 0xE007F, 1),
]
SNIPPETS = [
    "'s", "'S", "'t", "'re", "'RE", "'ve", "'Ve", "'m", "'ll", "'LL", "'lL", "'d", "'D", "\u2019s",
    "'\u017f", "don't", "I'M", "we'd've", "\r\n", "\n\n", "\n \n", " \n", "\t", "    ", "\u00a0",
    "\u3000", "\u200b", "\u200d", "\u2028", "\u0085", "\u180e", "\ufeff", "\ufffd", "123", "1234567",
    "3.14", "1,000", "\u0663\u0664", "\u00bd", "\u2167", "\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "\U0001f1e9\U0001f1ea", "\u2764\ufe0f", "e\u0301", "\u0915\u094d\u0937", "the", " the", " The",
    "Hello", " world", "  x", "foo_bar", "CamelCase", "==", "->", "...", "!!!", "?!", "{}", "();",
    "http://a.b/c?d=e", "<|im_start|>", "<|im_end|>", "<|endoftext|>", "<|im_end", "|>", "<|", "<s>",
    "</s>", "<unk>", "[INST]", "<0x0A>", "<repo_name>", "\u2581", "\u0120", "\u010a",
]


def random_text(rng):
    """A mix that hurts: scripts, emoji, digits, runs of spaces, contractions, names of specials."""
    weights = [weight for _, _, weight in BLOCKS]
    parts = []
    for _ in range(rng.choice([1, 2, 3, 5, 8, 13, 21])):
        kind = rng.random()
        if kind < 0.35:
            parts.append(rng.choice(SNIPPETS))
        elif kind < 0.5:
            parts.append(rng.choice([" ", "\n", "\t", "\r", "\u00a0", " "]) * rng.choice([1, 1, 2, 3, 7]))
        elif kind < 0.6:
            parts.append("".join(rng.choice("0123456789") for _ in range(rng.randint(1, 8))))
        elif kind < 0.75:
            first, last, _ = rng.choices(BLOCKS, weights)[0]
            parts.append("".join(chr(rng.randint(first, last)) for _ in range(rng.randint(1, 8))))
        elif kind < 0.95:
            letters = "etaoinshrdlucmfwypvbgkqjxzETAOIN"
            parts.append(rng.choice(["", " "]) + "".join(
                rng.choices(letters, range(len(letters), 0, -1), k=rng.randint(1, 12))))
        else:
            parts.append(chr(rng.choice([rng.randint(0, 0xD7FF), rng.randint(0xE000, 0x10FFFF)])))
    return "".join(parts)


def golden_texts():
    file = (GOLDEN / "ggml-vocab-gpt-2.gguf.inp").read_bytes().decode()
    return file.split("\n__ggml_vocab_test__\n")[:46]


def byte_level_bpe(pre, tokens, merges, specials):
    merges = [tuple(merge.split(" ")) for merge in merges]
    bpe = models.BPE(vocab={token: i for i, token in enumerate(tokens)}, merges=merges,
                     ignore_merges=pre == "llama-bpe")
    tokenizer = hf.Tokenizer(bpe)
    tokenizer.pre_tokenizer = pre_tokenizer(pre)
    if specials:
        tokenizer.add_special_tokens([hf.AddedToken(s, special=True, normalized=False) for s in specials])
    return tokenizer


def realm_ids(batch, vocab, texts, parse_special=False):
    lines = "".join(json.dumps(text) + "\n" for text in texts)
    command = [batch, str(vocab)] + (["--parse-special"] if parse_special else [])
    out = subprocess.run(command, input=lines.encode(), stdout=subprocess.PIPE, check=True).stdout
    return [json.loads(line) for line in out.splitlines()]


def compare(what, texts, expected, found):
    assert len(expected) == len(found) == len(texts)
    differences = [i for i in range(len(texts)) if expected[i] != found[i]]
    print(f"{what}: {len(texts)} texts, {len(differences)} differ")
    for i in differences[:5]:
        print(f"  {texts[i]!r}\n    expected {expected[i]}\n    found    {found[i]}")
    return len(differences)


def read_gguf(path):
    import gguf

    fields = gguf.GGUFReader(path).fields
    return {key.removeprefix("tokenizer.ggml."): field.contents() for key, field in fields.items()
            if key.startswith("tokenizer.ggml.")}


def ids_of(tokenizer, texts):
    return [e.ids for e in tokenizer.encode_batch(texts, add_special_tokens=False)]


def check_bpe(batch, path, texts):
    vocab = read_gguf(path)
    specials = [t for t, kind in zip(vocab["tokens"], vocab["token_type"]) if kind == CONTROL]
    differ = 0
    for parsed in (False, True):
        oracle = byte_level_bpe(vocab["pre"], vocab["tokens"], vocab["merges"], specials if parsed else [])
        found = realm_ids(batch, path, texts, parsed)
        name = f"{pathlib.Path(path).name} ({vocab['pre']}{', specials parsed' if parsed else ''})"
        differ += compare(name, texts, ids_of(oracle, texts), found)
    return differ


def field(number, wire, payload):
    return varint(number << 3 | wire) + (varint(len(payload)) + payload if wire == 2 else payload)


def varint(value):
    out = b""
    while value > 127:
        out += bytes([value & 127 | 128])
        value >>= 7
    return out + bytes([value])


def sentencepiece_model(vocab):
    """sentencepiece_model.proto, written by hand: pieces, trainer_spec, normalizer_spec."""
    out = b""
    for token, score, kind in zip(vocab["tokens"], vocab["scores"], vocab["token_type"]):
        piece = field(1, 2, token.encode()) + field(2, 5, struct.pack("<f", score)) + field(3, 0, varint(kind))
        out += field(1, 2, piece)
    bpe, byte_fallback = field(3, 0, varint(2)), field(35, 0, varint(1))
    out += field(2, 2, bpe + byte_fallback)
    dummy_prefix, keep_spaces, escape = field(3, 0, varint(1)), field(4, 0, varint(0)), field(5, 0, varint(1))
    return out + field(3, 2, field(1, 2, b"identity") + dummy_prefix + keep_spaces + escape)


def check_spm(batch, path, texts):
    import sentencepiece

    vocab = read_gguf(path)
    oracle = sentencepiece.SentencePieceProcessor(model_proto=sentencepiece_model(vocab))
    # sentencepiece ends a text at U+0000.
    texts = [text for text in texts if "\0" not in text]
    expected = [oracle.encode(text) for text in texts]
    return compare(f"{path.name} (sentencepiece)", texts, expected, realm_ids(batch, path, texts))


def boundary_vocab(pre):
    """A vocabulary in which ids show where words begin: probes merge with every byte of a character."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    probes = [PRE_SPACE, "t", "1", "!", "'"]
    byte_characters = [c for c in alphabet if c not in probes]
    pairs = [(p, c) for p in probes for c in byte_characters] + [(c, p) for p in probes for c in byte_characters]
    tokens = alphabet + [a + b for a, b in pairs]
    return {"model": "gpt2", "pre": pre, "tokens": tokens, "token_types": [NORMAL] * len(tokens),
            "merges": [f"{a} {b}" for a, b in pairs]}


PRE_SPACE = "\u0120"  # how a byte-level vocabulary writes a space


def check_code_points(batch):
    """Every code point beside letters, digits, signs, spaces, line ends and itself."""
    points = [p for p in range(0x110000) if not 0xD800 <= p <= 0xDFFF]
    differ = 0
    for pre in CODE_POINT_ROWS:
        vocab = boundary_vocab(pre)
        oracle = byte_level_bpe(pre, vocab["tokens"], vocab["merges"], [])
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
            json.dump(vocab, file)
            file.flush()
            wrong = []
            for begin in range(0, len(points), 50000):
                part = points[begin:begin + 50000]
                texts = ["t{0}t\t1{0}1\t!{0}!\t {0} t{0}\n{0}'s{0}{0}  {0}1".format(chr(p)) for p in part]
                found = realm_ids(batch, file.name, texts)
                wrong += [p for p, e, f in zip(part, ids_of(oracle, texts), found) if e != f]
        print(f"{pre}: {len(points)} code points, {len(wrong)} differ")
        ranges = []
        for p in wrong:
            if ranges and ranges[-1][1] == p - 1:
                ranges[-1][1] = p
            else:
                ranges.append([p, p])
        print("  " + " ".join(f"{a:04X}..{b:04X}" for a, b in ranges))
        differ += len(wrong)
    return differ


def write_trained():
    licence = (REPO / "LICENSE").read_text()
    rng = random.Random(20261124)
    corpus = [licence] + golden_texts() + [random_text(rng) for _ in range(3000)]
    specials = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    for pre in PRE:
        tokenizer = hf.Tokenizer(models.BPE(ignore_merges=pre == "llama-bpe"))
        tokenizer.pre_tokenizer = pre_tokenizer(pre)
        trainer = trainers.BpeTrainer(vocab_size=1800, special_tokens=specials, show_progress=False,
                                      initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
        tokenizer.train_from_iterator(corpus, trainer)
        model = json.loads(tokenizer.to_str())["model"]
        tokens = sorted(model["vocab"], key=model["vocab"].get)
        merges = [m if isinstance(m, str) else " ".join(m) for m in model["merges"]]
        if pre == "llama-bpe":  # a word that is a token but not the merges' result
            merges = [m for m in merges if m.replace(" ", "") != "\u0120the"]
        plain = byte_level_bpe(pre, tokens, merges, [])
        parsing = byte_level_bpe(pre, tokens, merges, specials)
        cases = []
        for text in golden_texts() + [random_text(rng) for _ in range(500)]:
            row = {"text": text, "ids": plain.encode(text, add_special_tokens=False).ids}
            parsed = parsing.encode(text, add_special_tokens=False).ids
            if parsed != row["ids"]:
                row["parsed_ids"] = parsed
            cases.append(row)
        kinds = [CONTROL if token in specials else NORMAL for token in tokens]
        head = {"model": "gpt2", "pre": pre, "tokens": tokens, "token_types": kinds, "merges": merges}
        write_golden(f"trained_{'gpt2' if pre == 'gpt-2' else pre}.json", head, cases)


def write_golden(name, head, cases):
    """A vocabulary and texts with their ids, a line a text."""
    path = GOLDEN / name
    rows = ",\n".join(json.dumps(row, separators=(",", ":")) for row in cases)
    path.write_text(json.dumps(head, separators=(",", ":"))[:-1] + ',"cases":[\n' + rows + "\n]}\n")
    print(path, path.stat().st_size, "bytes,", len(cases), "cases")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--batch", help="Realm's tokenize_batch")
    parser.add_argument("--model", help="the demo model's GGUF")
    parser.add_argument("--count", type=int, default=10000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--code-points", action="store_true")
    args = parser.parse_args()
    if args.write:
        write_trained()
        return 0
    if not args.batch:
        parser.error("--batch is needed")
    if args.code_points:
        return 1 if check_code_points(args.batch) else 0
    rng = random.Random(args.seed)
    print(f"seed {args.seed}")
    texts = golden_texts() + [random_text(rng) for _ in range(args.count)]
    differ = check_bpe(args.batch, args.model, texts) if args.model else 0
    differ += check_bpe(args.batch, GOLDEN / "ggml-vocab-gpt-2.gguf", texts)
    differ += check_spm(args.batch, GOLDEN / "ggml-vocab-llama-spm.gguf", texts)
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main())
