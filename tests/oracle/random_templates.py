"""Random small templates over the context of jinja_cases.py: what Realm and Jinja2 make of them is
compared by chat_template_oracle.py --random. Left out: unknown filters and tests, which Jinja2 mostly
refuses before it renders and Realm when they are reached."""
from jinja_cases import CONTEXT

NAMES = [name for name in CONTEXT if name != "big"] + ["nope", "x", "y"]
LITERALS = ["0", "1", "-1", "2", "3.5", "''", "'a'", "'b,c'", "'Hello World'", "' x '", "'é🦀'", "none", "true", "false", "[]",
            "[3, 1, 2]", "['b', 'a', 'B']", "[1, 'a', none]", "{}", "{'a': 1, 'b': [2]}", "(1, 2)", "'%s'", "'{}'", "'<b>'"]
ATTRIBUTES = ["a", "b", "x", "name", "age", "0", "nope", "real", "k"]
FILTERS = ["tojson", "tojson(indent=2)", "length", "list", "sort", "upper", "lower", "title", "trim", "string", "int", "float",
           "first", "last", "join", "join('-')", "join(',', attribute='name')", "default('D')", "default('D', true)", "d(1)",
           "reverse", "unique|list", "map('upper')|list", "map(attribute='name')|list", "map(attribute='k', default=0)|list",
           "select|list", "reject('none')|list", "select('string')|list", "selectattr('age', 'gt', 26)|list", "rejectattr('k')|list",
           "selectattr('name', 'defined')|list", "items|list", "dictsort", "batch(2)|list", "slice(2)|list", "sum", "min", "max",
           "round", "abs", "indent", "indent(2, true)", "capitalize", "replace('a', 'b')", "replace('l', '')", "safe", "e",
           "escape", "wordcount", "truncate(5)", "wordwrap(5)", "center(8)", "groupby('age')|list", "attr('a')", "striptags",
           "xmlattr", "filesizeformat", "format(1)", "pprint", "count", "sort(attribute='name')|length"]
TEXT_FILTERS = ["upper", "lower", "title", "trim", "indent(2)", "replace('a', 'b')", "e", "truncate(9)|upper", "center(30)"]
TESTS = ["defined", "undefined", "none", "string", "number", "integer", "float", "mapping", "sequence", "iterable", "boolean",
         "true", "false", "odd", "even", "lower", "upper", "callable", "divisibleby(2)", "eq(1)", "in([1, 'a'])", "sameas(none)",
         "escaped"]
METHODS = ["upper()", "lower()", "strip()", "lstrip()", "rstrip('d')", "split()", "split(',')", "split(',', 1)", "rsplit(' ', 1)",
           "replace('l', 'L')", "startswith('H')", "endswith(('d', 'a'))", "find('o')", "count('l')", "join(['x', 'y'])",
           "splitlines()", "title()", "capitalize()", "isdigit()", "isalpha()", "format(1, 2)", "partition(' ')", "get('a')",
           "get('z', 9)", "items()", "keys()", "values()", "append(1)", "pop()", "pop('a')", "pop(0)", "index(1)", "update({'q': 1})",
           "copy()", "extend([7])", "insert(0, 5)", "remove(1)", "clear()", "reverse()", "sort()", "setdefault('s', 1)", "nosuch()",
           "zfill(5)", "center(9, '*')", "removeprefix('H')", "casefold()"]
BINARY = ["+", "-", "*", "/", "//", "%", "~", "==", "!=", "<", "<=", ">", ">=", "in", "not in", "and", "or"]


def expression(rng, depth):
    kind = rng.random() if depth > 0 else rng.random() * 0.2
    sub = lambda: expression(rng, depth - 1)
    if kind < 0.12:
        return rng.choice(NAMES)
    if kind < 0.2:
        return rng.choice(LITERALS)
    if kind < 0.4:
        return f"{sub()}|{rng.choice(FILTERS)}"
    if kind < 0.5:
        return f"({sub()}).{rng.choice(METHODS)}"
    if kind < 0.58:
        return f"({sub()} is {rng.choice(['', 'not '])}{rng.choice(TESTS)})"
    if kind < 0.74:
        return f"({sub()} {rng.choice(BINARY)} {sub()})"
    if kind < 0.8:
        return f"({sub()}).{rng.choice(ATTRIBUTES)}"
    if kind < 0.85:
        return f"({sub()})[{sub()}]"
    if kind < 0.9:
        bound = lambda: rng.choice(["", "", "0", "1", "-1", "2", "-2", "9", "n", "nil"])
        # Jinja2 works constants out while it compiles, and there what cannot be sliced is undefined
        # instead of an error.
        sliced = rng.choice([rng.choice(NAMES), rng.choice(LITERALS), f"({sub()})"])
        return f"{sliced}[{bound()}:{bound()}{rng.choice(['', ':' + rng.choice(['', '1', '-1', '2', '0'])])}]"
    if kind < 0.94:
        return f"({sub()} if {sub()}{rng.choice([' else ' + sub(), ''])})"
    if kind < 0.97:
        return f"[{sub()}, {sub()}]"
    if kind < 0.98:
        view = lambda: f"{rng.choice(['d', 'ed', 'deep', '{}', str({'a': 1, 'z': 2})])}.{rng.choice(['keys', 'items'])}()"
        return rng.choice([f"({view()} - {sub()})|sort", f"({sub()} - {view()})|length", f"({view()} - {view()})|sort",
                           f"{view()} {rng.choice(['==', '<', '>=', '!='])} {view()}", f"{sub()} in {view()}",
                           f"{view()}.isdisjoint({sub()})"])
    return rng.choice([f"{{'a': {sub()}}}", f"not {sub()}", f"-{rng.choice(NAMES)}", f"({sub()}, {sub()})",
                       f"range({rng.randint(0, 4)})|list", f"namespace(a={sub()}).a", f"dict(a={sub()})"])


def blank(rng):
    return rng.choice(["", "", " ", "\n", "  \n", "\n  ", "text", " t\n"])


def statement(rng, depth):
    if depth == 0 or rng.random() < 0.5:
        return "{{" + rng.choice([" ", "- "]) + expression(rng, 2) + rng.choice([" ", " -"]) + "}}"
    body = "".join(blank(rng) + statement(rng, depth - 1) for _ in range(rng.randint(1, 2))) + blank(rng)
    left, right = rng.choice(["{%", "{%", "{%-", "{%+"]), rng.choice(["%}", "%}", "-%}", "+%}"])
    tag = lambda text: f"{left} {text} {right}"
    return rng.choice([
        lambda: tag(f"if {expression(rng, 2)}") + body + tag("else") + "E" + tag("endif"),
        lambda: tag(f"if {expression(rng, 1)}") + body + tag(f"elif {expression(rng, 1)}") + "E" + tag("endif"),
        lambda: tag(f"for x in {expression(rng, 1)}") + body + "{{ loop.index }}" + tag("endfor"),
        lambda: tag(f"for x in {expression(rng, 1)} if {expression(rng, 1)}") + body + tag("else") + "E" + tag("endfor"),
        lambda: tag(f"for x, y in {expression(rng, 1)}") + body + tag("endfor"),
        lambda: tag(f"set x = {expression(rng, 2)}") + body + "{{ x }}",
        lambda: tag("set x") + body + tag("endset") + "[{{ x }}]",
        lambda: tag(f"set ns = namespace(a={expression(rng, 1)})") + body + tag(f"set ns.a = {expression(rng, 1)}") + "{{ ns.a }}",
        lambda: tag(f"macro mac(x, y={expression(rng, 1)})") + body + tag("endmacro") + "{{ mac(" + expression(rng, 1) + ") }}",
        lambda: tag(f"with x = {expression(rng, 1)}") + body + tag("endwith"),
        lambda: tag(f"filter {rng.choice(TEXT_FILTERS)}") + body + tag("endfilter"),
        lambda: tag("macro mac()") + "<{{ caller() }}>" + tag("endmacro") + tag("call mac()") + body + tag("endcall"),
        lambda: tag(f"for x in {expression(rng, 1)}") + tag(f"if {expression(rng, 1)}") + tag("continue") + tag("endif") + body + tag("endfor"),
        lambda: "{# c #}" + body,
    ])()


def random_template(rng):
    return blank(rng) + "".join(statement(rng, rng.randint(0, 2)) + blank(rng) for _ in range(rng.randint(1, 3)))
