#!/usr/bin/env python3
"""Kernels for AVX-512 with VNNI must take activations as an embedded broadcast or broadcast them from
memory: GCC 12 likes to send them through a general register, at a quarter of the speed.
Disassembles the objects of the kernels.
usage: check_embedded_broadcast.py OBJDUMP OBJECT..."""
import re
import subprocess
import sys

FROM_MEMORY = re.compile(r"v(broadcastss|pbroadcastd)\s+[^%,]*\(")


def register(operand):
    """zmm7 of %zmm7{%k1}, and of its lower parts."""
    match = re.match(r"%[xyz]mm(\d+)", operand)
    return match.group(1) if match else None


def counts(lines):
    """Products, those with an embedded broadcast, and those of what was broadcast from memory."""
    products = embedded = loaded = 0
    writer = {}  # of a vector register: the last instruction
    for line in lines:
        instruction = line.partition("\t")[2].partition("#")[0].strip()
        if not instruction.startswith("v"):
            continue
        instruction = " ".join(instruction.split())  # llvm-objdump has tabs
        operands = re.split(r", ?(?![^(]*\))", instruction.partition(" ")[2])
        if instruction.startswith("vpdpbusd") and "%zmm" in instruction:
            products += 1
            if "{1to16}" in instruction:
                embedded += 1
            elif FROM_MEMORY.match(writer.get(register(operands[0]), "")):
                loaded += 1
        writer[register(operands[-1])] = instruction
    return products, embedded, loaded


def main():
    objdump, objects = sys.argv[1], sys.argv[2:]
    total = (0, 0, 0)
    for path in objects:
        text = subprocess.run([objdump, "-d", "--no-show-raw-insn", path], check=True,
                              capture_output=True, text=True).stdout
        total = tuple(map(sum, zip(total, counts(text.splitlines()))))
    products, embedded, loaded = total
    print(f"of {products} vpdpbusd (zmm), {embedded} have an embedded broadcast, {loaded} one from "
          "memory")
    return 0 if products > 0 and embedded + loaded == products else 1


if __name__ == "__main__":
    sys.exit(main())
