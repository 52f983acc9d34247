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
import unittest.mock
import zlib

import compare_load
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
elif command == "run":
    assert sys.argv[3:6] == ["a", "--raw", "-n"], sys.argv
    size = pathlib.Path(sys.argv[2]).stat().st_size
    print(json.dumps({"timings": {"load_seconds": 3.0}, "peak_memory_bytes": size}))
elif command == "quantize":
    source, target, kind = sys.argv[2:5]
    pathlib.Path(target).write_bytes(kind.encode() * 2)
elif "--save" in sys.argv:
    path = pathlib.Path(sys.argv[sys.argv.index("--save") + 1])
    path.write_text(sys.argv[sys.argv.index("--synthetic") + 1])
elif command == "bench":
    flags = dict(zip(sys.argv[3::2], sys.argv[4::2]))
    rows = []
    for depth in map(int, flags["-d"].split(",")):
        rows.append(("prompt", int(flags["-p"]), depth, 1, 200.0))
        for n in map(int, flags["-b"].split(",")):
            rows.append(("decode", int(flags["-n"]), depth, n, 40.0 * n))
    keys = ("kind", "tokens", "depth", "sequences")
    print(json.dumps({"version": "1.2.3", "commit": "1a2b3c4d5", "device": {"name": "cpu"},
                      "measurements": [{**dict(zip(keys, row)),
                                        "tokens_per_second": {"median": row[4]},
                                        "read_percent": 50.0 + row[3]}
                                       for row in rows]}))
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
import json, sys
if "--help" in sys.argv:
    print("-d, --n-depth <n>")
else:
    flags = dict(zip(sys.argv[1::2], sys.argv[2::2]))
    prompt = int(flags["-p"])
    assert (prompt > 0) != (int(flags["-n"]) > 0), flags
    print(json.dumps([{"n_prompt": prompt, "avg_ts": 100.0 if prompt else 80.0,
                       "build_commit": "abc123"}]))
"""
# Knows no depth; a prompt of n tokens takes n + n * n / 1000 ms.
IK_BENCH = """
import json, sys
if "--help" in sys.argv:
    sys.exit("-gp <pp,tg> ... -rtr, --run-time-repack <0|1>")
flags = dict(zip(sys.argv[1::2], sys.argv[2::2]))
assert "-d" not in flags and flags["-ctk"] == flags["-ctv"] == "q8_0", flags
prompt = int(flags["-p"])
rate = (300.0 if "-rtr" in flags else 150.0) if prompt else (20.0 if "-gp" in flags else 30.0)
print(json.dumps([{"n_prompt": prompt, "avg_ts": rate, "build_commit": "def456",
                   "avg_ns": 1e6 * (prompt + prompt * prompt / 1000)}]))
"""
# Its -rtr is a flag without a value, unlike llama-bench's.
BATCHED_BENCH = """
import sys
words = [word for word in sys.argv[1:] if word != "-rtr"]
assert all(word.startswith("-") for word in words[::2]), words
flags = dict(zip(words[::2], words[1::2]))
print("|    PP |     TG |    B |   N_KV |   T_PP s | S_PP t/s |   T_TG s | S_TG t/s | T s | S t/s |")
print(f"| {flags['-npp']} | {flags['-ntg']} | {flags['-npl']} | 1 | 1.0 | 2.0 | 3.0 | 95.5 | 5 | 6 |",
      file=sys.stderr)
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
        lines = readme.read_text().splitlines()
        rows = [line for line in lines if " / abc123 |" in line]
        self.assertEqual(len(rows), len(result["rows"]))
        head = next(line for line in lines if "| ratio | machine, date, commits |" in line)
        self.assertEqual({row.count("|") for row in rows}, {head.count("|")})

    def test_models(self):
        result = self.result("compare.py", "", "m.gguf", "--realm", self.program("realm", REALM),
                             "--peer", self.program("llama-bench", LLAMA_BENCH), "--rounds", 2)
        self.assertEqual([row["ratio"] for row in result["rows"]], [2.0, 0.5])
        self.assertEqual([row["realm"]["read_percent"] for row in result["rows"]], [51.0, 51.0])
        self.assertEqual({row["peer"]["name"] for row in result["rows"]}, {"llama.cpp"})

    def test_peers_depths_and_sequences(self):
        folder = self.root / "ik"
        folder.mkdir()
        self.program("ik/llama-batched-bench", BATCHED_BENCH)
        done = self.run_script("compare.py", "--realm", self.program("realm", REALM), "--peer",
                               self.program("llama-bench", LLAMA_BENCH), "--peer",
                               self.program("ik/llama-bench", IK_BENCH), "--synthetic",
                               "tiny:Q4_0", "--synthetic", "tiny:F16", "-p", 512, "-n", 32, "-d",
                               "0,1024", "-b", "1,8", "--kv", "q8_0", "--rounds", 1, "--folder",
                               self.root, "--results", self.root / "results", "--name", "it")
        self.assertEqual(done.returncode, 0, done.stderr)
        result = json.loads((self.root / "results/it.json").read_text())
        self.assertEqual([peer["name"] for peer in result["peers"]],
                         ["llama.cpp", "ik_llama.cpp", "ik_llama.cpp -rtr"])
        self.assertEqual([peer["commit"] for peer in result["peers"]],
                         ["abc123", "def456", "def456"])
        self.assertEqual(len(result["rows"]), 2 * 2 * 3)
        rows = {(r["model"], r["kind"], r["depth"], r["sequences"]): r for r in result["rows"]}
        found = {key: row["peer"] for key, row in rows.items() if key[0] == "tiny:F16"}
        self.assertEqual(found["tiny:F16", "prompt", 0, 1]["name"], "ik_llama.cpp -rtr")
        self.assertEqual(found["tiny:F16", "prompt", 0, 1]["median"], 300.0)
        self.assertEqual(found["tiny:F16", "decode", 1024, 1]["median"], 80.0)
        both = rows["tiny:F16", "decode", 1024, 1]["peers"]
        self.assertEqual(both["ik_llama.cpp"]["median"], 20.0)
        # 512 tokens in the difference of 1536 + 2359 and 1024 + 1049 ms.
        deep = rows["tiny:F16", "prompt", 1024, 1]["peers"]["ik_llama.cpp"]["median"]
        self.assertAlmostEqual(deep, 512 / (512 + (1536**2 - 1024**2) / 1000) * 1000)
        # llama.cpp has no llama-batched-bench here.
        many = rows["tiny:F16", "decode", 0, 8]
        self.assertEqual(set(many["peers"]), {"ik_llama.cpp", "ik_llama.cpp -rtr"})
        self.assertAlmostEqual(many["ratio"], 320 / 95.5)
        self.assertEqual(many["peer"]["commit"], "def456")
        self.assertEqual(list(self.root.glob("tmp*")), [])
        readme = self.root / "README.md"
        readme.write_text("".join(f"<!-- {name}: tools/readme_table.py -->\n"
                                  f"<!-- end of {name} -->\n"
                                  for name in ("speeds", "tokenizers", "quantize")))
        self.assertEqual(self.run_script(TABLE, readme, self.root / "results").returncode, 0)
        self.assertIn("| tiny:F16 | decode of 32 tokens at depth 1024, 8 sequences | ",
                      readme.read_text())
        self.assertIn(" | 320.0 | 95.5 (ik_llama.cpp) | 3.35 | ", readme.read_text())

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

    def test_load(self):
        model = self.root / "m.gguf"
        model.write_bytes(bytes(range(256)) * 9000)  # two pieces and a part of a third
        done = self.run_script("compare_load.py", model, "--realm", self.program("realm", REALM),
                               "-t", 2, "--rounds", 3, "--results", self.root, "--name", "it")
        self.assertEqual(done.returncode, 0, done.stderr)
        result = json.loads((self.root / "it.json").read_text())
        self.assertEqual((result["bytes"], result["realm"]["version"]), (256 * 9000, "1.2.3"))
        self.assertEqual([row["state"] for row in result["rows"]], ["warm", "cold"])
        for row in result["rows"]:
            self.assertEqual(row["load_seconds"]["median"], 3.0)
            self.assertEqual(row["peak_memory_bytes"]["max"], 256 * 9000)
            self.assertAlmostEqual(row["ratio"] * row["read_seconds"]["median"], 3.0)

    def test_reading_leaves_nothing_out(self):
        seen = []
        whole = os.preadv
        def preadv(file, buffers, at):
            seen.append((at, whole(file, buffers, at)))
        path = self.root / "m.gguf"
        path.write_bytes(bytes(5 << 19))
        with unittest.mock.patch("os.preadv", preadv):
            compare_load.read_seconds(path, 3)
        seen.sort()
        self.assertEqual([at + n for at, n in seen], [at for at, _ in seen[1:]] + [5 << 19])

    def test_a_program_that_fails_is_shown(self):
        bad = self.program("bad", "import sys\nsys.exit('no such type')\n")
        done = self.run_script("compare_quantize.py", self.text, "--realm", bad, "--peer", bad,
                               "--results", self.root)
        self.assertEqual(done.returncode, 1)
        self.assertIn("no such type", done.stderr)


if __name__ == "__main__":
    TOKENIZER_BENCH, FAKE_LLAMA = map(os.path.abspath, sys.argv[1:3])
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
