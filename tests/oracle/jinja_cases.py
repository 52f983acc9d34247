"""Small templates for every builtin, operator, statement and error of the engine. CASES maps a
group to sources; the expected values come from Jinja2 (chat_template_oracle.py)."""
import re

from jinja_expression_cases import ACCESS, FILTERS, LIST_METHODS, LITERALS, STRING_METHODS, TOJSON
from jinja_statement_cases import BLOCKS, SYNTAX, WHITESPACE

CONTEXT = {
    "n": 7, "m": -3, "zero": 0, "f": 2.5, "big": 12345678901, "yes": True, "no": False, "nil": None,
    "word": "hello", "title": "Hello World", "empty": "", "blank": "  a b\t\n ", "html": "<a href='x'>T&J \"q\"</a>",
    "uni": "Straße İß ﬁ 你好 🦀 e\u0301", "lines": "one\ntwo\n\n  three\n", "num": "42", "dec": " -1.5e3 ", "hex": "0x1F",
    "path": "a/b c?d=e&f=ü", "long": "the quick brown fox jumps over the lazy dog",
    "l": [3, 1, 2], "words": ["pear", "Apple", "fig", "apple"], "nested": [[1, 2], [3], []], "none_list": [],
    "mixed": [1, "a", None, 2.5, True, [1]], "d": {"b": 1, "a": 2, "C": 3}, "ed": {}, "deep": {"x": {"y": [10, 20, {"z": "deep"}]}},
    "people": [{"name": "Ann", "age": 31, "city": "Rome"}, {"name": "bob", "age": 25, "city": "Oslo"},
               {"name": "Cy", "age": 31, "city": "rome"}],
    "partial": [{"k": 1}, {"j": 2}, {"k": 3}],
    "tree": [{"v": 1, "kids": [{"v": 2, "kids": []}, {"v": 3, "kids": [{"v": 4, "kids": []}]}]}],
}

VALUES = ["nope", "nil", "yes", "zero", "m", "f", "big", "empty", "title", "blank", "uni", "html", "num", "l", "words",
          "none_list", "mixed", "d", "ed", "deep", "people", "(1, 'a')", "()", "range(3)", "d.items()", "[[1, 2], [3, 4]]",
          "d.keys()", "namespace(a=1)", "'%s|%d'", "1e16", "-0.0", "10 ** 15", "'ǅ'", "html|e"]

PLAIN_FILTERS = ["abs", "batch(2)|list", "capitalize", "center(12)", "count", "d('D')", "default('D')", "default('D', true)",
                 "dictsort", "e", "escape", "filesizeformat", "first", "float", "float(1.5)", "forceescape", "groupby('age')|list",
                 "indent", "int", "int(9)", "items|list", "join", "join('-')", "last", "length", "list", "lower", "map('string')|list",
                 "max", "min", "pprint", "reject|list", "replace('a', 'b')", "reverse|list", "round", "round(1, 'floor')", "safe",
                 "select|list", "slice(2)|list", "sort", "string", "striptags", "sum", "title", "tojson", "tojson(indent=2)", "trim",
                 "truncate(9)", "unique|list", "upper", "urlencode", "wordcount", "wordwrap(8)", "xmlattr", "attr('a')", "reverse",
                 "string|length", "rejectattr('a')|list", "selectattr('age', 'gt', 26)|list", "map(attribute='name')|list",
                 "nosuch", "format(1, 2)"]

PLAIN_TESTS = ["boolean", "callable", "defined", "divisibleby(2)", "eq(7)", "escaped", "even", "false", "filter", "float", "ge(1)",
               "gt(1)", "in([7, 'hello', none])", "in('hello world')", "integer", "iterable", "le(1)", "lower", "lt(1)", "mapping",
               "ne(7)", "none", "number", "odd", "sameas(none)", "sequence", "string", "test", "true", "undefined", "upper", "nosuch",
               "equalto(0)", "greaterthan(0)", "lessthan(0)"]

OPERANDS = ["nope", "nil", "yes", "n", "zero", "m", "f", "big", "word", "l", "(3, 1)", "d", "range(2)", "empty", "html|e", "-0.0"]
OPERATORS = ["+", "-", "*", "/", "//", "%", "**", "~", "==", "!=", "<", ">=", "in", "not in", "and", "or"]


def matrix_filters():
    return ["{{ %s|%s }}" % (v, f) for f in PLAIN_FILTERS for v in VALUES]


def matrix_tests():
    return ["{{ %s is %s }}" % (v, t) for t in PLAIN_TESTS for v in VALUES + ["l.append", "dict"]]


def matrix_operators():
    return ["{{ %s %s %s }}" % (a, op, b) for op in OPERATORS for a in OPERANDS for b in OPERANDS
            if not (op == "**" and ("big" in (a, b) or a == "-0.0" or a == "m" and b == "f")) and not (op == "*" and "big" in (a, b))]


# Addresses and what is none, in brackets and punctuation; then the filter's parameters.
ADDRESSES = ["http://a.b", "http://a.bc", "https://a.b-c.de:80/x?y=z#f", "http://a.bc:123456", "HTTP://A.BC", "www.a.bc", "www.a", "WWW.a.bc/d",
             "a.com", "a.b.c.org/x", "ab.cd", "x.com", "xy.com", "%-_.net", "aé.info:8", "xn--ab.com", "http://xn--abc", "http://xn--a", "http://xn--abc.d",
             "http://1.2.3.4", "http://1.2.3.4:5/6", "http://1.2.3", "http://1234.1.1.1", "http://[::1]", "http://[1:2:3::4]:80/", "http://[g::1]",
             "http://[1:2:3:4:5:6:7:8]", "http://[12345::]", "http://[::]x", "http://", "http:///x", "ftp://a.bc", "a@b.cd", "a@b", "a@b.c-d",
             "@b.cd", "a@@b.cd", "a@.cd", "é@ü.dé", "mailto:a@b.cd", "mailto:a", "mailto:", "a:b@c.de", "www.x@y.zz", "http://a.bc&d=e", "http://a.bc/<x>",
             "http://a.bc/'q'", "http://a." + "b" * 63, "http://a." + "b" * 64, "http://ſkı.kſ", "http://a.bc?", "http://a.bc/é", "http://a.bc.", "a..com"]
LINKS = ["{{ %r|urlize }}" % around.replace("_", address) for address in ADDRESSES
         for around in ("_", "(_)", "<_>.", "see _, or", "((_", "_))", "\t_\n")]
LINKS += ["{{ 'http://a.bc/defgh www.x.org'|urlize(%s) }}" % p for p in (
    "5", "-3", "0", "100", "true", "5, true", "none, false, '_top'", "rel='b a\tnofollow'", "rel=''", "target='<'", "extra_schemes=['ftp:']",
    "extra_schemes=['a']", "extra_schemes=['tel:', 1]", "extra_schemes='ab'", "'x'", "nosuch=1")]
LINKS += ["{{ 'tel:12 ftp://x tel: ftp:'|urlize(extra_schemes=['tel:', 'ftp://', 'a+b.c:/']) }}", "{{ html|urlize }}", "{{ html|safe|urlize }}", "{{ n|urlize }}", "{{ nope|urlize }}",
          "{{ lines|urlize }}", "{{ blank|urlize }}", "{{ ''|urlize }}", "{{ l|urlize }}", "{% autoescape true %}{{ '<www.a.bc>'|urlize }}{% endautoescape %}",
          "{{ 'a (http://x.yz/(b) c) (www.q.rs/(t)).'|urlize }}", "{{ '&lt;www.a.bc&gt;'|safe|urlize }}"]
LARGE = ["{{ 9223372036854775808 }}", "{{ -9223372036854775808 }}", "{{ [-9223372036854775809] }}", "{{ 123456789012345678901234567890|tojson }}", "{{ 1_000_000_000_000_000_000_000 }}",
         "{{ {'a': 99999999999999999999} }}", "{{ 99999999999999999999 is integer }}", "{{ 99999999999999999999 is number }}", "{{ 99999999999999999999 is float }}",
         "{{ 99999999999999999999 == 99999999999999999999 }}", "{{ 99999999999999999999 == 99999999999999999998 }}", "{{ 99999999999999999999 == 1 }}", "{{ 99999999999999999999 > 1 }}",
         "{{ -99999999999999999999 > 1 }}", "{{ 1 <= 99999999999999999999 }}", "{{ 99999999999999999999 < 100000000000000000000 }}", "{{ -99999999999999999999 < -100000000000000000000 }}",
         "{{ [99999999999999999999, 3, -99999999999999999999]|sort }}", "{{ [1, 99999999999999999999]|max }}", "{{ '99999999999999999999'|int }}", "{{ '-99999999999999999999'|int + 0 if false else 1 }}",
         "{{ 99999999999999999999|string|length }}", "{{ 99999999999999999999|float }}", "{{ 99999999999999999999|int }}", "{{ 'x' if 99999999999999999999 }}", "{{ 99999999999999999999 ~ 'a' }}",
         "{{ '%s'|format(99999999999999999999) }}", "{{ '{}'.format(99999999999999999999) }}", "{{ --99999999999999999999 }}"]
PRETTY = ["{{ ('word ' * %d)|pprint }}" % n for n in (14, 15, 16, 17, 40)] + ["{{ {'k': 'word ' * %d, 'z': [('é🦀 ' * %d,), 'ab\\n' * 9]}|pprint }}" % (n, n) for n in range(11, 19)] + [
    "{{ people|pprint }}", "{{ [people, (people,), {'a': people}]|pprint }}", "{{ ('x' * 100)|pprint }}", "{{ ['x' * 100, 'y']|pprint }}", "{{ (' ' * 99)|pprint }}", "{{ ('a\\r\\n b\\x85' * 20)|pprint }}",
    "{{ (long ~ ' ' ~ html ~ lines)|pprint }}", "{{ ((long ~ lines) * 3)|e|pprint }}", "{{ people|groupby('age')|pprint }}", "{{ (range(40)|list)|pprint }}", "{{ ((1, 2) * 30)|pprint }}"] + [
    "{{ {'%s': 'a b %s'}|pprint }}" % ("k" * n, "v" * (67 - n)) for n in (1, 5, 30)] + ["{{ [['%s a']]|pprint }}" % ("b" * n) for n in range(70, 77)]
SELF = ["{% block a %}x{{ n }}{% endblock %}{{ self.a() }}", "{{ self.a() }}{% block a %}{{ n }}{% endblock %}", "{{ self }}", "{{ self.nope }}", "{{ self.nope() }}",
        "{% block a %}x{% endblock %}{{ self.a(1) }}", "{% block a %}x{% endblock %}{{ self.a }}", "{% block a %}x{% endblock %}{{ self.a()|upper }}{{ self['a']() }}",
        "{% if no %}{% block a %}[{% block b %}y{% endblock %}]{% endblock %}{% endif %}{{ self.a() }}{{ self.b() }}", "{% set z = 1 %}{% block a %}{{ z }}{% endblock %}{{ self.a() }}",
        "{% for i in l %}{% block a scoped %}{{ i }}{% endblock %}{% endfor %}", "{{ self is defined }}{{ self is callable }}", "{% set self = 3 %}{{ self }}", "{% block a %}{{ self.b() }}{% endblock %}{% block b %}q{% endblock %}",
        "{% for x in l %}{% for y in loop %}{{ y[0] }}{% endfor %}{{ x }};{% endfor %}", "{% for x in l %}{{ loop|list }}{% endfor %}", "{% for x in l %}{{ loop|map('first')|list }}{{ loop.index }}{% endfor %}",
        "{% for x in l %}{% for y, z in loop %}{{ y }}{{ z.index }}{{ z.last }}{% endfor %}{% endfor %}", "{% for x in l if x > 1 %}{{ loop|length }}{{ loop|first }}{% endfor %}", "{% for x in [] %}{% else %}{{ loop is defined }}{% endfor %}",
        "{% for x in l %}{{ 2 in loop }}{% endfor %}", "{% for x in l %}{{ loop is iterable }}{{ loop|length }}{% endfor %}"]


# What Jinja2's compiler computes itself: there a slice that fails is undefined.
CONSTANTS = ["5", "5.5", "-5", "true", "none", "'abc'", "'a' 'b'", "''", "[1, 2, 3]", "(1, 2)", "()", "{'a': 1}", "('<'|e)"]
SUBSCRIPTS = ["[1:]", "[::-1]", "[:-1]", "[1:2:1]", "['x':]", "[::0]", "[none:1]", "[99999999999999999999:]", "[0]", "['a']", "[true]", ".a"]
SLICES = ["{{ %s%s }}" % (base, sub) for base in CONSTANTS for sub in SUBSCRIPTS]
SLICES += ["{{ %s }}" % e for e in (
    "5[1:] is defined", "5[1:]|default('d')", "5[1:]|length", "5[1:] + 1", "5[1:] == 1", "[5[1:]]", "(5[1:], 1)|list", "{'k': 5[1:]}", "5[1:] or 'x'", "5[1:] and nope.x",
    "5[1:] and n", "n and 5[1:]", "nope and 5[1:]", "1 if 5[1:] else n", "5[1:] if true", "5[1:] if n", "5[1:] if nope", "(5[1:] if false) is defined", "5[1:][2:]", "5[1:].x", "not 5[1:]",
    "-5[1:]", "5[1:] ~ 'x'", "5[1:] ~ n", "n ~ 5[1:]", "5[n:]", "5[1:] in [1]", "1 < 2 < 5[1:]", "2 < 1 < 5[1:]", "2 < 1 < n[1:]", "5[1:]|map('upper')|list", "5[1:]|upper",
    "5[1:]|tojson", "[5[1:]|string, n]", "[5[1:] is undefined, n]", "[5[1:], n]", "{'k': 5[1:] is none}.k", "5[1:](1)", "'abc'[1:]|upper", "'abc'[1:][0]", "'abc'[1:] ~ n", "[1, 2, 3][1:]|sum",
    "'abc'[5[1:]:]", "'abc'['x':] or n", "range(5[1:]|length)|list", "{'a': 1}[1:]|default(n)")]
SLICES += ["{% if 5[1:] %}x{% endif %}", "{% if 5[1:] is defined %}x{% else %}y{% endif %}", "{% set x = 5[1:] %}{{ x }}", "{% set x = 5[1:]|length %}{{ x }}", "{% for x in 5[1:] %}{{ x }}{% endfor %}",
           "{% for x in 'abc'[1:] %}{{ x }}{% endfor %}", "{% macro m(x=5[1:]) %}{{ x }}{% endmacro %}{{ m() }}", "{% macro m(x='abc'[1:]) %}{{ x }}{% endmacro %}{{ m() }}", "{% with x = 5[1:] %}{{ x }}{% endwith %}",
           "{% autoescape true %}{{ '<b>'[1:] }}{{ 5[1:] }}{% endautoescape %}", "{% filter upper %}{{ 'abc'[1:] }}{{ 5[1:] }}{% endfilter %}"]
# Items of a set come in no order: it is sorted, counted or has one item.
VIEWS = ["d.keys()", "ed.keys()", "{'a': 2, 'z': 1}.keys()", "d.items()", "{'a': 2, 'z': 1}.items()", "{'l': [1]}.items()", "d.values()", "(d.keys() - ['a'])", "(d.keys() - d)"]
SETS = ["{{ (%s - %s)|sort }}" % (a, b) for a in VIEWS for b in VIEWS + ["['b', 'z']", "'abC'", "d", "n", "nope", "nil", "[[1]]", "[(1, [2])]", "range(3)"]]
SETS += ["{{ (%s - %s)|length }}" % (a, b) for a in ["['b', 'z']", "'abC'", "d", "n", "nope", "nil", "[[1]]", "f", "html|e"] for b in VIEWS[:4] + VIEWS[6:8]]
SETS += ["{{ %s %s %s }}" % (a, op, b) for op in ("==", "!=", "<", "<=", ">", ">=") for a in VIEWS for b in VIEWS + ["['a']", "d", "n"]]
SETS += ["{{ %s in %s }}" % (a, b) for a in ("'a'", "('a', 2)", "('a', 3)", "('a', 2, 1)", "['a', 2]", "([1], 2)", "[]", "nope", "1") for b in VIEWS]
SETS += ["{% set s = d.keys() - ['b', 'C'] %}{{ s }}{{ s.ACTION }}{{ s|sort }}".replace("ACTION", action) for action in (
    "union()|sort", "union(['q'], 'rs')|sort", "union(1)", "union([[1]])", "union(x=1)", "intersection('ab', ['a'])", "intersection('b')", "difference('a')", "difference()", "symmetric_difference('ab')",
    "symmetric_difference()", "symmetric_difference([[1]])", "issubset('ab')", "issubset('b')", "issubset(1)", "issuperset('a')", "issuperset('ab')", "issuperset([[1]])", "isdisjoint('b')", "isdisjoint('a')", "isdisjoint(1)",
    "isdisjoint()", "copy()", "copy(1)", "add('q')", "add([1])", "add()", "add(1, 2)", "discard('a')", "discard('z')", "discard([])", "remove('a')", "remove('z')", "remove([])", "pop()", "pop(1)", "clear()", "update('xyz')",
    "update(['q'], ['r'])", "update(1)", "intersection_update('b')", "difference_update('a')", "symmetric_difference_update('ab')", "nosuch", "nosuch()", "keys()", "0")]
SETS += ["{{ %s.isdisjoint(%s) }}" % (a, b) for a in VIEWS[:8] for b in ("d", "ed", "['z']", "n", "[('a', 2)]")]
SETS += ["{{ (d.keys() - ['b', 'C'])%s }}" % x for x in (
    "", "|first", "|last", "|list", "|join", "|reverse|list", "|tojson", "|string", "|pprint", "|unique|list", "|map('upper')|list", "|select|list", "|max", "|sum", "|batch(2)|list", "|slice(1)|list", "|length",
    "|dictsort", "|default('x')", "|upper", "[0]", "[1:]", ".x", "()", "|attr('pop')", " is iterable", " is sequence", " is mapping", " is string", " is callable", " ~ 'x'", " + []", " and 1", " or 1", " * 2", " % 2",
    " is sameas(d)", " == ['a']", "|groupby('x')", "|int", "|float", "|e", "|count", "|list|length", "|sort(reverse=true)", "|join(',')", "|format(1)")]
SETS += ["{{ d.keys() - d }}", "{{ not (d.keys() - d) }}", "{{ {d.keys(): 1} }}", "{{ {(d.keys() - d): 1} }}", "{{ d[d.keys() - d] }}", "{{ d.get(d.keys()) }}", "{{ [d.keys()] == [d.keys()] }}", "{{ d.keys() is eq(d.keys()) }}",
         "{{ {([1], 2): 3} }}", "{{ d.get(([1],)) }}", "{{ [([1], 2)]|unique|list }}", "{{ '%s' % (d.keys() - ['a', 'b']) }}", "{{ '%s|%s' % (d.keys() - ['a', 'b'], 1) }}", "{{ ' ' % (d.keys() - d) }}",
         "{% for x in d.keys() - ['a', 'b'] %}{{ x }}{{ loop.last }}{% endfor %}", "{% for x in d.keys() - d %}{% else %}none{% endfor %}", "{% set s = d.keys() - ['a', 'b'] %}{% for x in s %}{{ s.add(x ~ 1) }}{% endfor %}",
         "{% set s = d.keys() - ['a', 'b'] %}{% set ns = namespace(s=s) %}{{ s.add(ns) }}{{ s|length }}", "{% set a, b = d.keys() - ['a'] %}{{ [a, b]|sort }}", "{% set a, b = d.keys() - ['a', 'b'] %}",
         "{{ d.keys() & d.keys() }}", "{{ d.keys() ^ d.keys() }}", "{{ dict(d.items() - ed.items())|length }}", "{{ namespace(d.items() - ed.items()).a }}", "{{ lipsum }}", "{{ lipsum is callable }}"]
# What markupsafe escapes of what safe text is given.
SAFE_METHODS = ["{{ ('<a&b>'|e).%s%s }}" % (call.replace("ARG", arg), e) for e in ("", "|e") for arg in ("'<'", "'&'", "'lt;'", "('<'|e)") for call in (
    "strip(ARG)", "lstrip(ARG)", "rstrip(ARG)", "replace(ARG, 'x')", "replace('b', ARG)", "ljust(18, 'x') ~ ARG", "partition(ARG)", "rpartition(ARG)", "split(ARG)", "rsplit(ARG)", "removeprefix(ARG)", "removesuffix(ARG)",
    "join([ARG, 1])", "find(ARG)", "count(ARG)", "startswith(ARG)", "upper() ~ ARG", "title()", "casefold()", "swapcase()", "strip()", "strip(none)", "partition(5)", "format(ARG)")]
REMAINDERS = ["{{ ' ' %% %s }}" % v for v in ("range(2)", "l|reverse", "d.keys()", "d.items()", "namespace(a=1)", "self", "dict", "l.append", "99999999999999999999", "l|batch(2)", "joiner()", "()", "(1,)", "{}", "[1]", "nope")]
NAMED = ["{{ '\\N' }}", "{{ '\\N{' }}", "{{ '\\N{}' }}", "{{ '\\Nx' }}", "{{ 'a\\N{x' }}"]


def split(text):
    """The cases of a text: one a line, and on a line those between " ~~ " and the {{ }}s that
    follow one another. "{NL}" stands for a line end."""
    cases = []
    for part in text.strip("\n").replace(" ~~ ", "\n").split("\n"):
        cases += re.sub(r"(\}\}\|?) (?=\{\{)", "\\1\0", part).split("\0") if "{%" not in part else [part]
    return [case.replace("{NL}", "\n") for case in cases]


CASES = {
    "literals": split(LITERALS),
    "access": split(ACCESS),
    "string methods": split(STRING_METHODS),
    "list and dict methods": split(LIST_METHODS),
    "filters": split(FILTERS),
    "tojson": split(TOJSON),
    "blocks": split(BLOCKS),
    "syntax": split(SYNTAX),
    "white space": WHITESPACE,
    "links": LINKS,
    "large integers": LARGE,
    "self and loop": SELF,
    "pretty": PRETTY,
    "slices of constants": SLICES,
    "sets": SETS,
    "safe text": SAFE_METHODS,
    "remainders": REMAINDERS,
    "named characters": NAMED,
    "filters by values": matrix_filters(),
    "tests by values": matrix_tests(),
    "operators by values": matrix_operators(),
}
