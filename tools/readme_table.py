#!/usr/bin/env python3
"""README.md's tables of measured speeds, made of what the scripts of bench/ write to bench/results.

readme_table.py [README RESULTS]     writes the tables between their marks in README.md
readme_table.py --check [...]        exit code 1 when one in README.md is not the one to be written
"""
import argparse
import json
import pathlib
import sys

REPO = pathlib.Path(__file__).resolve().parent.parent


def about(result, row):
    peer = row["peer"].get("commit", result["peer"]["commit"])
    return f"{result['machine']}, {result['date']}, {result['realm']['commit']} / {peer}"


def model_cells(result, row):
    what = f"{row['kind']} of {row['tokens']} tokens"
    if row["depth"]:
        what += f" at depth {row['depth']}"
    if row.get("sequences", 1) > 1:
        what += f", {row['sequences']} sequences"
    yield from (row.get("model", result["model"]), what, result["threads"])
    peer = row["peer"].get("name", "llama.cpp")
    yield f"{row['realm']['median']:.1f}"
    yield f"{row['peer']['median']:.1f}" + ("" if peer == "llama.cpp" else f" ({peer})")


def tokenizer_cells(result, row):
    kind = f"{row['kind']}, {row['pre']}" if row["kind"] == "gpt2" else row["kind"]
    yield from (row["vocabulary"].removesuffix(".gguf"), kind, f"{result['bytes'] / 1e6:.1f} MB")
    yield "yes" if row["ids_equal"] else "no"
    yield from (f"{row[who]['median']:.1f}" for who in ("realm", "peer"))


def quantize_cells(result, row):
    yield from (result["model"], row["type"], result["threads"])
    yield from (f"{row[who]['seconds']['median']:.2f}" for who in ("realm", "peer"))


# The folder of bench/results, the script that writes it, the table's head, a row's cells up to the
# ratio.
TABLES = {
    "speeds": ("", "compare.py", "model | what | threads | Realm, tokens/s | llama.cpp (or the faster peer), tokens/s",
               model_cells),
    "tokenizers": ("tokenizers", "compare_tokenizers.py",
                   "vocabulary | kind | text | same ids | Realm, MB/s | llama.cpp, MB/s", tokenizer_cells),
    "quantize": ("quantize", "compare_quantize.py",
                 "model | to | threads | Realm, s | llama.cpp, s", quantize_cells),
}


def table(results, folder, script, head, cells):
    rows = []
    for path in sorted((results / folder).glob("*.json")):
        result = json.loads(path.read_text())
        for row in result["rows"]:
            if "ratio" not in row:
                continue  # no peer can do it
            line = [*map(str, cells(result, row)), f"{row['ratio']:.2f}", about(result, row)]
            rows.append(f"| {' | '.join(line)} |")
    if not rows:
        return f"No measurement has been recorded yet (`bench/{script}` records one)."
    head += " | ratio | machine, date, commits"
    return "\n".join([f"| {head} |", "|---" * (head.count("|") + 1) + "|", *rows])


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("readme", nargs="?", type=pathlib.Path, default=REPO / "README.md")
    parser.add_argument("results", nargs="?", type=pathlib.Path, default=REPO / "bench" / "results")
    parser.add_argument("--check", action="store_true")
    args = parser.parse_args()
    text = new = args.readme.read_text()
    for name, what in TABLES.items():
        begin, end = f"<!-- {name}: tools/readme_table.py -->", f"<!-- end of {name} -->"
        before, _, rest = new.partition(begin)
        _, found, after = rest.partition(end)
        if not found:
            sys.exit(f"{args.readme.name} lacks the marks {begin} and {end}")
        new = f"{before}{begin}\n{table(args.results, *what)}\n{end}{after}"
    if not args.check:
        args.readme.write_text(new)
    elif new != text:
        sys.exit(f"{args.readme.name}: a table of speeds is stale; run tools/readme_table.py")


if __name__ == "__main__":
    main()
