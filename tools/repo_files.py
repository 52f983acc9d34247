"""What the checks of this folder share: the hand-written files of a tree, and how they report."""
import pathlib
import sys

TOP_FOLDERS = ("src", "include", "tests", "tools", "bench", "examples", "scripts", "cmake")


def hand_written(root, suffixes, folders=TOP_FOLDERS):
    """Files below root/<folders> with one of the suffixes, sorted. Data that tests compare with or
    start from is not written by hand."""
    found = []
    for folder in folders:
        for path in (root / folder).rglob("*"):
            parts = path.relative_to(root).parts
            data = ("golden" in parts or "corpus" in parts) and path.suffix in (".json", ".txt")
            if data and path.name != "CMakeLists.txt" or "__pycache__" in parts:
                continue
            if path.is_file() and path.suffix in suffixes:
                found.append(path)
    return sorted(found)


def root_argument():
    """The tree to check: the argument, or the one that this file is part of."""
    if len(sys.argv) > 1:
        return pathlib.Path(sys.argv[1]).resolve()
    return pathlib.Path(__file__).resolve().parent.parent


def finish(what, problems, checked):
    for problem in problems:
        print(problem)
    print(f"{what}: {checked} files, {len(problems)} problems")
    sys.exit(1 if problems else 0)
