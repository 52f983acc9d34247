#!/usr/bin/env python3
"""Every command and flag that README.md, HACKING.md and scripts/quickstart.sh show is in the
program's own help. check_flags.py REALM"""
import pathlib
import re
import subprocess
import sys

from repo_files import finish

REPO = pathlib.Path(__file__).resolve().parent.parent
PAGES = ("README.md", "HACKING.md", "scripts/quickstart.sh")
COMMAND = re.compile(r'(?:^|[\s|"])(?:\S*/)?realm"? ([a-z]+|--?[a-z]+)\b([^\n#|]*)', re.MULTILINE)
FLAG = re.compile(r"(?<![\w-])--?[A-Za-z][\w-]*")


def help_of(program, command):
    run = subprocess.run([program, command, "--help"], capture_output=True, text=True, check=False)
    return run.stdout if run.returncode == 0 else None


def main():
    program = sys.argv[1]
    known = help_of(program, "--help") or ""
    problems, shown = [], 0
    for page in PAGES:
        text = (REPO / page).read_text()
        if page.endswith(".md"):
            text = "\n".join(re.findall(r"^    .*$|`[^`\n]+`", text, re.MULTILINE))
        text = "\n".join(line for line in text.split("\n") if "cmake" not in line)
        for command, rest in COMMAND.findall(text):
            shown += 1
            if command.startswith("-"):
                if command not in known:
                    problems.append(f"{page}: realm {command}: not in realm --help")
                continue
            words = help_of(program, command)
            if words is None:
                problems.append(f"{page}: realm {command}: there is no such command")
                continue
            for flag in FLAG.findall(re.sub(r'"[^"]*"', "", rest)):
                if not re.search(rf"(?<![\w-]){re.escape(flag)}(?![\w-])", words):
                    problems.append(f"{page}: realm {command} {flag}: not in its help")
    if shown < 5:
        problems.append(f"only {shown} commands found: the pages or this check have changed")
    finish("flags", problems, len(PAGES))


if __name__ == "__main__":
    main()
