#!/usr/bin/env python3
"""No code compiled for one instruction set may become the program's copy of a shared function.

usage: check_kernel_symbols.py NM ISA OBJECT...

The linker keeps one definition of every weak symbol (inline functions, templates). If an object
that was compiled for AVX-512 defines one outside its own namespace realm::...::ISA, that copy may
run on a machine without AVX-512. Exit 1 and the names if there is one.
"""
import re
import subprocess
import sys


def weak_symbols(nm, path):
    out = subprocess.run([nm, "--defined-only", "--demangle", path], check=True,
                         capture_output=True, text=True).stdout
    for line in out.splitlines():
        fields = line.split(maxsplit=2)
        if len(fields) == 3 and fields[1] in "WVwvu":
            yield fields[2]


def main():
    nm, isa, *objects = sys.argv[1:]
    home = re.compile(rf"::{isa}(bf16)?::")  # attention_bf16.cpp has a namespace of its own
    strays = sorted({f"{path.rsplit('/', 1)[-1]}: {name}" for path in objects
                     for name in weak_symbols(nm, path)
                     if not home.search(name) and not name.startswith("DW.ref.")})
    for stray in strays:
        print(stray)
    print(f"{isa}: {len(objects)} objects, {len(strays)} shared definitions")
    return 1 if strays or not objects else 0


if __name__ == "__main__":
    sys.exit(main())
