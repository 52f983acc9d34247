#!/usr/bin/env python3
"""Runs `realm bench` and other programs' llama-bench in turns on one machine and writes what all
said.

  bench/compare.py MODEL.gguf --peer PATH/llama-bench [-t 2] [-p 512] [-n 128] [-d 0,4096]
                   [-b 1,8] [--kv f16] [--rounds 5]
  bench/compare.py --synthetic llama-1b:Q4_0 --synthetic llama-1b:Q4_K \\
                   --peer PATH/llama-bench --peer ik_llama.cpp=PATH/llama-bench

In turns, so that all meet the same noise: a round is one run of each, and every figure is the
median of the rounds. --synthetic makes the file by `realm bench --save` in a folder that goes away.
A peer that knows -rtr (ik_llama.cpp) runs twice a round, plain and with it. What llama-bench cannot
do is asked of others: several sequences (-b) of the llama-batched-bench beside it; a prompt at
a depth, where there is no -d, of the times of two prompts. `ratio` is against the fastest peer.
Beside Realm's speed stand the medians of its shares of the machine's ceilings, each measured in the
same run. The result goes to bench/results/NAME.json (--name); README.md's table is made of these
files by tools/readme_table.py.
"""
import argparse
import datetime
import json
import os
import pathlib
import platform
import re
import statistics
import subprocess
import sys
import tempfile

REPO = pathlib.Path(__file__).resolve().parent.parent
RESULTS = REPO / "bench" / "results"


def output_of(command):
    command = [str(word) for word in command]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}\n{done.stderr}")
    return done


def run(command):
    return json.loads(output_of(command).stdout)


def numbers(text):
    return [int(word) for word in text.split(",")]


def cases_of(args):
    """(kind, tokens, depth, sequences) of every row."""
    for depth in args.depth:
        if args.prompt:
            yield ("prompt", args.prompt, depth, 1)
        if args.tokens:
            for sequences in args.batch:
                yield ("decode", args.tokens, depth, sequences)


def joined(values):
    return ",".join(map(str, values))


class Realm:
    def __init__(self, args):
        self.args = args
        self.about = {}
        self.percents = {}  # of a case: shares of the machine's ceilings, one a round

    def rates(self, model):
        args = self.args
        command = [args.realm, "bench", model, "-t", args.threads, "-p", args.prompt, "-n",
                   args.tokens, "-d", joined(args.depth), "-b", joined(args.batch), "-r", 1,
                   "--json"]
        if args.kv:
            command += ["--kv", args.kv]
        command += args.realm_flags.split()
        out = run(command)
        self.about = {"version": out["version"], "commit": out["commit"], "device": out["device"],
                      "command": " ".join(["realm", "bench", pathlib.Path(model).name,
                                           *map(str, command[3:])])}
        if "ceilings" in out:
            self.about["ceilings"] = out["ceilings"]
        rates = {}
        for m in out["measurements"]:
            case = (m["kind"], m["tokens"], m["depth"], m["sequences"])
            rates[case] = m["tokens_per_second"]["median"]
            for key in ("read_percent", "multiply_percent"):
                if key in m:
                    self.percents.setdefault(case, {}).setdefault(key, []).append(m[key])
        return rates


class Peer:
    """One way to run one program."""

    def __init__(self, name, program, args, help_text, commit, flags=()):
        self.name, self.program, self.args, self.flags = name, program, args, list(flags)
        self.has_depth = "--n-depth" in help_text
        self.commit = commit or "unknown"

    def common(self, model, flags):
        common = ["-m", model, "-t", self.args.threads, "-fa", 1, *flags]
        if self.args.kv:
            common += ["-ctk", self.args.kv, "-ctv", self.args.kv]
        return common

    def bench(self, model, *words):
        rows = run([self.program, *self.common(model, self.flags), *words, "-r", 1, "-o", "json"])
        if rows[0].get("build_commit", "unknown") != "unknown":
            self.commit = rows[0]["build_commit"]
        return rows

    def rates(self, model):
        return {case: self.rate(model, *case) for case in cases_of(self.args)}

    def rate(self, model, kind, tokens, depth, sequences):
        if sequences > 1:
            return self.batched(model, tokens, depth, sequences)
        prompt, decode = (tokens, 0) if kind == "prompt" else (0, tokens)
        if depth == 0 or self.has_depth:
            at = ["-d", depth] if depth else []
            return self.bench(model, "-p", prompt, "-n", decode, *at)[0]["avg_ts"]
        if kind == "decode":
            rows = self.bench(model, "-p", 0, "-n", 0, "-gp", f"{depth},{tokens}")
            return rows[0]["avg_ts"]
        whole, before = (self.bench(model, "-p", n, "-n", 0)[0]["avg_ns"]
                         for n in (depth + tokens, depth))
        return 1e9 * tokens / max(whole - before, 1)

    def batched(self, model, tokens, depth, sequences):
        program = self.program.with_name("llama-batched-bench")
        if not program.is_file():
            return None
        before = max(depth, 1)
        room = sequences * (before + tokens)
        flags = [flag for flag in self.flags if flag != 1]  # -rtr takes no value there
        done = output_of([program, *self.common(model, flags), "-c", room, "-npp", before,
                          "-ntg", tokens, "-npl", sequences])
        return batched_rate(done.stdout + done.stderr, tokens, sequences)


def batched_rate(text, tokens, sequences):
    """S_TG of the row of llama-batched-bench's table."""
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if len(cells) == 10 and cells[1:3] == [str(tokens), str(sequences)]:
            return float(cells[7])
    sys.exit(f"llama-batched-bench printed no row for {tokens} tokens of {sequences} sequences")


def peers_of(args):
    for word in args.peer:
        name, _, rest = word.rpartition("=")
        path, _, commit = rest.partition("@")
        program = pathlib.Path(path)
        done = subprocess.run([str(program), "--help"], capture_output=True, text=True, check=False)
        text = done.stdout + done.stderr
        repacks = "-rtr" in text
        name = name or ("ik_llama.cpp" if repacks else "llama.cpp")
        yield Peer(name, program, args, text, commit)
        if repacks:
            yield Peer(f"{name} -rtr", program, args, text, commit, ["-rtr", 1])


def processor():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith(("model name", "Model name")):
            return line.partition(":")[2].strip()
    return platform.machine()


def summary(rates):
    return {"median": statistics.median(rates), "min": min(rates), "max": max(rates)}


def about_run():
    today = datetime.datetime.now(datetime.timezone.utc).date()
    return {"machine": processor(), "date": today.isoformat()}


def dated(path):
    """The name of a result: what was measured, and today's date."""
    return f"{pathlib.Path(path).stem}-{datetime.datetime.now(datetime.timezone.utc):%Y%m%d}"


def save(folder, name, result):
    path = pathlib.Path(folder) / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(result, indent=1) + "\n")
    return path


def row_of(model, case, ours, theirs):
    """`ours`: a list of rates; `theirs`: one for each peer by name, empty where it has none."""
    kind, tokens, depth, sequences = case
    row = {"model": model, "kind": kind, "tokens": tokens, "depth": depth, "sequences": sequences,
           "realm": summary(ours), "peers": {n: summary(r) for n, r in theirs.items() if r}}
    if row["peers"]:
        fastest = max(row["peers"], key=lambda name: row["peers"][name]["median"])
        row["peer"] = {"name": fastest, **row["peers"][fastest]}
        row["ratio"] = row["realm"]["median"] / row["peer"]["median"]
    return row


def measure(model, name, realm, peers, args):
    runs = {runner: [] for runner in (realm, *peers)}
    realm.percents = {}
    for number in range(args.rounds):
        for runner in runs:
            runs[runner].append(runner.rates(model))
        print(f"{name}: round {number + 1} of {args.rounds}", file=sys.stderr)
    for case in cases_of(args):
        theirs = {peer.name: [r[case] for r in runs[peer] if r[case] is not None]
                  for peer in peers}
        row = row_of(name, case, [r[case] for r in runs[realm]], theirs)
        for key, values in realm.percents.get(case, {}).items():
            row["realm"][key] = statistics.median(values)
        yield row


def file_name(model):
    return re.sub(r"[^A-Za-z0-9._-]", "-", model)


def models_of(args, folder):
    for path in args.models:
        yield path, pathlib.Path(path).name
    for spec in args.synthetic:
        path = pathlib.Path(folder) / f"{file_name(spec)}.gguf"
        output_of([args.realm, "bench", "--synthetic", spec, "--save", path, "-p", 0, "-n", 0])
        yield path, spec
        path.unlink()


def parsed():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="*", metavar="MODEL")
    parser.add_argument("--synthetic", action="append", default=[], metavar="SHAPE:TYPE",
                        help="a random model; may be given again")
    parser.add_argument("--peer", action="append", required=True, metavar="[NAME=]PATH[@COMMIT]",
                        help="a llama-bench, and where it does not know its commit, that; may be "
                        "given again")
    parser.add_argument("--realm", default=REPO / "build/release/realm")
    parser.add_argument("--realm-flags", default="", help="more flags of `realm bench`: --realm-flags=--no-ceilings")
    parser.add_argument("-t", "--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("-p", "--prompt", type=int, default=512)
    parser.add_argument("-n", "--tokens", type=int, default=128)
    parser.add_argument("-d", "--depth", type=numbers, default=[0])
    parser.add_argument("-b", "--batch", type=numbers, default=[1])
    parser.add_argument("--kv", help="format of keys and values, of all (default: each one's own)")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--folder", help="where --synthetic puts its files (default: temporary)")
    parser.add_argument("--results", type=pathlib.Path, default=RESULTS)
    parser.add_argument("--name", help="default: the first model's name and today's date")
    args = parser.parse_args()
    if not args.models and not args.synthetic:
        parser.error("no MODEL and no --synthetic")
    return args


def result_of(args, realm, peers, rows):
    commits = {peer.name: peer.commit for peer in peers}
    for row in rows:
        if "peer" in row:
            row["peer"]["commit"] = commits[row["peer"]["name"]]
    about = [{"name": name, "commit": commit} for name, commit in commits.items()]
    return {"model": rows[0]["model"], "threads": args.threads, "rounds": args.rounds,
            **about_run(), "kv": args.kv, "realm": realm.about, "peer": about[0],
            "peers": about, "rows": rows}


def main():
    args = parsed()
    realm, peers, rows = Realm(args), list(peers_of(args)), []
    path = None
    with tempfile.TemporaryDirectory(dir=args.folder) as folder:
        for model, name in models_of(args, folder):
            for row in measure(model, name, realm, peers, args):
                rows.append(row)
                peer = row.get("peer", {"name": "no peer", "median": float("nan")})
                print(f"{name}: {row['kind']:7} {row['tokens']:5} tokens at {row['depth']}, "
                      f"{row['sequences']} sequences: realm {row['realm']['median']:.2f}, "
                      f"{peer['name']} {peer['median']:.2f} tokens/s, "
                      f"ratio {row.get('ratio', float('nan')):.2f}", flush=True)
            # After every model: hours of measuring are not lost with the last one.
            path = save(args.results, args.name or dated(file_name(rows[0]["model"])),
                        result_of(args, realm, peers, rows))
    print(f"written: {path}; now run tools/readme_table.py")


if __name__ == "__main__":
    main()
