#!/usr/bin/env python3
"""Cross-checks `realm quantize` with PyPI `gguf`.

  quantize_oracle.py --realm build/release/realm --model MODEL.gguf

`gguf` writes a file of an architecture that Realm does not run, with every metadata type; Realm
makes every type of it, and of the demo model; `gguf` reads the results. Keys, values and types of
the metadata must be those of the input (but for the two keys that tell of formats), names, shapes
and order of the tensors too. Tensors that were kept must have the same bytes (with --pure no matrix
of weights may be kept); the others must be
near the input: F32, F16 and BF16 as numpy rounds, blocks within an error for their bits, as
`gguf`'s own decoding has it. Exit code 1 when anything differs.
"""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

import gguf
import numpy as np

SEED = 20261124
ON_MODEL = {"F16", "Q8_0", "Q4_K_M"}  # each takes seconds there
CHANGED = {"general.file_type", "general.quantization_version"}
# Root mean square error relative to the values' own, for normal values: what a uniform quantizer of
# so many levels over a block's range has, twice over. Codes of b bits over blocks that reach about
# three standard deviations: 6 / 2^b / sqrt(12).
BITS = {"Q2_K": 2, "Q3_K": 3, "Q4_0": 4, "Q4_1": 4, "Q4_K": 4, "IQ4_NL": 4, "IQ4_XS": 4,
        "MXFP4": 3.3, "Q5_0": 5, "Q5_1": 5, "Q5_K": 5, "Q6_K": 6, "Q8_0": 8, "Q8_1": 8, "Q8_K": 8}


def write_sample(path):
    rng = np.random.default_rng(SEED)
    writer = gguf.GGUFWriter(path, "an-architecture-of-tomorrow")
    writer.add_custom_alignment(64)
    kinds = gguf.GGUFValueType
    for kind, value in {kinds.UINT8: 255, kinds.INT8: -128, kinds.UINT16: 65535,
                        kinds.INT16: -32768, kinds.UINT32: 2**32 - 1, kinds.INT32: -2**31,
                        kinds.FLOAT32: 0.1, kinds.BOOL: True, kinds.UINT64: 2**64 - 1,
                        kinds.INT64: -2**63, kinds.FLOAT64: 0.1}.items():
        writer.add_key_value(f"sample.{kind.name}", value, kind)
    writer.add_file_type(1)
    writer.add_array("sample.texts", ["", "one", "zwei\n", "три"])
    writer.add_array("sample.ints", [-1, 2, 3])
    def add(name, *shape, dtype=np.float32):
        writer.add_tensor(name, rng.normal(0, 0.05, shape).astype(dtype))
    add("token_embd.weight", 40, 512)
    add("output.weight", 40, 512, dtype=np.float16)
    for layer in range(9):
        add(f"blk.{layer}.attn_norm.weight", 512)
        add(f"blk.{layer}.attn_v.weight", 8, 512)
        add(f"blk.{layer}.ffn_down.weight", 16, 768)
        add(f"blk.{layer}.ffn_up_exps.weight", 4, 8, 512)
        add(f"blk.{layer}.ffn_gate_inp.weight", 4, 512)
        add(f"blk.{layer}.attn_k_norm.weight", 2, 256)
        add(f"blk.{layer}.narrow.weight", 4, 96)
        add(f"blk.{layer}.odd.weight", 4, 20)
        add(f"blk.{layer}.a_log", 4, 256)
    writer.add_tensor("table.weight", rng.integers(0, 9, (4, 32)).astype(np.int32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def fields_of(reader):
    return {name: (field.types, repr(field.contents())) for name, field in reader.fields.items()
            if name not in CHANGED and not name.startswith("GGUF.")}


def floats(tensor):
    name = tensor.tensor_type.name
    if name in ("F32", "F16"):
        return tensor.data.astype(np.float32).reshape(-1)
    return gguf.quants.dequantize(tensor.data, tensor.tensor_type).reshape(-1)


def check_values(before, after):
    want = floats(before)
    to = after.tensor_type.name
    got = floats(after)
    if to == "F32":
        return "" if np.array_equal(want, got) else "values differ"
    if to == "F16":
        return "" if np.array_equal(want.astype(np.float16).astype(np.float32), got) else "not rounded"
    if to == "BF16":
        return "" if np.abs(want - got).max() <= 2.0**-8 * np.abs(want).max() else "not rounded"
    scale = np.sqrt(np.mean(np.square(want, dtype=np.float64)))
    error = np.sqrt(np.mean(np.square(want - got, dtype=np.float64)))
    most = 2 * 6 / 2**BITS[to] / np.sqrt(12) * scale
    return "" if error <= most else f"root mean square error {error:.3g}, at most {most:.3g}"


def check(realm, source, path, kind, pure, values):
    out = path / "out.gguf"
    command = [realm, "quantize", source, out, kind, "--force", "--json"] + ["--pure"] * pure
    report = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    want, got = gguf.GGUFReader(source), gguf.GGUFReader(out)
    problems = []
    if fields_of(want) != fields_of(got):
        problems.append("metadata differs")
    if got.fields["general.quantization_version"].contents() != 2:
        problems.append("quantization version")
    if [t.name for t in want.tensors] != [t.name for t in got.tensors]:
        return problems + ["tensor names differ"]
    for before, after, told in zip(want.tensors, got.tensors, report["tensors"]):
        where = f"tensor {before.name} ({after.tensor_type.name}): "
        if list(before.shape) != list(after.shape) or list(before.shape) != told["shape"][::-1]:
            problems.append(where + "shape")
        if (told["from"], told["to"]) != (before.tensor_type.name, after.tensor_type.name):
            problems.append(where + f"the report says {told['from']} to {told['to']}")
        if before.tensor_type == after.tensor_type:
            if before.data.tobytes() != after.data.tobytes():
                problems.append(where + "bytes differ")
        elif "kept" in told:
            problems.append(where + "not kept")
        elif values and after.tensor_type.name not in ("Q8_1", "Q8_K"):  # which `gguf` cannot decode
            problem = check_values(before, after)
            if problem:
                problems.append(where + problem)
        if pure and len(before.shape) == 2 and before.name.endswith(".weight") and "kept" in told:
            if before.tensor_type.name != "I32":
                problems.append(where + f"kept: {told['kept']}")
        if pure and "kept" not in told and "instead_of" not in told:
            if after.tensor_type.name not in kind:
                problems.append(where + "not pure")
    if len(got.tensors) > 0 and got.tensors[0].data_offset % got.alignment != 0:
        problems.append("alignment")
    return [f"{source.name} {kind}{' --pure' * pure}: {problem}" for problem in problems]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--realm", required=True, type=pathlib.Path)
    parser.add_argument("--model", type=pathlib.Path)
    args = parser.parse_args()
    problems = []
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        sample = folder / "sample.gguf"
        write_sample(sample)
        listed = subprocess.run([args.realm, "quantize", sample, folder / "x", "none"],
                                capture_output=True, text=True, check=False)
        kinds = listed.stderr.split("there are ")[1].split("\n")[0].split(", ")
        kinds = [kind.strip() for kind in kinds]
        for kind in kinds:
            # `gguf` 0.19 takes blocks of Q8_1 for 40 bytes; they have 36.
            if kind == "Q8_1":
                continue
            for pure in (False, True):
                problems += check(args.realm, sample, folder, kind, pure, True)
            if args.model and kind in ON_MODEL:
                problems += check(args.realm, args.model, folder, kind, False, False)
        print(f"{len(kinds)} types: {' '.join(kinds)}")
    for problem in problems:
        print(problem)
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
