#!/usr/bin/python3
"""What Jinja2 makes of chat templates and of small pieces of template: the expected values of
tests/golden/chat_templates.

Run with Debian's python3-jinja2 (3.1.2): /usr/bin/python3 tests/oracle/chat_template_oracle.py
Jinja2 is set up as PyPI's transformers does it, except that methods which change lists and dicts
are allowed, as in plain Jinja2. Writes expected.json and snippets.json."""

import datetime
import json
import pathlib

import jinja2
import jinja2.ext
import jinja2.sandbox
from chat_conversations import CONVERSATIONS
from template_snippets import CONTEXT, SNIPPETS

GOLDEN = pathlib.Path(__file__).resolve().parent.parent / "golden" / "chat_templates"
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


def render(source, variables):
    try:
        # A copy: templates may change what they are given.
        return {"text": environment().from_string(source).render(**json.loads(json.dumps(variables)))}
    except jinja2.TemplateSyntaxError as error:
        return {"error": error.message}
    except Exception as error:
        return {"error": str(error)}


def main():
    assert jinja2.__version__ == "3.1.2", jinja2.__version__
    templates = {}
    for path in sorted(GOLDEN.glob("*.jinja")):
        source = path.read_text(encoding="utf-8")
        templates[path.stem] = [render(source, v) for v in CONVERSATIONS.values()]
    expected = {"conversations": CONVERSATIONS, "templates": templates}
    snippets = [{"source": s, **render(s, CONTEXT)} for s in SNIPPETS]
    for name, data in (("expected", expected), ("snippets", {"context": CONTEXT, "snippets": snippets})):
        text = json.dumps(data, ensure_ascii=False, indent=0) + "\n"
        (GOLDEN / f"{name}.json").write_text(text, encoding="utf-8")
        print(name, len(text.encode()), "bytes")
    errors = sum("error" in r for t in templates.values() for r in t)
    print(len(templates), "templates x", len(CONVERSATIONS), "conversations,", errors, "raise;",
          len(snippets), "snippets,", sum("error" in s for s in snippets), "raise")


if __name__ == "__main__":
    main()
