#!/usr/bin/env python3
"""Compares Realm's SentencePiece ids with those of PyPI `sentencepiece`, on models trained by it.

  sentencepiece_oracle.py --batch build/release/tests/oracle/tokenize_batch
      unigram and BPE models, with and without byte fallback, normalization, a space in front and
      user-defined symbols; golden texts and --count random strings each
  sentencepiece_oracle.py --batch ... --code-points
      every code point between letters, for each normalization rule
  sentencepiece_oracle.py --write
      makes tests/golden/tokenizers/sentencepiece_*.json anew

Needs sentencepiece and tokenizers from PyPI. Exit code 1 when any id differs.
"""
import argparse
import io
import json
import random
import struct
import sys
import tempfile

import sentencepiece

import tokenizer_oracle as common

PLAIN = {"normalization_rule_name": "identity", "remove_extra_whitespaces": False}
SYMBOLS = ["<sep>", "\u2581\u2581", "\n\n", "a-a", "\uff21"]
MODELS = {
    # T5's and XLM-RoBERTa's; the same with bytes; lower-cased; nothing normalized.
    "unigram": {"model_type": "unigram"},
    "unigram_bytes": {"model_type": "unigram", "byte_fallback": True},
    "unigram_casefold": {"model_type": "unigram", "normalization_rule_name": "nmt_nfkc_cf",
                         "user_defined_symbols": SYMBOLS},
    "unigram_plain": {"model_type": "unigram", "byte_fallback": True, "add_dummy_prefix": False,
                      "user_defined_symbols": SYMBOLS, **PLAIN},
    "unigram_across_spaces": {"model_type": "unigram", "split_by_whitespace": False},
    # Llama's; Gemma's; normalized.
    "bpe_bytes": {"model_type": "bpe", "byte_fallback": True, "split_digits": True, **PLAIN},
    "bpe_no_prefix": {"model_type": "bpe", "byte_fallback": True, "add_dummy_prefix": False,
                      "user_defined_symbols": SYMBOLS, "allow_whitespace_only_pieces": True, **PLAIN},
    "bpe_prefix_symbols": {"model_type": "bpe", "byte_fallback": True,
                           "user_defined_symbols": SYMBOLS, **PLAIN},
    "bpe_normalized": {"model_type": "bpe"},
}
SNIPPETS = SYMBOLS + [
    "\uff41\uff22\uff43", "\ufb01", "\u00bd", "\u2460", "\u3392", "\u1112\u1161\u11ab", "e\u0301", "A\u030a", "\u00a0\u00a0", "\u200b\u200b",
    "aaaaaaa", "!!!!!!!", "\u2581", " \u2581 ", "   ", "\u0130", "\u1e9e", "\ufdfa", "\u00ad", "\ufffd", "\U0001f468\u200d\U0001f469",
]


def random_text(rng):
    text = common.random_text(rng)
    for _ in range(rng.choice([0, 0, 1, 2])):
        at = rng.randint(0, len(text))
        text = text[:at] + rng.choice(SNIPPETS) + text[at:]
    return text.replace("\0", "")  # sentencepiece ends a text there


def golden_texts():
    return [text for text in common.golden_texts() if "\0" not in text]


def train(options, texts, size):
    out = io.BytesIO()
    # Lines are what it is trained on.
    lines = [line for text in texts for line in text.split("\n") if line.strip()]
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(lines), model_writer=out, vocab_size=size, character_coverage=0.98,
        hard_vocab_limit=False, minloglevel=2, num_threads=1, **options)
    return out.getvalue()


def fields(data):
    """(number, value) of a protocol buffer: integers, and bytes for the rest."""
    at = 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while at < len(data):
        key = varint()
        wire = key & 7
        if wire == 0:
            yield key >> 3, varint()
            continue
        size = varint() if wire == 2 else 8 if wire == 1 else 4
        yield key >> 3, data[at:at + size]
        at += size


def realm_vocab(model):
    """As converters write it: pieces, scores, types, and what the normalizer's keys say."""
    vocab = {"pre": "default", "tokens": [], "scores": [], "token_types": [], "merges": [],
             "add_space_prefix": True, "remove_extra_whitespaces": True}
    kind = 1
    for number, value in fields(model):
        if number == 1:
            piece = dict(fields(value))
            vocab["tokens"].append(piece[1].decode())
            vocab["scores"].append(struct.unpack("<f", piece[2])[0] if 2 in piece else 0.0)
            vocab["token_types"].append(piece.get(3, 1))
        elif number == 2:
            kind = dict(fields(value)).get(3, 1)
        elif number == 3:
            spec = dict(fields(value))
            vocab["add_space_prefix"] = bool(spec.get(3, 1))
            vocab["remove_extra_whitespaces"] = bool(spec.get(4, 1))
            if spec.get(2):
                vocab["precompiled_charsmap"] = spec[2].hex()
    vocab["model"] = {1: "t5", 2: "llama"}[kind]
    return vocab


def ask_realm(batch, vocab, texts):
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(vocab, file)
        file.flush()
        return common.realm_ids(batch, file.name, texts)


def check(batch, rng, count):
    texts = golden_texts() + [random_text(rng) for _ in range(count)]
    training = corpus(rng)
    differ = 0
    for name, options in MODELS.items():
        model = train(options, training, 7000)
        vocab = realm_vocab(model)
        expected = sentencepiece.SentencePieceProcessor(model_proto=model).encode(texts)
        differ += common.compare(f"sentencepiece {name}, {len(vocab['tokens'])} tokens", texts, expected,
                                 ask_realm(batch, vocab, texts))
    return differ


def corpus(rng, count=3000):
    licence = (common.REPO / "LICENSE").read_text()
    return [licence] * 3 + golden_texts() + [random_text(rng) for _ in range(count)]


def check_code_points(batch):
    points = [p for p in range(1, 0x110000) if not 0xD800 <= p <= 0xDFFF]
    training = corpus(random.Random(7), 100)
    differ = 0
    for rule in ("nmt_nfkc", "nfkc", "nmt_nfkc_cf", "nfkc_cf", "identity"):
        model = train({"model_type": "unigram", "byte_fallback": True,
                       "normalization_rule_name": rule}, training, 2000)
        texts = ["a{0}b {0} {0}\u0301".format(chr(p)) for p in points]
        expected = sentencepiece.SentencePieceProcessor(model_proto=model).encode(texts)
        found = ask_realm(batch, realm_vocab(model), texts)
        wrong = [p for p, e, f in zip(points, expected, found) if e != f]
        print(f"sentencepiece {rule}: {len(points)} code points, {len(wrong)} differ",
              " ".join(f"{p:04X}" for p in wrong[:20]))
        differ += len(wrong)
    return differ


def write():
    rng = random.Random(20261124)
    training = corpus(rng, 200)
    for name in ("unigram", "unigram_plain", "bpe_bytes", "bpe_no_prefix"):
        model = train(MODELS[name], training, 2000)
        processor = sentencepiece.SentencePieceProcessor(model_proto=model)
        texts = golden_texts() + [random_text(rng) for _ in range(400)]
        cases = [{"text": text, "ids": processor.encode(text)} for text in texts]
        common.write_golden(f"sentencepiece_{name}.json", realm_vocab(model), cases)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--batch", help="Realm's tokenize_batch")
    parser.add_argument("--count", type=int, default=10000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--code-points", action="store_true")
    args = parser.parse_args()
    if args.write:
        write()
        return 0
    if not args.batch:
        parser.error("--batch is needed")
    if args.code_points:
        return 1 if check_code_points(args.batch) else 0
    print(f"seed {args.seed}")
    return 1 if check(args.batch, random.Random(args.seed), args.count) else 0


if __name__ == "__main__":
    sys.exit(main())
