#!/usr/bin/env python3
"""The checks see what they are for: each is run on a small tree with one thing wrong."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

TOOLS = pathlib.Path(__file__).resolve().parent


class Tree(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.root = pathlib.Path(self.folder.name)
        self.addCleanup(self.folder.cleanup)
        self.write("include/realm/error.hpp", "#pragma once\n\n#include <string>\n")
        self.write("src/base/str.hpp", '#pragma once\n\n#include "realm/error.hpp"\n')
        self.write("src/backend/cpu/device.hpp", "#pragma once\n")

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def run_check(self, name):
        run = subprocess.run([sys.executable, TOOLS / name, self.root], capture_output=True,
                             text=True, check=False)
        return run.returncode, run.stdout + run.stderr

    def assert_passes(self, check):
        code, output = self.run_check(check)
        self.assertEqual(code, 0, output)

    def assert_fails(self, check, message):
        code, output = self.run_check(check)
        self.assertEqual(code, 1, output)
        self.assertIn(message, output)


class Layers(Tree):
    def test_a_sound_tree_passes(self):
        self.write("src/text/a.cpp", '#include "base/str.hpp"\n#include <utf8proc.h>\n')
        self.write("src/backend/registry.cpp", '#include "backend/cpu/device.hpp"\n')
        self.assert_passes("check_layers.py")

    def test_upward_include(self):
        self.write("src/base/a.cpp", '#include "backend/device.hpp"\n')
        self.write("src/backend/device.hpp", "#pragma once\n")
        self.assert_fails("check_layers.py", "base may not use backend")

    def test_concrete_backend_outside_the_registry(self):
        self.write("src/engine/a.cpp", '#include "backend/cpu/device.hpp"\n')
        self.assert_fails("check_layers.py", "concrete backends are named in")

    def test_backends_do_not_know_each_other(self):
        self.write("src/backend/reference/a.cpp", '#include "backend/cpu/device.hpp"\n')
        self.assert_fails("check_layers.py", "concrete backends are named in")

    def test_the_scheduler_knows_no_device(self):
        self.write("src/backend/device.hpp", "#pragma once\n")
        self.write("src/engine/scheduler.cpp", '#include "backend/device.hpp"\n')
        self.assert_fails("check_layers.py", "engine/scheduler must not depend on backend")

    def test_public_headers_include_std_only(self):
        self.write("include/realm/a.hpp", '#include "base/str.hpp"\n')
        self.assert_fails("check_layers.py", "public headers include only std and realm/")

    def test_third_party_headers_have_their_place(self):
        self.write("src/engine/a.cpp", "#include <utf8proc.h>\n")
        self.assert_fails("check_layers.py", "only text/ may include <utf8proc.h>")

    def test_unknown_folder_and_file(self):
        self.write("src/attic/a.cpp", '#include "base/str.hpp"\n')
        self.write("src/base/b.cpp", '#include "base/gone.hpp"\n')
        self.assert_fails("check_layers.py", "folder of attic/a.cpp is not in")
        self.assert_fails("check_layers.py", "there is no such file below src/")


class Sizes(Tree):
    def test_at_the_limit(self):
        self.write("src/base/a.cpp", "\n" * 500)
        for i in range(19):
            self.write(f"src/base/f{i}.hpp", "")
            self.write(f"src/base/f{i}_test.cpp", "")
        self.write("src/base/f19.cpp", "")
        (self.root / "src/base/str.hpp").unlink()
        self.assert_fails("check_sizes.py", "src/base: 21 rooms")
        (self.root / "src/base/f19.cpp").unlink()
        self.assert_passes("check_sizes.py")

    def test_long_file_and_its_waiver(self):
        self.write("src/base/a.cpp", "\n" * 501)
        self.assert_fails("check_sizes.py", "src/base/a.cpp: 501 lines")
        self.write("tools/size_waivers.txt", "src/base/a.cpp\n")
        self.assert_fails("check_sizes.py", "no reason")
        self.write("tools/size_waivers.txt", "src/base/a.cpp one table\n")
        self.assert_passes("check_sizes.py")
        self.write("src/base/a.cpp", "\n")
        self.assert_fails("check_sizes.py", "needs no waiver")


class Text(Tree):
    def test_notes_tabs_blanks(self):
        self.assert_passes("check_text.py")
        for text, message in (("// TO" "DO: later\n", "write an issue"), ("\tx\n", "tab"),
                              ("x \n", "blanks at the end"), ("x", "no newline")):
            self.write("docs/a.md", text)
            self.assert_fails("check_text.py", message)


class Snippets(Tree):
    def test_a_quote_follows_its_source(self):
        self.write("src/base/a.cpp", "int a() {\n  return 1;\n}\n")
        quote = "<!-- from: src/base/a.cpp -->\n```cpp\nint a() {\n  return %s;\n}\n```\n"
        self.write("A.md", quote % 1)
        self.assert_passes("check_snippets.py")
        self.write("A.md", quote % 2)
        self.assert_fails("check_snippets.py", "no longer has: int a() {")
        self.write("A.md", quote.replace("base/a.cpp", "base/b.cpp") % 1)
        self.assert_fails("check_snippets.py", "which is not there")
        self.write("A.md", "<!-- from: src/base/a.cpp -->\n\nint a() {\n")
        self.assert_fails("check_snippets.py", "a mark without a fenced block")


class Lanes(Tree):
    def lane(self, name, tests):
        self.write(f"{name}/CTestTestfile.cmake", tests)
        return f"{name}={self.root / name}"

    def run_lanes(self, *arguments):
        return subprocess.run([sys.executable, TOOLS / "lanes.py", *arguments], check=False,
                              capture_output=True, text=True)

    def test_outcomes_are_counted_as_what_they_are(self):
        one = self.lane("one", 'add_test(good "true")\nadd_test(bad "false")\n'
                        'add_test(skip "sh" "-c" "exit 77")\n'
                        'set_tests_properties(good bad PROPERTIES LABELS "unit;slow")\n'
                        'set_tests_properties(skip PROPERTIES LABELS unit SKIP_RETURN_CODE 77)\n')
        two = self.lane("two", 'add_test(good "sh" "-c" "test \\"$A\\" = \'x;y\' ")\n'
                        'set_tests_properties(good PROPERTIES LABELS golden ENVIRONMENT "A=x\\\\;y")\n'
                        'add_test(other "false")\n')
        merged = self.run_lanes("merge", self.root / "all", one, two + ":golden")
        self.assertEqual(merged.returncode, 0, merged.stderr)
        run = subprocess.run(["ctest", "--test-dir", self.root / "all", "--output-junit",
                              self.root / "junit.xml"], check=False, capture_output=True, text=True)
        self.assertIn("1 tests failed out of 4", run.stdout)
        table = self.run_lanes("table", self.root / "all", self.root / "junit.xml").stdout
        rows = {tuple(line.split()[:2]): line.split()[2:] for line in table.splitlines()
                if len(line.split()) == 5}
        self.assertEqual(rows["one", "unit"], ["1", "1", "1"])
        self.assertEqual(rows["one", "slow"], ["1", "1", "0"])
        self.assertEqual(rows["two", "golden"], ["1", "0", "0"])
        self.assertEqual(rows["all", "all"], ["2", "1", "1"])
        self.assertIn("skipped in one: skip", table)

    def test_a_lane_without_tests_or_programs_is_an_error(self):
        self.assertNotEqual(self.run_lanes("merge", self.root / "all", self.lane("a", "")).returncode,
                            0)
        gone = self.lane("b", 'add_test(t NOT_AVAILABLE)\n')
        self.assertNotEqual(self.run_lanes("merge", self.root / "all", gone).returncode, 0)


if __name__ == "__main__":
    unittest.main()
