#!/usr/bin/env python3
"""Small habits: no notes to self, no tabs or trailing blanks, UTF-8, a newline at the end.
check_text.py [ROOT]"""
import re

from repo_files import TOP_FOLDERS, finish, hand_written, root_argument

SUFFIXES = {".hpp", ".cpp", ".inc", ".py", ".sh", ".cmake", ".md", ".txt", ".json"}
# Spelled so that this file passes.
NOTES = re.compile(r"\b(TO" r"DO|FIX" r"ME|X" r"XX)\b")


def problems_of(data):
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        yield 1, f"not UTF-8: {error}"
        return
    if text and not text.endswith("\n"):
        yield text.count("\n") + 1, "no newline at the end"
    for number, line in enumerate(text.split("\n"), 1):
        if "\t" in line:
            yield number, "tab"
        if line != line.rstrip():
            yield number, "blanks at the end of the line"
        if note := NOTES.search(line):
            yield number, f"{note.group()}: write an issue, or do it"


def main():
    root = root_argument()
    files = hand_written(root, SUFFIXES, TOP_FOLDERS + ("docs",))
    files += sorted(p for p in root.glob("*") if p.suffix in SUFFIXES and p.is_file())
    problems = [f"{path.relative_to(root)}:{line}: {problem}"
                for path in files for line, problem in problems_of(path.read_bytes())]
    finish("text", problems, len(files))


if __name__ == "__main__":
    main()
