#!/usr/bin/env python3
"""Encodes a text with Realm's tokenizers and llama.cpp's, in turns on one machine, one thread each.

  bench/compare_tokenizers.py VOCAB.gguf... --peer PATH/libllama.so --text TEXT [--rounds 5]

VOCAB.gguf is any model or vocabulary file. Realm's tokenizer_bench (cmake --build build/release
--target tokenizer_bench) and bench/peer_tokenizer.py encode the whole text once each, in a process
of its own: both pay for what they build up on the way, neither for reading the vocabulary. MB are
10^6 bytes, the time is what the process computes, every figure the median of the rounds, the ratio
that of the medians: above 1 Realm is faster. Whether both made the same ids is written down too.

10 MB of English come from two packages that every Debian 12 has or can install (vim-runtime, perl):

  cat /usr/share/vim/vim90/doc/*.txt $(find /usr/lib /usr/share -name '*.pod' | LC_ALL=C sort) |
    head -c 10000000 > english.txt

The result names the text by its bytes and SHA-256. It goes to bench/results/tokenizers/NAME.json
(--name); README.md's table is made of these files by tools/readme_table.py.
"""
import argparse
import hashlib
import pathlib
import sys

from compare import REPO, RESULTS, about_run, dated, run, save, summary

PEER = pathlib.Path(__file__).resolve().parent / "peer_tokenizer.py"


def rounds_of(args, vocab):
    ours, theirs = [], []
    for _ in range(args.rounds):
        ours.append(run([args.realm, vocab, args.text, "--runs", 1, "--json"]))
        theirs.append(run([sys.executable, PEER, args.peer, vocab, args.text]))
    return ours, theirs


def row_of(vocab, ours, theirs):
    """What the rounds with one vocabulary say: runs of both programs, as their JSON lines."""
    def speeds(runs):
        return {"tokens": runs[0]["tokens"],
                **summary([line["bytes"] / 1e6 / line["encode_seconds"] for line in runs])}
    realm, peer = speeds(ours), speeds(theirs)
    return {"vocabulary": vocab.name, "kind": ours[0]["model"], "pre": ours[0]["pre"],
            "ids_equal": all((line["tokens"], line["ids_crc32"]) ==
                             (ours[0]["tokens"], ours[0]["ids_crc32"]) for line in ours + theirs),
            "realm": realm, "peer": peer, "ratio": realm["median"] / peer["median"]}


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("vocabularies", nargs="+", type=pathlib.Path, metavar="VOCAB.gguf")
    parser.add_argument("--peer", required=True, type=pathlib.Path, help="llama.cpp's libllama.so")
    parser.add_argument("--peer-commit", help="default: what the library says of itself")
    parser.add_argument("--text", required=True, type=pathlib.Path)
    parser.add_argument("--realm", type=pathlib.Path, help="Realm's tokenizer_bench",
                        default=REPO / "build/release/bench/tokenizer_bench")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--results", type=pathlib.Path, default=RESULTS / "tokenizers")
    parser.add_argument("--name", help="default: the text's name and today's date")
    args = parser.parse_args()
    # A bare name would be looked up elsewhere.
    args.realm, args.peer = args.realm.resolve(), args.peer.resolve()
    text = args.text.read_bytes()
    rows = []
    for vocab in args.vocabularies:
        ours, theirs = rounds_of(args, vocab)
        rows.append(row_of(vocab, ours, theirs))
        row = rows[-1]
        print(f"{vocab.name:32} realm {row['realm']['median']:7.2f}, llama.cpp "
              f"{row['peer']['median']:6.2f} MB/s, ratio {row['ratio']:6.2f}, ids "
              f"{'equal' if row['ids_equal'] else 'differ'}", flush=True)
    result = {"text": args.text.name, "bytes": len(text),
              "sha256": hashlib.sha256(text).hexdigest(), "threads": 1, "rounds": args.rounds,
              **about_run(),
              "realm": {key: ours[0][key] for key in ("version", "commit")},
              "peer": {"name": "llama.cpp", "version": theirs[0]["version"],
                       "commit": args.peer_commit or theirs[0]["commit"] or "unknown"},
              "rows": rows}
    path = save(args.results, args.name or dated(args.text), result)
    print(f"written: {path}; now run tools/readme_table.py")


if __name__ == "__main__":
    main()
