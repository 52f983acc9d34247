#!/usr/bin/python3
"""What Jinja2 makes of chat templates and of small templates: the expected values of
tests/golden/chat_templates/expected.json and tests/golden/jinja_cases.json.

  /usr/bin/python3 tests/oracle/chat_template_oracle.py           writes both files
  /usr/bin/python3 tests/oracle/chat_template_oracle.py --check   fails when they would change
  ... --batch build/release/tests/oracle/render_batch --random 10000 [--seed N]
      random templates, Realm's text or error against Jinja2's
  ... --batch build/release/tests/oracle/render_batch --model MODEL.gguf
      a model's own chat template with every conversation of chat_conversations.py; needs PyPI's gguf

Needs Debian 12's python3-jinja2 (3.1.2); --random and --model also run with PyPI's jinja2 3.1.6,
which words some errors anew. Jinja2 is set up as PyPI's transformers
does it, except that methods which change lists and dicts are allowed, as in plain Jinja2."""

import argparse
import datetime
import json
import pathlib
import random
import re
import subprocess
import sys
import warnings

SKIPPED = 77  # ctest counts it as skipped
try:
    import jinja2
    import jinja2.ext
    import jinja2.sandbox
except ImportError:
    print("python3-jinja2 is not installed")
    sys.exit(SKIPPED)
from chat_conversations import CONVERSATIONS
from jinja_cases import CASES, CONTEXT
from random_chat_templates import random_chat_template
from random_templates import random_template

GOLDEN = pathlib.Path(__file__).resolve().parent.parent / "golden"
NOW = datetime.datetime(2024, 7, 26, 13, 5, 9, 1234)


class Environment(jinja2.sandbox.ImmutableSandboxedEnvironment):
    def is_safe_attribute(self, obj, attr, value):
        return jinja2.sandbox.SandboxedEnvironment.is_safe_attribute(self, obj, attr, value)


class Generation(jinja2.ext.Extension):
    tags = {"generation"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(["name:endgeneration"], drop_needle=True)
        call = self.call_method("_render")
        return jinja2.nodes.CallBlock(call, [], [], body).set_lineno(line)

    def _render(self, caller):
        return caller()


def raise_exception(message):
    raise jinja2.exceptions.TemplateError(message)


def tojson(x, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
    return json.dumps(x, ensure_ascii=ensure_ascii, indent=indent, separators=separators,
                      sort_keys=sort_keys)


def environment():
    env = Environment(trim_blocks=True, lstrip_blocks=True,
                      extensions=[Generation, jinja2.ext.loopcontrols])
    env.filters["tojson"] = tojson
    env.globals["raise_exception"] = raise_exception
    env.globals["strftime_now"] = NOW.strftime
    return env


ENVIRONMENT = environment()


def plain(text):
    """Without what is CPython's alone: addresses, the names of functions inside Jinja2, lines of
    the generated code."""
    text = re.sub(r" at 0x[0-9a-f]+>", ">", text)
    text = re.sub(r"<generator object \w+>", "<generator object>", text)
    text = re.sub(r"'l_\d+_(\w+)'", r"'\1'", text)
    return re.sub(r" \(<template>, line \d+\)", "", text)


def render(source, variables):
    try:
        # A copy: templates may change what they are given.
        text = ENVIRONMENT.from_string(source).render(**json.loads(json.dumps(variables)))
        return {"text": plain(text)}
    except jinja2.TemplateSyntaxError as error:
        return {"error": error.message, "line": error.lineno}
    except RecursionError:
        return {"recursion": True}
    except Exception as error:
        return {"error": plain(str(error))}


def compact(data):
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def table(head, rows):
    """One row a line: a change of one row is one line of a diff."""
    return head + ",\n".join(rows) + "\n]}\n"


def chats():
    rows = []
    for path in sorted((GOLDEN / "chat_templates").glob("*.jinja")):
        source = path.read_text(encoding="utf-8")
        for name, variables in CONVERSATIONS.items():
            rows.append({"template": path.stem, "conversation": name, **render(source, variables)})
    return '{"conversations":' + compact(CONVERSATIONS) + ',\n"cases":[\n', rows


def cases():
    rows = [{"group": group, "source": source, **render(source, CONTEXT)}
            for group, sources in CASES.items() for source in sources]
    return '{"context":' + compact(CONTEXT) + ',\n"cases":[\n', rows


def realm_renders(batch, requests):
    lines = "".join(json.dumps({"source": s, "context": c}) + "\n" for s, c in requests)
    out = subprocess.run([batch], input=lines.encode(), stdout=subprocess.PIPE, check=True).stdout
    return [json.loads(line) for line in out.splitlines()]


def differs(expected, found):
    if expected.get("error") == "":  # out of memory, which ends differently everywhere
        return False
    if "text" in expected:
        return found.get("text") != expected["text"]
    if "recursion" in expected:
        return "recurses deeper than" not in found.get("error", "")
    # "t:line:column: message", the source line and a caret
    message = re.sub(r"^t:\d+:\d+: ", "", found.get("error", ""))
    return not message.startswith(expected["error"] + "\n")


def compare(what, batch, requests):
    expected = [render(*request) for request in requests]
    found = realm_renders(batch, requests)
    assert len(found) == len(requests)
    wrong = [i for i in range(len(requests)) if differs(expected[i], found[i])]
    print(f"{what}: {len(requests)} renderings, {sum('text' not in e for e in expected)} of them errors,"
          f" {len(wrong)} differ")
    for i in wrong[:20]:
        print(f"--- {requests[i][0]!r}\n  expected {expected[i]}\n  found    {found[i]}")
    return len(wrong)


def model_template(path):
    import gguf

    return gguf.GGUFReader(path).fields["tokenizer.chat_template"].contents()


def write_or_check(check):
    stale = 0
    for path, make in ((GOLDEN / "chat_templates" / "expected.json", chats),
                       (GOLDEN / "jinja_cases.json", cases)):
        head, rows = make()
        text = table(head, [compact(row) for row in rows])
        print(f"{path.name}: {len(rows)} renderings, {sum('text' not in row for row in rows)} of them"
              f" errors, {len(text.encode())} bytes")
        if not check:
            path.write_text(text, encoding="utf-8")
        elif path.read_text(encoding="utf-8") != text:
            print(f"{path} is not what Jinja2 says")
            stale += 1
    return stale


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--batch", help="Realm's render_batch")
    parser.add_argument("--random", type=int, metavar="COUNT")
    parser.add_argument("--seed", type=int)
    parser.add_argument("--model", metavar="GGUF")
    args = parser.parse_args()
    failed = 0
    warnings.simplefilter("ignore")  # about the code that Jinja2 generates
    if args.random:
        seed = random.randrange(1 << 32) if args.seed is None else args.seed
        rng = random.Random(seed)
        requests = [(random_template(rng), CONTEXT) for _ in range(args.random)]
        failed += compare(f"random templates, seed {seed}", args.batch, requests)
        talks = list(CONVERSATIONS.values())
        requests = [(random_chat_template(rng), rng.choice(talks)) for _ in range(args.random)]
        failed += compare(f"random chat templates, seed {seed}", args.batch, requests)
    if args.model:
        source = model_template(args.model)
        failed += compare(args.model, args.batch, [(source, c) for c in CONVERSATIONS.values()])
    if not args.random and not args.model:
        if jinja2.__version__ != "3.1.2":
            print("Jinja2 3.1.2 is needed, found", jinja2.__version__)
            return SKIPPED
        failed += write_or_check(args.check)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
