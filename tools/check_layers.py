#!/usr/bin/env python3
"""Holds the layering: which folder of src/ may include which, and who may include third-party
headers. check_layers.py [ROOT]"""
import re

from repo_files import finish, hand_written, root_argument

# A folder may include itself, include/realm, and these. The longest prefix of a file's path counts.
COMPUTE = ["base", "formats", "tensor", "ops", "backend"]
ALLOWED = {
    "base": [],
    "formats": ["base"],
    "tensor": ["base", "formats"],
    "gguf": ["base", "formats", "tensor"],
    "ops": ["base", "formats", "tensor"],
    "ops/cases": ["base", "formats", "tensor", "ops"],
    "backend": ["base", "formats", "tensor", "ops"],
    "backend/reference": COMPUTE,
    "backend/cpu": COMPUTE,
    "compute": COMPUTE,
    "text": ["base", "text/split", "text/jinja"],
    "text/split": ["base"],
    "text/jinja": ["base"],
    "model": COMPUTE + ["gguf"],
    "quantize": ["base", "formats", "tensor", "gguf"],
    "synthetic": ["base", "formats", "tensor", "gguf", "quantize"],
    "engine": COMPUTE + ["gguf", "model", "text", "text/jinja"],
    "cli": COMPUTE + ["gguf", "model", "text", "text/jinja", "quantize", "synthetic", "engine"],
}
# Parts of a folder that may include less than the whole: they must work without any device.
STRICTER = {
    "engine/block_pool": ["base"],
    "engine/scheduler": ["base", "model/step.hpp"],
}
# Concrete backends are named in their own folders and here.
CONCRETE = ["backend/reference", "backend/cpu"]
NAMES_BACKENDS = ["backend/registry.cpp"]
# Third-party headers and the paths that may see them, besides tests. Everything else is std or the
# system.
OUTSIDE = {
    "utf8proc.h": ["text/"],
    "nlohmann/": ["cli/"],
    "CLI/": ["cli/"],
    "gtest/": [],
    "benchmark/": [],
}
# Tests, and what only tests include, may use everything.
TESTS = re.compile(r"(_test\.cpp|_test_tools\.[ch]pp)$|^(text/small_vocab\.hpp|model/tiny/|engine/testing/)")
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)


def folder_of(path):
    """The entry of ALLOWED that a path below src/ belongs to."""
    matches = [f for f in ALLOWED if path.startswith(f + "/")]
    return max(matches, key=len, default=None)


def problem_of(path, quote, target, root):
    """Why the file at src/<path> may not include target; None if it may."""
    is_test = TESTS.search(path) is not None
    if quote == "<":
        for header, places in OUTSIDE.items():
            if target.startswith(header) and not (is_test or path.startswith(tuple(places))):
                return f"only {', '.join(places) or 'tests'} may include <{header}>"
        return None
    if target.startswith("realm/"):
        return None if (root / "include" / target).is_file() else "there is no such file"
    if not (root / "src" / target).is_file():
        local = (root / "src" / path).parent / target
        return "write the path from src/" if local.is_file() else "there is no such file below src/"
    if is_test:
        return None
    source, used = folder_of(path), folder_of(target)
    if source is None or used is None:
        return f"folder of {path if source is None else target} is not in tools/check_layers.py"
    for concrete in CONCRETE:
        if used == concrete and source != concrete and path not in NAMES_BACKENDS:
            return f"concrete backends are named in {', '.join(NAMES_BACKENDS)} only"
    for part, allowed in STRICTER.items():
        if re.match(re.escape(part) + r"\.(hpp|cpp)$", path) and used != source:
            if used not in allowed and target not in allowed:
                return f"{part} must not depend on {used}"
    if used == source or used in ALLOWED[source] or used in CONCRETE:
        return None
    return f"{source} may not use {used}"


def main():
    root = root_argument()
    problems, files = [], hand_written(root, {".hpp", ".cpp", ".inc"}, ("src", "include"))
    for path in files:
        text = path.read_text()
        for match in INCLUDE.finditer(text):
            quote, target = match.groups()
            line = text.count("\n", 0, match.start()) + 1
            where = f"{path.relative_to(root)}:{line}: #include {target}: "
            if path.is_relative_to(root / "include"):
                if quote == '"' and not target.startswith("realm/"):
                    problems.append(where + "public headers include only std and realm/")
                elif quote == "<" and ("/" in target or target.endswith(".h")):
                    problems.append(where + "public headers include only std and realm/")
                continue
            problem = problem_of(path.relative_to(root / "src").as_posix(), quote, target, root)
            if problem:
                problems.append(where + problem)
    finish("layers", problems, len(files))


if __name__ == "__main__":
    main()
