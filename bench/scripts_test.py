#!/usr/bin/env python3
"""The scripts that measure beside llama.cpp, each run with programs in the place of the measured.

scripts_test.py TOKENIZER_BENCH FAKE_LLAMA [unittest's arguments]: Realm's tokenizer_bench, and the
shared library of bench/testing/fake_llama.cpp.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest
import zlib

import compare_quantize
import compare_tokenizers

BENCH = pathlib.Path(__file__).resolve().parent
TABLE = BENCH.parent / "tools/readme_table.py"
VOCAB = BENCH.parent / "tests/golden/tokenizers/ggml-vocab-gpt-2.gguf"
TEXT = "It was a bright cold day in April, and the clocks were striking thirteen.\n" * 50

REALM = """
import json, pathlib, sys, time
command = sys.argv[1]
if command == "--version":
    print("realm 1.2.3 (1a2b3c4d5+, GNU 12.2.0)")
elif command == "quantize":
    source, target, kind = sys.argv[2:5]
    pathlib.Path(target).write_bytes(kind.encode() * 2)
elif command == "bench":
    kinds = {"prompt": 200.0, "decode": 40.0}
    print(json.dumps({"version": "1.2.3", "commit": "1a2b3c4d5", "device": {"name": "cpu"},
                      "measurements": [{"kind": k, "tokens_per_second": {"median": v}}
                                       for k, v in kinds.items()]}))
"""
LLAMA_QUANTIZE = """
import pathlib, sys
*options, source, target, kind, threads = sys.argv[1:]
assert ("--tensor-type" in options) == (kind == "MXFP4_MOE"), options
assert not pathlib.Path(target).exists(), "the peer would not overwrite"
pathlib.Path(target).write_bytes(kind.encode() * 3)
print("version: 9.8.7 (build 1, commit abc123)", file=sys.stderr)
"""
LLAMA_BENCH = """
import json
print(json.dumps([{"n_prompt": n, "avg_ts": t, "build_commit": "abc123"}
                  for n, t in ((512, 100.0), (0, 80.0))]))
"""


class Scripts(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        self.text = self.root / "text.txt"
        self.text.write_text(TEXT)

    def program(self, name, body):
        path = self.root / name
        path.write_text(f"#!{sys.executable}\n{body}")
        path.chmod(0o755)
        return path

    def run_script(self, name, *arguments, **environment):
        command = [sys.executable, BENCH / name, *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, check=False,
                              env={**os.environ, **environment})

    def result(self, name, folder, *arguments):
        """What a script writes, which has to be something that README.md's tables can show."""
        path = self.root / "results" / folder / "it.json"
        done = self.run_script(name, *arguments, "--results", path.parent, "--name", path.stem)
        self.assertEqual(done.returncode, 0, done.stderr)
        result = json.loads(path.read_text())
        self.assert_shown(result)
        self.assertRegex(result["date"], r"^\d{4}-\d\d-\d\d$")
        self.assertTrue(result["machine"])
        self.assertEqual(result["peer"]["commit"], "abc123")
        return result

    def assert_shown(self, result):
        readme = self.root / "README.md"
        marks = [f"<!-- {name}: tools/readme_table.py -->\n<!-- end of {name} -->\n"
                 for name in ("speeds", "tokenizers", "quantize")]
        readme.write_text("Before\n" + "between\n".join(marks) + "after\n")
        check = [TABLE, "--check", readme, self.root / "results"]
        self.assertEqual(self.run_script(*check).returncode, 1)
        done = self.run_script(TABLE, readme, self.root / "results")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.run_script(*check).returncode, 0)
        rows = [line for line in readme.read_text().splitlines() if " / abc123 |" in line]
        self.assertEqual(len(rows), len(result["rows"]))
        self.assertEqual({row.count("|") for row in rows}, {8})

    def test_models(self):
        result = self.result("compare.py", "", "m.gguf", "--realm", self.program("realm", REALM),
                             "--peer", self.program("llama-bench", LLAMA_BENCH), "--rounds", 2)
        self.assertEqual([row["ratio"] for row in result["rows"]], [2.0, 0.5])

    def test_tokenizers(self):
        result = self.result("compare_tokenizers.py", "tokenizers", VOCAB, VOCAB, "--text",
                             self.text, "--realm", TOKENIZER_BENCH, "--peer", FAKE_LLAMA,
                             "--rounds", 2)
        self.assertEqual(result["bytes"], len(TEXT))
        self.assertEqual(result["peer"]["version"], "9.8.7")
        self.assertEqual(len(result["rows"]), 2)
        row = result["rows"][0]
        self.assertEqual([row[key] for key in ("vocabulary", "kind", "pre")],
                         [VOCAB.name, "gpt2", "gpt-2"])
        self.assertEqual(row["peer"]["tokens"], len(TEXT))
        # 17 tokens a line: a word, a comma, a full stop, the line's end.
        self.assertEqual(row["realm"]["tokens"], 50 * 17)
        self.assertFalse(row["ids_equal"])
        self.assertLessEqual(row["realm"]["min"], row["realm"]["median"])

    def test_ids_are_compared(self):
        """Both sides name ids by one checksum; the fake's ids are the text's bytes."""
        done = self.run_script("peer_tokenizer.py", FAKE_LLAMA, VOCAB, self.text)
        self.assertEqual(done.returncode, 0, done.stderr)
        theirs = json.loads(done.stdout)
        words = b"".join(bytes([byte, 0, 0, 0]) for byte in TEXT.encode())
        self.assertEqual(theirs["ids_crc32"], zlib.crc32(words))
        # GPT-2's id of "A" is 32, of "\n" 198.
        (self.root / "a.txt").write_text("A\n")
        command = [TOKENIZER_BENCH, VOCAB, self.root / "a.txt", "--runs", "1", "--json"]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        ours = json.loads(done.stdout)
        self.assertEqual(ours["ids_crc32"], zlib.crc32(bytes([32, 0, 0, 0, 198, 0, 0, 0])))

        lines = [{**ours, "encode_seconds": 1e-6}, {**ours, "encode_seconds": 4e-6}]
        row = compare_tokenizers.row_of(VOCAB, lines, [{**ours, "encode_seconds": 8e-6}] * 2)
        self.assertTrue(row["ids_equal"])
        self.assertAlmostEqual(row["realm"]["median"], (2 + 0.5) / 2)
        self.assertAlmostEqual(row["ratio"], 5.0)
        other = [{**ours, "ids_crc32": 1, "encode_seconds": 8e-6}]
        self.assertFalse(compare_tokenizers.row_of(VOCAB, lines, other)["ids_equal"])

    def test_another_llama_is_refused(self):
        done = self.run_script("peer_tokenizer.py", FAKE_LLAMA, VOCAB, self.text,
                               FAKE_LLAMA_SHAPE="1")
        self.assertEqual(done.returncode, 1)
        self.assertIn("another shape", done.stderr)

    def test_quantize(self):
        model = self.root / "m.gguf"
        model.write_bytes(b"0123")
        result = self.result("compare_quantize.py", "quantize", model, "--realm",
                             self.program("realm", REALM), "--peer",
                             self.program("llama-quantize", LLAMA_QUANTIZE), "-t", 1, "--rounds", 2,
                             "--types", "Q8_0", "MXFP4")
        self.assertEqual(result["realm"], {"version": "1.2.3", "commit": "1a2b3c4d5+"})
        self.assertEqual([row["type"] for row in result["rows"]], ["Q8_0", "MXFP4"])
        self.assertEqual([result["rows"][0][who]["bytes"] for who in ("realm", "peer")], [8, 12])
        self.assertEqual([path.name for path in self.root.glob("tmp*")], [])

    def test_quantize_summary(self):
        runs = [{"seconds": s, "cpu_seconds": 2 * s} for s in (1.0, 5.0, 2.0)]
        peer = [{"seconds": s, "cpu_seconds": s} for s in (8.0, 8.0, 9.0)]
        row = compare_quantize.row_of("Q8_0", (runs, 7), (peer, 8))
        self.assertEqual(row["realm"]["seconds"], {"median": 2.0, "min": 1.0, "max": 5.0})
        self.assertEqual((row["ratio"], row["cpu_ratio"]), (4.0, 2.0))
        self.assertEqual(compare_quantize.peer_commit("main: build = 12 (0c1e570)"), "0c1e570")
        self.assertEqual(compare_quantize.peer_commit("nothing"), "unknown")

    def test_a_program_that_fails_is_shown(self):
        bad = self.program("bad", "import sys\nsys.exit('no such type')\n")
        done = self.run_script("compare_quantize.py", self.text, "--realm", bad, "--peer", bad,
                               "--results", self.root)
        self.assertEqual(done.returncode, 1)
        self.assertIn("no such type", done.stderr)


if __name__ == "__main__":
    TOKENIZER_BENCH, FAKE_LLAMA = map(os.path.abspath, sys.argv[1:3])
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
