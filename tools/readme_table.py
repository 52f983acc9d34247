#!/usr/bin/env python3
"""README.md's table of measured speeds, made of bench/results/*.json (bench/compare.py writes them).

readme_table.py            writes the table between the two marks in README.md
readme_table.py --check    exit code 1 when the table in README.md is not the one to be written
"""
import json
import pathlib
import sys

REPO = pathlib.Path(__file__).resolve().parent.parent
BEGIN, END = "<!-- speeds: tools/readme_table.py -->", "<!-- end of speeds -->"
NONE = "No measurement has been recorded yet (`bench/compare.py` records one)."
HEAD = ("| model | what | threads | Realm, tokens/s | llama.cpp, tokens/s | ratio | machine, date, "
        "commits |\n|---|---|---|---|---|---|---|")


def rows_of(path):
    result = json.loads(path.read_text())
    for row in result["rows"]:
        what = f"{row['kind']} of {row['tokens']} tokens"
        if row["depth"]:
            what += f" at depth {row['depth']}"
        yield (f"| {result['model']} | {what} | {result['threads']} "
               f"| {row['realm']['median']:.1f} | {row['peer']['median']:.1f} "
               f"| {row['ratio']:.2f} | {result['machine']}, {result['date']}, "
               f"{result['realm']['commit']} / {result['peer']['commit']} |")


def table(folder):
    rows = [row for path in sorted(folder.glob("*.json")) for row in rows_of(path)]
    return "\n".join([HEAD, *rows]) if rows else NONE


def main():
    readme = REPO / "README.md"
    text = readme.read_text()
    before, _, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not end:
        sys.exit(f"README.md lacks the marks {BEGIN} and {END}")
    new = f"{before}{BEGIN}\n{table(REPO / 'bench' / 'results')}\n{END}{after}"
    if "--check" not in sys.argv[1:]:
        readme.write_text(new)
    elif new != text:
        sys.exit("README.md: the table of speeds is stale; run tools/readme_table.py")


if __name__ == "__main__":
    main()
