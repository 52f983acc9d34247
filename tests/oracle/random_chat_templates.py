"""Random chat templates, as people write them: loops over messages, roles, namespaces, macros with
callers, tools, reasoning, parts, white space control. Their expressions have types, so most of them
give text; random_templates.py has those that mostly fail. Rendered with the conversations of
chat_conversations.py."""

ROLES = ["user", "assistant", "system", "tool", "developer"]
MARKS = ["<|im_start|>", "<|im_end|>\\n", "[INST] ", " [/INST]", "<s>", "### ", "\\n\\n", "<think>\\n", "</think>", "é🦀", "'", "{"]
LINKS = ["http://a.b/c?d=1", "www.x.org,", "(https://x.yz/)", "me@x.com.", "<https://1.2.3.4:80/x>", "mailto:a@b.cd", "plain", "a.com",
         "x-y.co.uk", "http://[1:2::3]/", "ftp://x.y", "(see", "x@y", "&", "xn--ab.org/ü", "http://x", "_a.net?q#f)", "a.b.info:8080"]


def text(rng, depth=2):
    sub = lambda: text(rng, depth - 1)
    leaf = [lambda: "message.role", lambda: "message['role']", lambda: "(message.content if message.content is string else '')",
            lambda: "'" + rng.choice(MARKS).replace("'", "\\'") + "'", lambda: "bos_token", lambda: "eos_token|default('')",
            lambda: "ns.text", lambda: "loop.index|string", lambda: "date_string|default('26 Jul 2024')",
            lambda: f"strftime_now('{rng.choice(['%d %b %Y', '%Y-%m-%d', '%A %-d', '%H:%M:%S.%f', '%j %U %p'])}')"]
    if depth == 0:
        return rng.choice(leaf)()
    return rng.choice(leaf + [
        lambda: f"{sub()}|{rng.choice(['trim', 'upper', 'lower', 'title', 'capitalize', 'e', 'indent(2)', 'indent(width=1, first=true)', 'string', 'replace(chr, x)'.replace('chr', repr(rng.choice('aeo'))).replace('x)', repr('_') + ')'), 'truncate(12, true)', 'urlize', 'wordwrap(9)', 'center(20)', 'striptags', 'safe', 'reverse', 'urlencode', 'wordcount|string', 'length|string', 'first|default'])}",
        lambda: f"({sub()} ~ {rng.choice([text, number])(rng, depth - 1)})",
        lambda: f"({sub()} + {sub()})",
        lambda: f"({sub()}){rng.choice(['.strip()', '.split(chr)[0]', '.split(chr)[-1]', '.split(chr, 1)|join(chr)', '.lstrip()', '.rstrip(chr)', '.upper()', '.title()', '.replace(chr, chr * 2)', '.splitlines()|join(chr)', '.removeprefix(chr)', '.partition(chr)[2]', '.zfill(4)']).replace('chr', repr(rng.choice(['a', ' ', '</think>', 'e'])))}",
        lambda: f"({sub()})[{rng.choice(['', '0', '1', '-3', '2'])}:{rng.choice(['', '4', '-1', '9'])}{rng.choice(['', ':2', ':-1'])}]",
        lambda: f"({sub()} if {truth(rng, depth - 1)} else {sub()})",
        lambda: f"{values(rng, depth - 1)}|{rng.choice(['tojson', 'tojson(indent=2)', 'tojson(ensure_ascii=true)', 'tojson(sort_keys=true)', 'string', 'length|string', 'pprint', 'list|string'])}",
        lambda: f"'{rng.choice(['%s: %s', '%s|%8s', '%-5s%s'])}' % ({sub()}, {sub()})",
        lambda: f"'{rng.choice(['{}: {}', '{1}{0}', '{0!r}{1:>6}'])}'.format({sub()}, {sub()})",
        lambda: f"{values(rng, depth - 1)}|map('string')|join({rng.choice([repr(', '), repr(''), 'eos_token'])})",
    ])()


def number(rng, depth=1):
    return rng.choice(["loop.index0", "loop.revindex", "messages|length", "ns.count", "3", "-2", "(messages|length - 1)",
                       "(ns.count * 2 + 1)", "(ns.count % 3)", "messages|selectattr('role', 'eq', 'user')|list|length", "2 ** 5",
                       "ns.count // 2", "(ns.count / 4)", "1.5", "99999999999999999999"])


def truth(rng, depth=1):
    return rng.choice([
        lambda: f"message.role == '{rng.choice(ROLES)}'", lambda: f"message['role'] in ['{rng.choice(ROLES)}', 'ipython']",
        lambda: "loop.first", lambda: "loop.last", lambda: "not loop.last", lambda: "tools is defined and tools", lambda: "add_generation_prompt",
        lambda: "message.content is string", lambda: "message.content is not none", lambda: "message.tool_calls is defined",
        lambda: "message.reasoning_content is defined and message.reasoning_content", lambda: "'</think>' in (message.content or '')|string",
        lambda: "ns.seen", lambda: "loop.previtem is defined and loop.previtem.role == message.role", lambda: "loop.changed(message.role)",
        lambda: "enable_thinking is defined and enable_thinking is false", lambda: "message.content is iterable and message.content is not mapping",
        lambda: f"{number(rng)} {rng.choice(['>', '<', '==', '!=', '<='])} 2", lambda: f"not ({truth(rng)})" if depth else "true",
        lambda: f"({text(rng, 0)}).startswith('{rng.choice(['<', 'W', 'H'])}')",
    ])()


def values(rng, depth=1):
    return rng.choice(["messages", "tools|default([])", "(tools or [])", "message.tool_calls|default([])", "message", "message.items()|list", "[1, 2.5, none, true]",
                       "messages|map(attribute='role')|list", "messages|map(attribute='role')|unique|list", "messages[1:]", "messages[::-1]",
                       "messages|groupby('role')|map('first')|list", "messages|rejectattr('role', 'equalto', 'system')|list",
                       "(messages|last|default({})).keys()|list", "range(ns.count)|list", "(1, 'a')", "message|dictsort", "message|items|list",
                       "dict(a=1, b=[none])", "messages|batch(2)|list|length", "{'big': 123456789012345678901234567890}"])


def block(rng, depth):
    left, right = rng.choice(["{%", "{%", "{%-", "{%+"]), rng.choice(["%}", "%}", "-%}", "+%}"])
    tag = lambda inner: f"{left} {inner} {right}"
    out = lambda: "{{" + rng.choice(["", "-"]) + " " + text(rng) + " " + rng.choice(["", "-"]) + "}}"
    space = lambda: rng.choice(["", "", "\n", "    ", "\n\n  ", " text ", "{# note #}", "{#- note -#}\n"])
    if depth == 0:
        return space() + out() + space()
    body = lambda: "".join(block(rng, depth - 1) for _ in range(rng.randint(1, 2)))
    return space() + rng.choice([
        out, out,
        lambda: tag(f"if {truth(rng)}") + body() + tag(f"elif {truth(rng)}") + body() + tag("else") + body() + tag("endif"),
        lambda: tag(f"if {truth(rng)}") + body() + tag("endif"),
        lambda: tag(f"set ns.text = {text(rng)}"),
        lambda: tag("set ns.count = ns.count + 1") + tag(f"set ns.seen = {truth(rng)}"),
        lambda: tag("set content") + body() + tag("endset") + "{{ content|trim }}",
        lambda: tag(f"set content = {text(rng)}") + "{{ content }}",
        lambda: tag(f"for item in {values(rng)}") + "{{ item }}" + space() + tag(f"if {truth(rng)}") + tag(rng.choice(["break", "continue"])) + tag("endif") + "{{ loop.index }}" + tag("else") + "none" + tag("endfor"),
        lambda: tag("for key, value in message.items()") + "{{ key }}={{ value|tojson }};" + tag("endfor"),
        lambda: tag("for part in message.content if part is mapping and part.type == 'text'") + "{{ part.text }}" + tag("endfor") if rng.random() < .2 else "{{ show(message) }}",
        lambda: tag("call(x) wrap(message.role)") + "{{ x }}" + body() + tag("endcall"),
        lambda: tag(f"filter {rng.choice(['trim', 'upper', 'indent(2)', 'replace(chr, x)'.replace('chr', repr('a')).replace('x)', repr('') + ')')])}") + body() + tag("endfilter"),
        lambda: tag("generation") + body() + tag("endgeneration"),
        lambda: tag(f"with message = {{'role': {text(rng, 0)}, 'content': {text(rng, 1)}}}") + body() + tag("endwith"),
        lambda: tag("for rest in loop") + "{{ rest[0].role }}" + tag("endfor") if rng.random() < .3 else out(),
        lambda: "{{ self.head() }}",
        lambda: "{{ '" + " ".join(rng.choice(LINKS) for _ in range(3)).replace("'", "") + "'|urlize" + rng.choice(["", "(8)", "(nofollow=true)", "(target='_blank')", "(rel='a b')", "(extra_schemes=['ftp:'])"]) + " }}",
    ])() + space()


def random_chat_template(rng):
    head = ("{%- set ns = namespace(text='', count=0, seen=false) -%}\n"
            "{% macro show(message) %}{{ message.role }}: {{ message.content }}{% endmacro %}\n"
            "{%- macro wrap(name, sep='|') -%}[{{ name }}{{ sep }}{{ caller(name|upper) }}]{%- endmacro -%}\n"
            "{% block head %}" + rng.choice(["H", "{{ bos_token }}", "{{ messages|length }}\n"]) + "{% endblock %}")
    loop = "{%" + rng.choice(["", "-"]) + " for message in messages " + rng.choice(["", "", "if message.role != 'system' "]) + "%}" + rng.choice(["", "\n"])
    body = "".join(block(rng, rng.randint(0, 2)) for _ in range(rng.randint(1, 4)))
    check = rng.choice(["", "", "{% if messages and messages[0].role == 'assistant' %}{{ raise_exception('Begin with a question, ' ~ messages[0].role) }}{% endif %}"])
    tail = rng.choice(["", "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}", "\n{%- if add_generation_prompt -%}\n  <a>\n{% endif %}\n\n"])
    return head + check + loop + body + "{% endfor %}" + tail
