#!/usr/bin/env python3
"""Runs the tests of several build folders ("lanes") as one ctest run.

lanes.py merge OUT LANE=FOLDER[:LABEL,LABEL...]...   writes OUT/CTestTestfile.cmake
lanes.py table OUT JUNIT.xml                         counts of a run per lane and label

A test NAME of a lane is called LANE/NAME in the merged list; without labels a lane brings every
test it has. A test that carries several labels counts under each of them in the table.
"""
import collections
import json
import pathlib
import subprocess
import sys
import xml.etree.ElementTree

# Fixtures are per lane, everything else is taken as it is.
FIXTURES = {"FIXTURES_SETUP", "FIXTURES_CLEANUP", "FIXTURES_REQUIRED", "DEPENDS"}
ORDER = ["unit", "conformance", "golden", "fuzz", "e2e", "slow", "device", "oracle"]


def quote(text):
    return f"[==[{text}]==]"


def as_list(value):
    values = value if isinstance(value, list) else [value]
    return [{True: "TRUE", False: "FALSE"}.get(v, str(v)) if isinstance(v, bool) else str(v)
            for v in values]


def tests_of(folder):
    listing = subprocess.run(["ctest", "--test-dir", folder, "--show-only=json-v1"], check=True,
                             capture_output=True, text=True).stdout
    for test in json.loads(listing)["tests"]:
        properties = {p["name"]: p["value"] for p in test.get("properties", [])
                      if not p["name"].startswith("_")}
        yield test["name"], test.get("command"), properties


def merge(out, lanes):
    lines, known = [], {}
    for lane in lanes:
        name, _, rest = lane.partition("=")
        folder, _, labels = rest.partition(":")
        wanted = set(labels.split(",")) if labels else None
        count = 0
        for test, command, properties in tests_of(folder):
            test_labels = as_list(properties.get("LABELS", []))
            if wanted is not None and not wanted & set(test_labels):
                continue
            if command is None:
                sys.exit(f"lane {name}: the program of test {test} was not built")
            full = f"{name}/{test}"
            if full in known:
                sys.exit(f"lane {name}: two tests are called {test}")
            known[full] = {"lane": name, "labels": test_labels}
            lines.append(f"add_test({quote(full)} {' '.join(map(quote, command))})")
            settings = []
            for key, value in properties.items():
                values = as_list(value)
                if key in FIXTURES:
                    values = [f"{name}/{v}" for v in values]
                joined = ";".join(v.replace(";", "\\;") for v in values)
                settings.append(f"{key} {quote(joined)}")
            lines.append(f"set_tests_properties({quote(full)} PROPERTIES {' '.join(settings)})")
            count += 1
        if count == 0:
            sys.exit(f"lane {name}: no tests in {folder}" + (f" with {labels}" if labels else ""))
    out = pathlib.Path(out)
    out.mkdir(parents=True, exist_ok=True)
    (out / "CTestTestfile.cmake").write_text("\n".join(lines) + "\n")
    (out / "lanes.json").write_text(json.dumps(known))


def outcome(case):
    # ctest writes "run" for passed, "notrun" with a skip message for skipped, "fail" for failed.
    if case.find("failure") is not None or case.find("error") is not None:
        return "failed"
    if case.find("skipped") is not None or case.get("status") in ("notrun", "disabled"):
        return "skipped"
    return "passed"


def table(out, junit):
    known = json.loads((pathlib.Path(out) / "lanes.json").read_text())
    rows = collections.defaultdict(collections.Counter)
    skipped = collections.defaultdict(list)
    for case in xml.etree.ElementTree.parse(junit).getroot().iter("testcase"):
        name, result = case.get("name"), outcome(case)
        lane, labels = known[name]["lane"], known[name]["labels"] or ["(none)"]
        for label in labels:
            rows[lane, label][result] += 1
        rows[lane, "all"][result] += 1
        rows["all", "all"][result] += 1
        if result == "skipped":
            skipped[lane].append(name.partition("/")[2])
    lanes = list(dict.fromkeys(value["lane"] for value in known.values()))
    labels = ORDER + sorted({label for _, label in rows} - set(ORDER) - {"all"}) + ["all"]
    print(f"\n{'lane':10} {'label':12} {'passed':>7} {'failed':>7} {'skipped':>7}")
    for lane in lanes + ["all"]:
        for label in labels:
            if (lane, label) in rows:
                count = rows[lane, label]
                print(f"{lane:10} {label:12} {count['passed']:7} {count['failed']:7} "
                      f"{count['skipped']:7}")
    for lane, names in skipped.items():
        print(f"skipped in {lane}: {', '.join(sorted(names))}")
    print()


def main():
    if len(sys.argv) >= 4 and sys.argv[1] == "merge":
        merge(sys.argv[2], sys.argv[3:])
    elif len(sys.argv) == 4 and sys.argv[1] == "table":
        table(sys.argv[2], sys.argv[3])
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main()
