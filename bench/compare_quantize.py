#!/usr/bin/env python3
"""Runs `realm quantize` and llama.cpp's llama-quantize in turns on one machine.

  bench/compare_quantize.py MODEL.gguf --peer PATH/llama-quantize [-t 2] [--rounds 5]
                            [--types Q8_0 Q5_1 Q4_K_M Q6_K Q2_K] [--json]

MODEL.gguf should be F32 or F16. In turns, so that both meet the same noise; the figure of each is
the shortest of the rounds, from start to end of the process (Realm's includes putting the file on
the disk, which the peer leaves to the system), and its processor time. The ratio is the peer's time
by Realm's: above 1 Realm is faster.
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

from compare import REPO, processor


def timed(command):
    begin, before = time.monotonic(), os.times()
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, check=False)
    after = os.times()
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stderr[-2000:]}")
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return {"seconds": time.monotonic() - begin, "cpu_seconds": cpu}


def best(runs):
    return {key: round(min(run[key] for run in runs), 3) for key in runs[0]}


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("--peer", required=True, type=pathlib.Path)
    parser.add_argument("--realm", type=pathlib.Path, default=REPO / "build/release/realm")
    parser.add_argument("-t", "--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--types", nargs="+", default="Q8_0 Q5_1 Q4_K_M Q6_K Q2_K".split())
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    args = parser.parse_args()
    # A bare name would be looked up in PATH.
    args.realm, args.peer = args.realm.resolve(), args.peer.resolve()
    rows = {}
    with tempfile.TemporaryDirectory(dir=args.model.parent) as name:
        ours, theirs = pathlib.Path(name) / "ours.gguf", pathlib.Path(name) / "theirs.gguf"
        for kind in args.types:
            runs = {"realm": [], "peer": []}
            for _ in range(args.rounds):
                runs["realm"].append(timed([args.realm, "quantize", args.model, ours, kind,
                                            "--force", "-t", args.threads]))
                theirs.unlink(missing_ok=True)
                runs["peer"].append(timed([args.peer, args.model, theirs, kind, args.threads]))
            row = {who: best(all_of) for who, all_of in runs.items()}
            row["ratio"] = round(row["peer"]["seconds"] / row["realm"]["seconds"], 2)
            row["cpu_ratio"] = round(row["peer"]["cpu_seconds"] / row["realm"]["cpu_seconds"], 2)
            row["bytes"] = {"realm": ours.stat().st_size, "peer": theirs.stat().st_size}
            rows[kind] = row
            if args.json:
                continue
            print(f"{kind:8} realm {row['realm']['seconds']:6.2f} s, peer "
                  f"{row['peer']['seconds']:6.2f} s, ratio {row['ratio']:.2f}; processor time ratio "
                  f"{row['cpu_ratio']:.2f}", flush=True)
    if args.json:
        result = {"model": args.model.name, "threads": args.threads, "rounds": args.rounds,
                  "machine": processor(), "types": rows}
        print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
