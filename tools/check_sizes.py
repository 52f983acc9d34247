#!/usr/bin/env python3
"""Keeps rooms small: a hand-written file has at most 500 lines (300 by habit), a folder at most 20
rooms (foo.hpp, foo.cpp and foo_test.cpp are one). Exceptions stand with their reason in
tools/size_waivers.txt, and go when they are no longer needed. check_sizes.py [ROOT]"""
import collections

from repo_files import finish, hand_written, root_argument

HABIT_LINES, MOST_LINES, MOST_ROOMS = 300, 500, 20
CODE = {".hpp", ".cpp", ".inc", ".py", ".sh", ".cmake"}


def room(path):
    return path.name.split(".")[0].removesuffix("_test")


def read_waivers(path):
    waivers = {}
    for line in path.read_text().splitlines() if path.is_file() else []:
        if line.strip() and not line.startswith("#"):
            name, _, reason = line.partition(" ")
            waivers[name] = reason.strip()
    return waivers


def main():
    root = root_argument()
    waivers = read_waivers(root / "tools" / "size_waivers.txt")
    problems = [f"tools/size_waivers.txt: {name}: no reason" for name, why in waivers.items()
                if not why]
    used, long, rooms = set(), [], collections.defaultdict(set)
    files = hand_written(root, CODE)
    for path in files:
        name, lines = path.relative_to(root).as_posix(), path.read_text().count("\n")
        if path.suffix in (".hpp", ".cpp"):
            rooms[path.parent.relative_to(root).as_posix()].add(room(path))
        if lines > HABIT_LINES:
            long.append((lines, name))
        if lines > MOST_LINES:
            used.add(name)
            if name not in waivers:
                problems.append(f"{name}: {lines} lines, at most {MOST_LINES}")
    for folder, names in rooms.items():
        if len(names) > MOST_ROOMS:
            used.add(folder)
            if folder not in waivers:
                problems.append(f"{folder}: {len(names)} rooms, at most {MOST_ROOMS}")
    problems += [f"tools/size_waivers.txt: {name} needs no waiver" for name in
                 sorted(set(waivers) - used)]
    for lines, name in sorted(long, reverse=True):
        print(f"note: {name}: {lines} lines, by habit at most {HABIT_LINES}")
    finish("sizes", problems, len(files))


if __name__ == "__main__":
    main()
