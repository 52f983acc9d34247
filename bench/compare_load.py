#!/usr/bin/env python3
"""How long Realm loads a model beside how long its file takes to read, in turns on one machine.

  bench/compare_load.py MODEL.gguf [-t 2] [--rounds 5]

Reading is `-t` threads, each its own part of the file in pieces of 1 MiB, into memory that is used
again and again: nothing can load faster. Warm, the file is in the system's cache; cold, it was put
out of it before every reading and every load (posix_fadvise; a file system that keeps it is
noticed by how fast it reads). Load is what `realm run --json` tells: opening, vocabulary, packing.
Every figure is the median of the rounds; the ratio is load by reading. The result goes to
bench/results/load/NAME.json (--name).
"""
import argparse
import json
import os
import pathlib
import sys
import threading
import time

from compare import REPO, RESULTS, about_run, dated, output_of, save, summary
from compare_quantize import realm_version

PIECE_BYTES = 1 << 20


def read_part(path, first, last):
    buffer = memoryview(bytearray(PIECE_BYTES))
    with open(path, "rb", buffering=0) as file:
        for at in range(first, last, PIECE_BYTES):
            os.preadv(file.fileno(), [buffer[:min(PIECE_BYTES, last - at)]], at)


def read_seconds(path, threads):
    size = path.stat().st_size
    cuts = [size * i // threads for i in range(threads + 1)]
    workers = [threading.Thread(target=read_part, args=(path, *cut)) for cut in zip(cuts, cuts[1:])]
    begin = time.monotonic()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return time.monotonic() - begin


def put_out_of_cache(path):
    with open(path, "rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def load(args):
    command = [args.realm, "run", args.model, "a", "--raw", "-n", 1, "-t", args.threads, "--device",
               "cpu", "--json"]
    said = json.loads(output_of(command).stdout)
    return said["timings"]["load_seconds"], said["peak_memory_bytes"]


def row_of(state, args):
    """One state of the cache: all rounds."""
    reads, loads, peaks = [], [], []
    for _ in range(args.rounds):
        if state == "cold":
            put_out_of_cache(args.model)
        reads.append(read_seconds(args.model, args.threads))
        if state == "cold":
            put_out_of_cache(args.model)
        seconds, peak = load(args)
        loads.append(seconds)
        peaks.append(peak)
    row = {"state": state, "read_seconds": summary(reads), "load_seconds": summary(loads),
           "peak_memory_bytes": summary(peaks)}
    row["ratio"] = row["load_seconds"]["median"] / max(row["read_seconds"]["median"], 1e-9)
    return row


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=pathlib.Path, metavar="MODEL")
    parser.add_argument("--realm", default=REPO / "build/release/realm")
    parser.add_argument("-t", "--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--results", type=pathlib.Path, default=RESULTS / "load")
    parser.add_argument("--name", help="default: the model's name and today's date")
    args = parser.parse_args()
    rows = []
    for state in ("warm", "cold"):
        rows.append(row_of(state, args))
        row = rows[-1]
        print(f"{state}: read {row['read_seconds']['median']:.3f} s, load "
              f"{row['load_seconds']['median']:.3f} s, ratio {row['ratio']:.2f}, peak "
              f"{row['peak_memory_bytes']['median'] / 2**20:.0f} MiB", flush=True)
    result = {"model": args.model.name, "bytes": args.model.stat().st_size,
              "threads": args.threads, "rounds": args.rounds, **about_run(),
              "realm": realm_version(args.realm), "rows": rows}
    print(f"written: {save(args.results, args.name or dated(args.model), result)}")


if __name__ == "__main__":
    sys.exit(main())
