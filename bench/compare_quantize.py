#!/usr/bin/env python3
"""Runs `realm quantize` and llama.cpp's llama-quantize in turns on one machine.

  bench/compare_quantize.py MODEL.gguf --peer PATH/llama-quantize [-t 2] [--rounds 5]
                            [--types Q8_0 Q5_1 Q4_K_M Q6_K Q2_K IQ4_NL IQ4_XS MXFP4]

MODEL.gguf should be F32 or F16, with rows of whole blocks of 256: of others (the demo model's) the
K-quants and IQ4_XS become something else. This one will do:

  realm bench --synthetic llama-160m:F16 --save llama-160m.F16.gguf -p 0 -n 1 -r 1

In turns, so that both meet the same noise; every figure is the median of the rounds: the time from
start to end of the process (Realm's includes putting the file on the disk, which the peer leaves to
the system), and what the process computed. The ratio is the peer's time by Realm's: above 1 Realm
is faster. The result goes to bench/results/quantize/NAME.json (--name); README.md's table is made
of these files by tools/readme_table.py.
"""
import argparse
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

from compare import REPO, RESULTS, about_run, dated, save, summary

# What llama-quantize has no name for, as it is asked for the same tensors. (Where the embedding
# serves as output matrix too, the files differ in it; the result has their sizes.)
PEER_ARGUMENTS = {"MXFP4": ["MXFP4_MOE", "--tensor-type", "attn_.*=mxfp4", "--tensor-type",
                            "ffn_.*=mxfp4", "--token-embedding-type", "mxfp4",
                            "--output-tensor-type", "q8_0"]}


def timed(command):
    begin, before = time.monotonic(), os.times()
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, check=False)
    after = os.times()
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stderr[-2000:]}")
    cpu = sum(getattr(after, key) - getattr(before, key)
              for key in ("children_user", "children_system"))
    return {"seconds": time.monotonic() - begin, "cpu_seconds": cpu}, done.stdout + done.stderr


def realm_version(program):
    """{"version", "commit"} of `realm 0.1.0 (1a2b3c4, GNU 12.2.0)`; elsewhere than in git no commit."""
    said = timed([program, "--version"])[1]
    found = re.match(r"realm (\S+) \((?:(\w+\+?), )?", said)
    return {"version": found[1], "commit": found[2] or "unknown"}


def peer_commit(said):
    found = re.search(r"\bcommit (\w+)|\bbuild = \d+ \((\w+)\)", said)
    return next(filter(None, found.groups())) if found else "unknown"


def row_of(kind, realm, peer):
    """What the rounds with one type say: (runs, bytes of the file) of both programs."""
    row = {"type": kind}
    for who, (runs, size) in (("realm", realm), ("peer", peer)):
        row[who] = {"bytes": size, **{key: summary([run[key] for run in runs]) for key in runs[0]}}
    for name, key in (("ratio", "seconds"), ("cpu_ratio", "cpu_seconds")):
        row[name] = row["peer"][key]["median"] / max(row["realm"][key]["median"], 1e-9)
    return row


def measure(args, folder, kind):
    """The row of one type, and what the peer printed."""
    ours, theirs = folder / "ours.gguf", folder / "theirs.gguf"
    runs = {"realm": [], "peer": []}
    for _ in range(args.rounds):
        command = [args.realm, "quantize", args.model, ours, kind, "--force", "-t", args.threads]
        runs["realm"].append(timed(command)[0])
        theirs.unlink(missing_ok=True)
        name, *options = PEER_ARGUMENTS.get(kind, [kind])
        time_taken, said = timed([args.peer, *options, args.model, theirs, name, args.threads])
        runs["peer"].append(time_taken)
    row = row_of(kind, (runs["realm"], ours.stat().st_size), (runs["peer"], theirs.stat().st_size))
    return row, said


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("--peer", required=True, type=pathlib.Path, help="llama-quantize")
    parser.add_argument("--peer-commit", help="default: what the program says of itself")
    parser.add_argument("--realm", type=pathlib.Path, default=REPO / "build/release/realm")
    parser.add_argument("-t", "--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--types", nargs="+",
                        default="Q8_0 Q5_1 Q4_K_M Q6_K Q2_K IQ4_NL IQ4_XS MXFP4".split())
    parser.add_argument("--results", type=pathlib.Path, default=RESULTS / "quantize")
    parser.add_argument("--name", help="default: the model's name and today's date")
    args = parser.parse_args()
    # A bare name would be looked up in PATH.
    args.realm, args.peer = args.realm.resolve(), args.peer.resolve()
    rows = []
    with tempfile.TemporaryDirectory(dir=args.model.resolve().parent) as folder:
        for kind in args.types:
            row, said = measure(args, pathlib.Path(folder), kind)
            rows.append(row)
            print(f"{kind:9} realm {row['realm']['seconds']['median']:6.2f} s, llama.cpp "
                  f"{row['peer']['seconds']['median']:6.2f} s, ratio {row['ratio']:.2f}; processor "
                  f"time ratio {row['cpu_ratio']:.2f}", flush=True)
    result = {"model": args.model.name, "bytes": args.model.stat().st_size,
              "threads": args.threads, "rounds": args.rounds, **about_run(),
              "realm": realm_version(args.realm),
              "peer": {"name": "llama.cpp", "commit": args.peer_commit or peer_commit(said)},
              "rows": rows}
    path = save(args.results, args.name or dated(args.model), result)
    print(f"written: {path}; now run tools/readme_table.py")


if __name__ == "__main__":
    main()
