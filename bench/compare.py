#!/usr/bin/env python3
"""Runs `realm bench` and llama.cpp's llama-bench in turns on one machine and writes what both said.

  bench/compare.py MODEL.gguf --peer PATH/llama-bench [-t 2] [-p 512] [-n 128] [-d 0] [--rounds 5]

In turns, so that both meet the same noise: a round is one run of each, and every figure is the
median of the rounds. The result goes to bench/results/NAME.json (--name); README.md's table is made
of these files by tools/readme_table.py.
"""
import argparse
import datetime
import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys

REPO = pathlib.Path(__file__).resolve().parent.parent
RESULTS = REPO / "bench" / "results"


def run(command):
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stderr}")
    return json.loads(done.stdout)


def realm_rates(args):
    command = [args.realm, "bench", args.model, "-t", args.threads, "-p", args.prompt, "-n",
               args.tokens, "-d", args.depth, "-r", 1, "--json"]
    out = run(command)
    rates = {m["kind"]: m["tokens_per_second"]["median"] for m in out["measurements"]}
    return rates, {"version": out["version"], "commit": out["commit"], "device": out["device"],
                   "command": " ".join(["realm", *map(str, command[1:2]),
                                        pathlib.Path(args.model).name, *map(str, command[3:])])}


def peer_rates(args):
    out = run([args.peer, "-m", args.model, "-t", args.threads, "-p", args.prompt, "-n",
               args.tokens, "-d", args.depth, "-r", 1, "-fa", 1, "-o", "json"])
    rates = {"prompt" if row["n_prompt"] else "decode": row["avg_ts"] for row in out}
    return rates, {"commit": out[0].get("build_commit", "unknown"), "name": "llama.cpp"}


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


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("--peer", required=True, help="llama.cpp's llama-bench")
    parser.add_argument("--realm", default=REPO / "build/release/realm")
    parser.add_argument("-t", "--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("-p", "--prompt", type=int, default=512)
    parser.add_argument("-n", "--tokens", type=int, default=128)
    parser.add_argument("-d", "--depth", type=int, default=0)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--results", type=pathlib.Path, default=RESULTS)
    parser.add_argument("--name", help="default: the model's name and today's date")
    args = parser.parse_args()

    ours, theirs, about = [], [], {}
    for number in range(args.rounds):
        rates, about["realm"] = realm_rates(args)
        ours.append(rates)
        rates, about["peer"] = peer_rates(args)
        theirs.append(rates)
        print(f"round {number + 1}: realm {ours[-1]}, peer {theirs[-1]}", file=sys.stderr)
    rows = []
    for kind, tokens in (("prompt", args.prompt), ("decode", args.tokens)):
        if kind in ours[0]:
            mine, peer = summary([r[kind] for r in ours]), summary([r[kind] for r in theirs])
            rows.append({"kind": kind, "tokens": tokens, "depth": args.depth, "realm": mine,
                         "peer": peer, "ratio": mine["median"] / peer["median"]})
    about = {"model": pathlib.Path(args.model).name, "threads": args.threads,
             "rounds": args.rounds, **about_run(), **about}
    path = save(args.results, args.name or dated(args.model), {**about, "rows": rows})
    for row in rows:
        print(f"{row['kind']:7} {row['tokens']:5} tokens at {row['depth']}: realm "
              f"{row['realm']['median']:.2f}, llama.cpp {row['peer']['median']:.2f} tokens/s, "
              f"ratio {row['ratio']:.2f}")
    print(f"written: {path}; now run tools/readme_table.py")


if __name__ == "__main__":
    main()
