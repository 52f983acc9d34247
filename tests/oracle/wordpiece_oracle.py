#!/usr/bin/env python3
"""Compares Realm's WordPiece ids with those of PyPI `tokenizers`' BERT tokenizer.

  wordpiece_oracle.py --batch build/release/tests/oracle/tokenize_batch
      trains a cased and an uncased vocabulary and one that keeps accents; golden texts and --count
      random strings each, with and without special tokens parsed
  wordpiece_oracle.py --batch ... --code-points
      every code point between letters, alone and behind marks, with and without folding
  wordpiece_oracle.py --write
      makes tests/golden/tokenizers/wordpiece_*.json anew

Needs tokenizers from PyPI. Exit code 1 when any id differs.
"""
import argparse
import json
import random
import sys
import tempfile

import tokenizers as hf

import tokenizer_oracle as common

SPECIALS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
NORMAL, CONTROL = 1, 3
# name: (lowercase, strip_accents, what the file says of both)
KINDS = {
    "uncased": (True, None, {}),
    "cased": (False, None, {"lowercase": False}),
    "accents": (True, False, {"lowercase": True, "strip_accents": False}),
}
SNIPPETS = [
    "[CLS]", "[SEP]", "[MASK]", "[UNK]", "[MASK", "##ing", "##", "a" * 99, "b" * 100, "c" * 101,
    "\u00c5ngstr\u00f6m", "na\u00efve", "Stra\u00dfe", "\u0130stanbul", "\u6f22\u5b57", "e\u0301\u0323\u302e",
    "\u212b", "\uf900", "\u226e", "\u1e9b\u0323", "\ud55c\uae00", "\u039f\u0394\u039f\u03a3", "\u3042\u304c", "$5.00", "a\u00adb",
]


def random_text(rng):
    text = common.random_text(rng)
    for _ in range(rng.choice([0, 0, 1, 2])):
        at = rng.randint(0, len(text))
        text = text[:at] + rng.choice(SNIPPETS) + text[at:]
    return text


def corpus(rng):
    licence = (common.REPO / "LICENSE").read_text()
    # Lone characters of many scripts, so that vocabularies hold more than letters of ASCII.
    return [licence] * 3 + common.golden_texts() + [random_text(rng) for _ in range(4000)]


def train(lowercase, strip_accents, texts, size):
    tokenizer = hf.BertWordPieceTokenizer(lowercase=lowercase, strip_accents=strip_accents)
    tokenizer.train_from_iterator(texts, vocab_size=size, min_frequency=1, limit_alphabet=1500,
                                  special_tokens=SPECIALS, show_progress=False)
    vocab = tokenizer.get_vocab()
    return sorted(vocab, key=vocab.get)


def oracle(tokens, lowercase, strip_accents, parsed):
    vocab = {token: i for i, token in enumerate(tokens)}
    # The special tokens are found in texts only when the tokenizer is told of them.
    if parsed:
        return hf.BertWordPieceTokenizer(vocab, lowercase=lowercase, strip_accents=strip_accents)
    plain = hf.Tokenizer(hf.models.WordPiece(vocab, unk_token="[UNK]"))
    plain.normalizer = hf.normalizers.BertNormalizer(lowercase=lowercase, strip_accents=strip_accents)
    plain.pre_tokenizer = hf.pre_tokenizers.BertPreTokenizer()
    return plain


def realm_vocab(tokens, says):
    """As converters write it: U+2581 in front of what begins a word, "##" taken off the rest."""
    spelled = [token if token in SPECIALS else token[2:] if token.startswith("##") else "\u2581" + token
               for token in tokens]
    kinds = [CONTROL if token in SPECIALS else NORMAL for token in tokens]
    return {"model": "bert", "pre": "", "tokens": spelled, "merges": [], "token_types": kinds, **says}


def ask_realm(batch, vocab, texts, parsed):
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(vocab, file)
        file.flush()
        return common.realm_ids(batch, file.name, texts, parsed)


def check(batch, rng, count):
    differ = 0
    texts = common.golden_texts() + [random_text(rng) for _ in range(count)]
    training = corpus(rng)
    for name, (lowercase, strip_accents, says) in KINDS.items():
        tokens = train(lowercase, strip_accents, training, 6000)
        for parsed in (False, True):
            expected = common.ids_of(oracle(tokens, lowercase, strip_accents, parsed), texts)
            found = ask_realm(batch, realm_vocab(tokens, says), texts, parsed)
            known = sum(i != 1 for ids in expected for i in ids) / max(1, sum(map(len, expected)))
            differ += common.compare(f"wordpiece {name}{', specials parsed' if parsed else ''}, "
                                     f"{len(tokens)} tokens, {known:.0%} known", texts, expected, found)
    return differ


def check_code_points(batch):
    points = [p for p in range(0x110000) if not 0xD800 <= p <= 0xDFFF]
    bytes_of = [chr(p) for p in range(0x21, 0x7F)]
    differ = 0
    for name, (lowercase, strip_accents, says) in KINDS.items():
        # What the normalizer makes of each code point, by itself and between marks; the words that
        # come of it are the vocabulary of the batch.
        wrong = []
        normalizer = hf.normalizers.BertNormalizer(lowercase=lowercase, strip_accents=strip_accents)
        splitter = hf.pre_tokenizers.BertPreTokenizer()
        for begin in range(0, len(points), 20000):
            part = points[begin:begin + 20000]
            texts = ["a{0}b {0} \U0001d165{0}\u0300\U0001d16d{0}\U0001d165".format(chr(p)) for p in part]
            words = [[w for w, _ in splitter.pre_tokenize_str(normalizer.normalize_str(t))] for t in texts]
            tokens = SPECIALS + sorted({w for ws in words for w in ws} | set(bytes_of))
            expected = common.ids_of(oracle(tokens, lowercase, strip_accents, False), texts)
            assert not any(1 in ids for ids in expected)
            found = ask_realm(batch, realm_vocab(tokens, {"lowercase": lowercase, **says}), texts, False)
            wrong += [p for p, e, f in zip(part, expected, found) if e != f]
        print(f"wordpiece {name}: {len(points)} code points, {len(wrong)} differ",
              " ".join(f"{p:04X}" for p in wrong[:20]))
        differ += len(wrong)
    return differ


def write():
    rng = random.Random(20261124)
    training = corpus(rng)
    for name, (lowercase, strip_accents, says) in KINDS.items():
        tokens = train(lowercase, strip_accents, training, 3000)
        plain, parsing = (oracle(tokens, lowercase, strip_accents, parsed) for parsed in (False, True))
        cases = []
        for text in common.golden_texts() + [random_text(rng) for _ in range(400)]:
            row = {"text": text, "ids": plain.encode(text, add_special_tokens=False).ids}
            parsed = parsing.encode(text, add_special_tokens=False).ids
            if parsed != row["ids"]:
                row["parsed_ids"] = parsed
            cases.append(row)
        common.write_golden(f"wordpiece_{name}.json", realm_vocab(tokens, says), cases)


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
