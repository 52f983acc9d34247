#!/usr/bin/env python3
"""Compares every row of Realm's pre-tokenizers with PyPI `tokenizers`.

  pre_tokenizer_oracle.py --batch build/release/tests/oracle/tokenize_batch [--count N] [--rows A,B]
      for each row a vocabulary trained by `tokenizers` on the published pipeline, written to GGUF;
      ids of the golden texts and of N random strings (10,000)
  pre_tokenizer_oracle.py --write
      makes tests/golden/tokenizers/pre_tokenizers.json (where each row cuts hard texts) and
      trained_gemma4.json anew

Needs gguf and tokenizers from PyPI. Exit code 1 when any id differs.
"""
import argparse
import json
import pathlib
import random
import sys
import tempfile

import gguf
import tokenizers as hf
from tokenizers import models, normalizers, pre_tokenizers, trainers

from pre_tokenizers import IGNORES_MERGES, PLAIN_TEXT, STEPS, names_in, pre_tokenizer
from tokenizer_oracle import GOLDEN, REPO, compare, golden_texts, ids_of, random_text, realm_ids

ROWS_CPP = REPO / "src/text/split/pre_tokenizer_rows.cpp"
NORMAL, CONTROL, BYTE = 1, 3, 6
BYTES = [f"<0x{byte:02X}>" for byte in range(256)]

# What single rows are about, beside what random_text has.
HARD_TEXTS = [
    "1234567 12 123 1234 x1234567y 12a ab123 1,234,567.89 ½123 123½ ²345 \u0661\u0662\u0663\u0664\u0665",
    "CamelCaseHTTPServer McDonald's iPhone DON'T we'LL O'Neill's I'M'S ÀÉîØü \u01c5\u02b0a \u1e9e",
    "漢字かなカナ한글ㄱㄴ ㄅㄆ 漢字abc漢 汉语，。！ 日本語。テスト ｶﾅ ｗｉｄｅ ๑๒๓ไทย ລາວ ខ្មែរ မြန်မာ",
    "e\u0301\u0301te\u0301 \u0301a \u0915\u094d\u0937\u093f \u0bb8\u0bcd\u0bb0\u0bc0 a\u200db\u200c\u0301c",
    "\r\n\r\nfoo\r\n \r\nbar\n\n\n  baz\r\r\n\tqux \n \n  \t \nend   ", "trailing   ", "   ", "\n", " \n ",
    "<sentinel:12><sentinel:x> IMGIMGABCDZ IMGIMGZ IMGIMGABCDEZ \t\t    a  b     c",
    "==>> $5+$6 `code` ~^|<> ___ #include <x.h> //comment /* a */ path/to/file.txt\nhttp://x.y/z\n//\n",
    "\u061d\u166d\u2e52\u2e43\U000111c9\U00010eadа м ¼ п² ц³ \u2167 \u0f2a\U00011de0\U00016ff4",
    " " * 3 + "x" + " " * 9 + "y" + " " * 33 + "z" + " " * 70 + "\n" + " " * 515 + "w" + " " * 700,
    "a" * 300 + " " + "\u0301" * 70 + "9" * 50, "'s 's'S 'lL'x '\u017f \u212a",
]


def texts_for_splits():
    rng = random.Random(20261125)
    return [t for t in golden_texts() + HARD_TEXTS + [random_text(rng) for _ in range(160)] if t]


def train(name, corpus, whole_lines=True):
    """Tokens, their types and merges of a vocabulary trained on the published pipeline."""
    tokenizer = hf.Tokenizer(models.BPE(ignore_merges=name in IGNORES_MERGES))
    plain = name in PLAIN_TEXT
    if plain:
        # Words within lines are how real vocabularies came about; lines make merges over spaces.
        within = "[^\n]+|\n+" if whole_lines else "\u2581*[^\u2581\n]+|\u2581+|\n+"
        tokenizer.normalizer = normalizers.Replace(" ", "\u2581")
        tokenizer.pre_tokenizer = pre_tokenizers.Split(hf.Regex(within), "isolated")
        specials, alphabet = ["<pad>", *BYTES], []  # ids of bytes: 1 + byte
    else:
        tokenizer.pre_tokenizer = pre_tokenizer(name)
        specials, alphabet = ["<|endoftext|>"], pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=2200 if plain else 1800, special_tokens=specials,
                                  show_progress=False, initial_alphabet=alphabet,
                                  limit_alphabet=600, max_token_length=24)
    tokenizer.train_from_iterator(corpus, trainer)
    model = json.loads(tokenizer.to_str())["model"]
    tokens = sorted(model["vocab"], key=model["vocab"].get)
    merges = [m if isinstance(m, str) else " ".join(m) for m in model["merges"]]
    # The corpus has names of special tokens: no published vocabulary makes those by merging.
    special = set(specials)
    merges = [m for m in merges if not special.intersection([*m.split(" "), m.replace(" ", "", 1)])]
    if name in IGNORES_MERGES:  # words that are tokens but not the merges' result
        merges = [m for i, m in enumerate(merges) if i % 7 != 3]
    kinds = [NORMAL if t not in specials else BYTE if t in BYTES else CONTROL for t in tokens]
    return tokens, kinds, merges


def published(name, tokens, merges):
    """The oracle: the pipeline as it was published, on this vocabulary."""
    plain = name in PLAIN_TEXT
    bpe = models.BPE(vocab={token: i for i, token in enumerate(tokens)},
                     merges=[tuple(m.split(" ")) for m in merges], byte_fallback=plain, fuse_unk=plain,
                     ignore_merges=name in IGNORES_MERGES)
    tokenizer = hf.Tokenizer(bpe)
    if plain:
        tokenizer.normalizer = normalizers.Replace(" ", "\u2581")
        tokenizer.pre_tokenizer = pre_tokenizers.Split(" ", "merged_with_previous")
    else:
        tokenizer.pre_tokenizer = pre_tokenizer(name)
    return tokenizer


def write_gguf(path, name, tokens, kinds, merges):
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(name)
    writer.add_token_list(tokens)
    writer.add_token_types(kinds)
    writer.add_token_merges(merges)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.close()


def corpus_of(rng):
    return [(REPO / "LICENSE").read_text()] + golden_texts() + HARD_TEXTS[:9] + [
        random_text(rng) for _ in range(3000)]


def check_rows(batch, names, count, seed):
    rng = random.Random(seed)
    corpus = corpus_of(rng)
    texts = texts_for_splits() + [random_text(rng) for _ in range(count)]
    differ = 0
    for name in names:
        for whole_lines in (True, False) if name in PLAIN_TEXT else (True,):
            tokens, kinds, merges = train(name, corpus, whole_lines)
            expected = ids_of(published(name, tokens, merges), texts)
            with tempfile.NamedTemporaryFile(suffix=".gguf") as file:
                write_gguf(file.name, name, tokens, kinds, merges)
                found = realm_ids(batch, file.name, texts)
            differ += compare(f"{name} ({len(tokens)} tokens, {len(merges)} merges)", texts, expected, found)
    return differ


def write():
    texts = texts_for_splits()
    rows = {}
    for name in STEPS:
        if name not in PLAIN_TEXT:  # a piece of a byte-level pipeline has a character per byte
            cut = pre_tokenizer(name).pre_tokenize_str
            rows[name] = [[len(piece) for piece, _ in cut(text)] for text in texts]
    lines = [json.dumps(name) + ":" + json.dumps(row, separators=(",", ":")) for name, row in rows.items()]
    path = GOLDEN / "pre_tokenizers.json"
    path.write_text('{"texts":' + json.dumps(texts) + ',\n"rows":{\n' + ",\n".join(lines) + "\n}}\n")
    print(path, path.stat().st_size, "bytes,", len(texts), "texts,", len(rows), "rows")

    rng = random.Random(20261126)
    tokens, kinds, merges = train("gemma4", corpus_of(rng), whole_lines=False)
    oracle = published("gemma4", tokens, merges)
    cases = [{"text": text, "ids": oracle.encode(text, add_special_tokens=False).ids}
             for text in texts + [random_text(rng) for _ in range(300)]]
    head = {"model": "gpt2", "pre": "gemma4", "tokens": tokens, "token_types": kinds, "merges": merges}
    rows = ",\n".join(json.dumps(row, separators=(",", ":")) for row in cases)
    path = GOLDEN / "trained_gemma4.json"
    path.write_text(json.dumps(head, separators=(",", ":"))[:-1] + ',"cases":[\n' + rows + "\n]}\n")
    print(path, path.stat().st_size, "bytes,", len(cases), "cases")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--batch", help="Realm's tokenize_batch")
    parser.add_argument("--rows", default="", help="first names of rows, separated by commas; none: all")
    parser.add_argument("--count", type=int, default=10000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    missing = sorted(set(names_in(ROWS_CPP)) ^ set(STEPS))
    if missing:
        print("rows without a pipeline, or the other way round:", ", ".join(missing))
        return 1
    if args.write:
        write()
        return 0
    if not args.batch:
        parser.error("--batch is needed")
    names = [name for name in args.rows.split(",") if name] or list(STEPS)
    print(f"seed {args.seed}")
    differ = check_rows(args.batch, names, args.count, args.seed)
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main())
