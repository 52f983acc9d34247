#!/usr/bin/env python3
"""Cross-checks Realm's GGUF reader, writer and decoding with PyPI `gguf`.

  gguf_oracle.py --rewrite build/release/tests/oracle/gguf_rewrite [--model MODEL.gguf]

1. `gguf` writes a file with every metadata type and every format that Realm has; Realm reads it and
   writes it again; `gguf` reads that: keys, types, values, tensors and their bytes must be equal.
2. Realm's float32 values of every tensor against those of `gguf`'s numpy decoding: bit for bit, or
   within one rounding of the largest intermediate where numpy orders the operations otherwise.
With --model, the same for that file. Exit code 1 when anything differs.
"""
import argparse
import pathlib
import subprocess
import sys
import tempfile

import gguf
import numpy as np

SEED = 20261124
# Without Q8_1, whose blocks `gguf` 0.19 takes for 40 bytes (ggml: 36).
BLOCKS = "Q4_0 Q4_1 Q5_0 Q5_1 Q8_0 Q2_K Q3_K Q4_K Q5_K Q6_K Q8_K IQ4_NL IQ4_XS MXFP4".split()
PLAIN = {"F32": np.float32, "F16": np.float16, "F64": np.float64, "I8": np.int8, "I16": np.int16,
         "I32": np.int32, "I64": np.int64}
# Byte offsets of the binary16 scales in a block: made finite and moderate, the rest is random.
SCALES = {"Q4_0": [0], "Q4_1": [0, 2], "Q5_0": [0], "Q5_1": [0, 2], "Q8_0": [0],
          "Q2_K": [80, 82], "Q3_K": [108], "Q4_K": [0, 2], "Q5_K": [0, 2], "Q6_K": [208],
          "IQ4_NL": [0], "IQ4_XS": [0]}


def random_blocks(rng, name, rows, blocks):
    _, size = gguf.GGML_QUANT_SIZES[gguf.GGMLQuantizationType[name]]
    data = rng.integers(0, 256, (rows * blocks, size), dtype=np.uint8)
    for at in SCALES.get(name, []):
        data[:, at:at + 2] = rng.normal(0, 0.1, (rows * blocks, 1)).astype(np.float16).view(np.uint8)
    if name == "Q8_K":
        data[:, :4] = rng.normal(0, 0.1, (rows * blocks, 1)).astype(np.float32).view(np.uint8)
    if name == "MXFP4":  # the scale's exponent
        data[:, 0] = rng.integers(110, 140, rows * blocks)
    return data.reshape(rows, blocks * size)


def write_sample(path):
    rng = np.random.default_rng(SEED)
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_custom_alignment(64)
    kinds = gguf.GGUFValueType
    for kind, value in {kinds.UINT8: 255, kinds.INT8: -128, kinds.UINT16: 65535,
                        kinds.INT16: -32768, kinds.UINT32: 2**32 - 1, kinds.INT32: -2**31,
                        kinds.FLOAT32: 0.1, kinds.BOOL: True, kinds.UINT64: 2**64 - 1,
                        kinds.INT64: -2**63, kinds.FLOAT64: 0.1}.items():
        writer.add_key_value(f"sample.{kind.name}", value, kind)
    writer.add_string("sample.text", "Grüße, 世界 \N{GRINNING FACE}")
    writer.add_array("sample.texts", ["", "one", "zwei\n", "три"])
    writer.add_array("sample.ints", [-1, 2, 3])
    writer.add_array("sample.floats", [0.5, -2.0])
    writer.add_array("sample.flags", [True, False])
    for name in BLOCKS:
        writer.add_tensor(f"t.{name}", random_blocks(rng, name, 3, 4),
                          raw_dtype=gguf.GGMLQuantizationType[name])
    writer.add_tensor("t.BF16", rng.normal(size=(3, 64)).astype(np.float32).view(np.uint16)[:, 1::2]
                      .copy().view(np.uint8), raw_dtype=gguf.GGMLQuantizationType.BF16)
    for name, dtype in PLAIN.items():
        writer.add_tensor(f"t.{name}", (rng.normal(size=(2, 3, 5)) * 50).astype(dtype))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def contents(field):
    value = field.contents()
    return [repr(v) for v in value] if isinstance(value, list) else repr(value)


def compare_files(want, got):
    problems = []
    # The counts and the version are fields too. Realm puts the alignment first.
    names, found = ([f for f in reader.fields if f != "general.alignment"]
                    for reader in (want, got))
    if names != found:
        problems.append(f"keys: {found}, expected {names}")
    for name in want.fields.keys() & got.fields.keys():
        a, b = want.fields[name], got.fields[name]
        if a.types != b.types or contents(a) != contents(b):
            problems.append(f"key {name}: differs")
    if [t.name for t in want.tensors] != [t.name for t in got.tensors]:
        problems.append("tensor names differ")
    for a, b in zip(want.tensors, got.tensors):
        if a.tensor_type != b.tensor_type or list(a.shape) != list(b.shape):
            problems.append(f"tensor {a.name}: type or shape differs")
        elif a.data.tobytes() != b.data.tobytes():
            problems.append(f"tensor {a.name}: bytes differ")
    return problems


def oracle_floats(tensor):
    name = tensor.tensor_type.name
    if name in ("F32", "F16"):
        return tensor.data.astype(np.float32)
    if name in PLAIN or name == "Q8_K":  # no floats, or none in `gguf`
        return None
    return gguf.quants.dequantize(tensor.data, tensor.tensor_type)


def compare_floats(reader, floats):
    problems, exact, near = [], 0, 0
    at = 0
    for tensor in reader.tensors:
        name = tensor.tensor_type.name
        if name in PLAIN and name not in ("F32", "F16"):
            continue
        got = floats[at:at + tensor.n_elements]
        at += tensor.n_elements
        want = oracle_floats(tensor)
        if want is None:
            continue
        want = want.reshape(-1)
        if np.array_equal(got, want):
            exact += 1
        elif np.abs(got - want).max() <= 2.0**-22 * np.abs(want).max():
            near += 1
        else:
            problems.append(f"tensor {tensor.name} ({name}): values differ by "
                            f"{np.abs(got - want).max()}")
    if at != len(floats):
        problems.append(f"{len(floats)} values, expected {at}")
    print(f"  values: {exact} tensors equal, {near} within rounding")
    return problems


def check(rewrite, path, folder):
    copy, floats = folder / "copy.gguf", folder / "floats.bin"
    subprocess.run([rewrite, path, copy, floats], check=True)
    want, got = gguf.GGUFReader(path), gguf.GGUFReader(copy)
    print(f"{path.name}: {len(want.fields)} fields, {len(want.tensors)} tensors")
    return (compare_files(want, got) +
            compare_floats(got, np.fromfile(floats, dtype=np.float32)))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rewrite", required=True, type=pathlib.Path)
    parser.add_argument("--model", type=pathlib.Path)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        sample = folder / "sample.gguf"
        write_sample(sample)
        problems = check(args.rewrite, sample, folder)
        if args.model:
            problems += check(args.rewrite, args.model, folder)
    for problem in problems:
        print(problem)
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
