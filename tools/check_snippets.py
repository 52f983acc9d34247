#!/usr/bin/env python3
"""Code that a page of documentation quotes stands in the source, word for word. A quote is a fenced
block after the line <!-- from: path -->. check_snippets.py [ROOT]"""
import re

from repo_files import finish, root_argument

QUOTE = re.compile(r"^<!-- from: (\S+) -->\n```\w*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
MARK = "<!-- from: "


def main():
    root = root_argument()
    pages = sorted([*root.glob("*.md"), *(root / "docs").rglob("*.md")])
    problems, quotes = [], 0
    for page in pages:
        text, name = page.read_text(), page.relative_to(root)
        found = QUOTE.findall(text)
        quotes += len(found)
        if len(found) != text.count(MARK):
            problems.append(f"{name}: a mark without a fenced block right below it")
        for path, code in found:
            source = root / path
            if not source.is_file():
                problems.append(f"{name}: quotes {path}, which is not there")
            elif code not in source.read_text():
                problems.append(f"{name}: {path} no longer has: {code.splitlines()[0]} ...")
    print(f"{quotes} quotes")
    finish("snippets", problems, len(pages))


if __name__ == "__main__":
    main()
