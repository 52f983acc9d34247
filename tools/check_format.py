#!/usr/bin/env python3
"""C++ files look as clang-format 14 writes them. check_format.py [ROOT]; exit code 77 when there is
no clang-format-14."""
import shutil
import subprocess
import sys

from repo_files import finish, hand_written, root_argument


def main():
    if not shutil.which("clang-format-14"):
        print("skipped: no clang-format-14")
        sys.exit(77)
    root = root_argument()
    files = hand_written(root, {".hpp", ".cpp", ".inc"})
    run = subprocess.run(["clang-format-14", "--dry-run", "--ferror-limit=1", *map(str, files)],
                         stderr=subprocess.PIPE, text=True, cwd=root, check=False)
    problems = [line for line in run.stderr.splitlines() if "[-Wclang-format-violations]" in line]
    if run.returncode != 0:
        problems.append(f"clang-format-14 failed: {run.stderr.strip()}")
    finish("format", problems, len(files))


if __name__ == "__main__":
    main()
