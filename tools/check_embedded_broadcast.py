#!/usr/bin/env python3
"""Kernels for AVX-512 with VNNI must take activations as an embedded broadcast: GCC 12 likes to send
them through a general register, at a quarter of the speed. Disassembles the object of the kernels.
usage: check_embedded_broadcast.py OBJDUMP OBJECT..."""
import subprocess
import sys


def main():
    objdump, objects = sys.argv[1], sys.argv[2:]
    products = embedded = 0
    for path in objects:
        text = subprocess.run([objdump, "-d", "--no-show-raw-insn", path], check=True,
                              capture_output=True, text=True).stdout
        lines = [line for line in text.splitlines() if "vpdpbusd" in line and "%zmm" in line]
        products += len(lines)
        embedded += sum("{1to16}" in line for line in lines)
    print(f"{embedded} of {products} vpdpbusd with an embedded broadcast (zmm)")
    return 0 if products > 0 and embedded == products else 1


if __name__ == "__main__":
    sys.exit(main())
