"""Small templates of statements, syntax and white space: part of jinja_cases.py, which says how the
texts are cut into cases."""

BLOCKS = r"""
{% for i in l %}{{ i }},{% endfor %}
{% for i in l %}{{ loop.index }}{{ loop.index0 }}{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.first }}{{ loop.last }}{{ loop.length }}{{ loop.depth }}{{ loop.depth0 }};{% endfor %}
{% for i in l %}{{ loop.previtem }}|{{ loop.nextitem }};{% endfor %}
{% for i in l %}{{ loop.previtem is defined }}{{ loop.nextitem is defined }}{% endfor %}
{% for i in l %}{{ loop.cycle('a', 'b') }}{% endfor %}
{% for i in [1, 1, 2] %}{{ loop.changed(i) }}{% endfor %}
{% for i in l %}{{ loop.nope }}{{ loop.nope.x }}{% endfor %}
{% for i in l %}{{ loop }}{% endfor %}
{% for i in none_list %}x{% else %}none{% endfor %}
{% for i in l if i > 1 %}{{ i }}{{ loop.index }}/{{ loop.length }} {% else %}none{% endfor %}
{% for i in l if i > 9 %}x{% else %}none{% endfor %}
{% for i in l if loop.first %}x{% endfor %}
{% for k, v in d.items() %}{{ k }}={{ v }};{% endfor %}
{% for k in d %}{{ k }}{% endfor %}
{% for a, b in nested %}{% endfor %}
{% for a, b in [[1, 2], (3, 4), 'xy', {'k': 1, 'j': 2}] %}{{ a }}{{ b }}{% endfor %}
{% for a, (b, c) in [[1, [2, 3]]] %}{{ a }}{{ b }}{{ c }}{% endfor %}
{% for (a, b) in [[1, 2]] %}{{ a }}{{ b }}{% endfor %}
{% for a, b in [1] %}{% endfor %}
{% for a, b in [[1, 2, 3]] %}{% endfor %}
{% for c in 'aé你' %}{{ c }}.{% endfor %}
{% for c in 5 %}{% endfor %}
{% for c in none %}{% endfor %}
{% for c in nope %}x{% else %}empty{% endfor %}
{% for c in nope.x %}x{% endfor %}
{% for i in range(3) %}{% for j in range(2) %}{{ i }}{{ j }}{{ loop.index }}{{ loop.depth }} {% endfor %}{{ loop.index }}{% endfor %}
{% for i in range(9) %}{% if i == 2 %}{% continue %}{% endif %}{% if i == 5 %}{% break %}{% endif %}{{ i }}{% endfor %}
{% for i in range(2) %}{% for j in range(9) %}{% if j == 1 %}{% break %}{% endif %}{{ i }}{{ j }}{% endfor %}-{% endfor %}
{% for i in range(3) %}{% break %}{% else %}e{% endfor %}
{% break %}
{% if yes %}{% continue %}{% endif %}
{% for i in l %}{% macro m() %}{% break %}{% endmacro %}{% endfor %}
{% for n in tree recursive %}{{ n.v }}{{ loop.depth }}({{ loop(n.kids) }}){% endfor %}
{% for n in tree recursive %}{{ n.v }}{% if n.kids %}<{{ loop(n.kids) }}>{% endif %}{% endfor %}
{% for i in l %}{{ loop([1]) }}{% endfor %}
{% for i in l %}{% set x = i %}{% endfor %}{{ x }}
{% set x = 0 %}{% for i in l %}{{ x }}{% set x = i %}{{ x }}{% endfor %}{{ x }}
{% set ns = namespace(x=0) %}{% for i in l %}{% set ns.x = ns.x + i %}{% endfor %}{{ ns.x }}
{% set ns.x = 1 %}
{% set ns = namespace() %}{% set ns.a = [] %}{{ ns.a.append(1) }}{{ ns.a }}{{ ns }}
{% for i in l %}{{ i }}{% endfor %}{{ i }}
{% for loop in l %}{{ loop }}{% endfor %}
{% for n in l %}{{ n }}{% endfor %}{{ n }}
{% for i in l|map('string') %}{{ i }}{{ loop.last }}{{ loop.length }}{% endfor %}
{% for i in l|select('odd') %}{{ loop.index }}{{ loop.revindex }}{% endfor %}
{% for i in d.items()|sort %}{{ i }}{% endfor %}
{% for i in l[::-1] + [9] %}{{ i }}{% endfor %}
{% for i in 1, 2, 3 %}{{ i }}{% endfor %}
{% for i in (1, 2) if i is odd %}{{ i }}{% endfor %}
{% for x in [1] %}{% set n = 5 %}{{ n }}{% endfor %}{{ n }}
{% for i in l %}{% if loop.index is divisibleby 2 %}{{ i }}{% endif %}{% endfor %}
{% if n %}a{% endif %}{% if zero %}b{% elif yes %}c{% else %}d{% endif %}{% if nope %}e{% else %}f{% endif %}
{% if l %}1{% endif %}{% if none_list %}2{% endif %}{% if d %}3{% endif %}{% if ed %}4{% endif %}{% if empty %}5{% endif %}{% if '0' %}6{% endif %}{% if 0.0 %}7{% endif %}{% if nil %}8{% endif %}{% if range(0) %}9{% endif %}
{% if no %}{% set x = 1 %}{% endif %}{{ x }}|{{ x is defined }}
{% if yes %}{% set x = 1 %}{% endif %}{{ x }}
{% if not no and (yes or nope) %}ok{% endif %}
{% if nope == none %}a{% else %}b{% endif %}{% if nope == nope2 %}c{% endif %}
{% set x = 1 %}{{ x }}{% set x = x + 1 %}{{ x }}
{% set a, b = 1, 2 %}{{ a }}{{ b }}{% set b, a = a, b %}{{ a }}{{ b }}
{% set a, b = [1] %}
{% set (a, b) = 'xy' %}{{ a }}{{ b }}
{% set a = 1, 2 %}{{ a }}
{% set x %}a{{ n }}b{% endset %}{{ x }}{{ x is string }}{{ x|length }}
{% set x %}{% endset %}{{ x == '' }}
{% set x %}<b>{% endset %}{{ x }}{{ x|e }}
{% set x %}{% set y = 1 %}{{ y }}{% endset %}{{ x }}{{ y }}
{% set x, y %}a{% endset %}
{% set n = n %}{{ n }}
{% set range = 5 %}{{ range }}
{% set true = 1 %}
{% set none = 1 %}
{% set loop = 1 %}{{ loop }}
{% set _ = 1 %}{{ _ }}
{% with %}{{ n }}{% endwith %}
{% with x = 1, y = 2 %}{{ x }}{{ y }}{% endwith %}{{ x }}
{% with n = 1 %}{{ n }}{% endwith %}{{ n }}
{% with x = n, n = 1 %}{{ x }}{{ n }}{% endwith %}
{% with a = 1, b = a %}{{ b }}{% endwith %}
{% with a, b = [1, 2] %}{{ a }}{{ b }}{% endwith %}
{% with x = 1 %}{% set x = 2 %}{{ x }}{% set n = 9 %}{{ n }}{% endwith %}{{ n }}
{% macro m(a, b=2) %}{{ a }}-{{ b }}{% endmacro %}{{ m(1) }} {{ m(1, 3) }} {{ m(b=5, a=4) }} {{ m() }}
{% macro m(a) %}{{ a }}{% endmacro %}{{ m(1, 2) }}
{% macro m(a) %}{{ a }}{% endmacro %}{{ m(1, a=2) }}
{% macro m(a) %}{{ a }}{% endmacro %}{{ m(nope=2) }}
{% macro m(a) %}{{ varargs }}{{ kwargs }}{% endmacro %}{{ m(1, 2, 3, x=4) }}
{% macro m() %}{{ varargs }}{% endmacro %}{{ m(1) }}{{ m(x=1) }}
{% macro m(a=1, b) %}{% endmacro %}
{% macro m(a, a) %}{{ a }}{% endmacro %}{{ m(1, 2) }}
{% macro m(a, b=a) %}{{ a }}{{ b }}{% endmacro %}{{ m(1) }}{{ m(1, 2) }}
{% macro m(x=[]) %}{{ x.append(1) }}{{ x }}{% endmacro %}{{ m() }}{{ m() }}
{% macro m(n) %}{{ n }}{% if n > 0 %}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(3) }}
{% macro m() %}{{ n }}{% endmacro %}{% set n = 1 %}{{ m() }}
{% set q = 1 %}{% macro m() %}{{ q }}{% set q = 2 %}{{ q }}{% endmacro %}{{ m() }}{{ q }}
{% macro m() %}{{ q }}{% endmacro %}{% set q = 1 %}{{ m() }}
{% for q in l %}{% macro m() %}{{ q }}{% endmacro %}{{ m() }}{% endfor %}
{% macro m() %}{{ o() }}{% endmacro %}{% macro o() %}o{% endmacro %}{{ m() }}
{{ m() }}{% macro m() %}x{% endmacro %}
{% if no %}{% macro m() %}x{% endmacro %}{% endif %}{{ m }}
{% macro m() %}x{% endmacro %}{{ m }}{{ m.name }}{{ m.arguments }}{{ m.caller }}{{ m.catch_kwargs }}{{ m.catch_varargs }}
{% macro m(a, b) %}x{% endmacro %}{{ m.arguments }}{{ m is callable }}{{ m.nope }}
{% macro m() %}<b>{% endmacro %}{{ m() }}{{ m()|e }}{{ m() ~ '<' }}{{ m() is string }}{{ m()|length }}
{% macro m() %}  x  {% endmacro %}[{{ m()|trim }}]
{% macro m() %}[{{ caller() }}]{% endmacro %}{% call m() %}body{{ n }}{% endcall %}
{% macro m() %}[{{ caller(1, 2) }}]{% endmacro %}{% call(a, b) m() %}{{ a }}+{{ b }}{% endcall %}
{% macro m() %}[{{ caller() }}]{% endmacro %}{{ m() }}
{% macro m(x) %}{{ x }}{% if caller %}{{ caller() }}{% endif %}{% endmacro %}{{ m(1) }}{% call m(2) %}c{% endcall %}
{% macro m() %}x{% endmacro %}{% call m() %}c{% endcall %}
{% macro m(x) %}{{ caller(x) }}{% endmacro %}{% call(y=3) m(1) %}{{ y }}{% endcall %}
{% call word.upper() %}x{% endcall %}
{% call nope() %}x{% endcall %}
{% macro outer() %}{% macro in() %}i{% endmacro %}{{ in() }}{% endmacro %}{{ outer() }}
{% macro outer() %}{% macro inr(z) %}i{{ z }}{% endmacro %}{{ inr(1) }}{% endmacro %}{{ outer() }}{{ inr }}
{% macro m(x) -%}  {{ x }}  {%- endmacro %}[{{ m(1) }}]
{% macro m() %}{{ loop }}{% endmacro %}{% for i in l %}{{ m() }}{% endfor %}
{% macro m(loop) %}{{ loop.index }}{% endmacro %}{% for i in l %}{{ m(loop) }}{% endfor %}
{% set f = {'g': 1} %}{% macro g() %}m{% endmacro %}{% set f = {'g': g} %}{{ f.g() }}
{% macro m(caller) %}{{ caller }}{% endmacro %}{{ m(1) }}
{% block a %}x{{ n }}{% endblock %}{% block b %}{% endblock b %}
{% block a %}{% endblock b %}
{% block a %}{% endblock %}{% block a %}{% endblock %}
{% for i in l %}{% block a scoped %}{{ i }}{% endblock %}{% endfor %}
{% for i in l %}{% block a %}{{ i }}{% endblock %}{% endfor %}
{% set x = 1 %}{% block a %}{{ x }}{% endblock %}
{% block a required %}{% endblock %}
{% generation %}x{{ n }}{% endgeneration %}
{% generation %}{% set x = 1 %}{% endgeneration %}{{ x }}
{% autoescape true %}{{ html }}{{ html|safe }}{{ '<'|e }}{{ '<' ~ '>' }}{{ ['<'] }}{% endautoescape %}{{ html }}
{% autoescape false %}{{ '<' }}{% endautoescape %}
{% autoescape true %}{% set x %}<{{ '<' }}{% endset %}{{ x }}{% macro m() %}<{{ '<' }}{% endmacro %}{{ m() }}{{ ['<', '>']|join(',') }}{{ '<'|upper }}{% filter lower %}<B>{{ '<' }}{% endfilter %}{% endautoescape %}
{% include 'x' %}
{% extends 'x' %}
{% import 'x' as y %}
{% from 'x' import y %}
{% include 'x' ignore missing %}
{% print n %}
{% print(n) %}
{% raw %}{{ x }}{% if %}{# #}{% endraw %}
{% raw -%}  x  {%- endraw %}|
{%- raw %} x {% endraw -%} |
a {# comment #} b
a {#- comment -#} b
a{# multi{NL}line #}{NL}b
{# {{ nope.x }} #}x
{% set c = cycler('a', 'b') %}{{ c.next() }}{{ c.next() }}{{ c.next() }}{{ c.current }}{{ c.reset() }}{{ c.current }}
{% set j = joiner() %}{% for i in l %}{{ j() }}{{ i }}{% endfor %}
{% set j = joiner('|') %}{{ j() }}{{ j() }}{{ j() }}
{% if no %}{{ x|nosuch }}{% endif %}ok
{% if yes %}{{ n|nosuch }}{% endif %}ok
{{ n|nosuch if no else 'ok' }}
{{ n is nosuch if no else 'ok' }}
{% if no %}{{ n is nosuch }}{% endif %}ok
{% if no %}{% set x = n|nosuch %}{% endif %}ok
{{ [5]|random }}{{ 'a'|random }}{{ []|random is defined }}{{ {0: 'x'}|random }}
"""

SYNTAX = r"""
{{ }} ~~ {% %} ~~ {{ 1 ~~ {% if 1 ~~ {% if 1 %} ~~ {% endif %} ~~ {% else %} ~~ {% for x in y %} ~~ {% for x in y %}{% endif %} ~~ {% if x %}{% endfor %} ~~ {% nosuch %} ~~ {% endnosuch %}
{{ 1 + }} ~~ {{ * 1 }} ~~ {{ (1 }} ~~ {{ 1) }} ~~ {{ [1 }} ~~ {{ [1) }} ~~ {{ {1 }} ~~ {{ {1: } }} ~~ {{ {1: 2 3} }} ~~ {{ a b }} ~~ {{ a. }} ~~ {{ a.'x' }} ~~ {{ a| }} ~~ {{ a|1 }} ~~ {{ a is }} ~~ {{ a is not }} ~~ {{ a if }} ~~ {{ a if b else }}
{{ 'abc }} ~~ {{ "abc }} ~~ {{ ? }} ~~ {{ a ! b }} ~~ {{ a @ b }} ~~ {{ $x }} ~~ {{ a & b }} ~~ {{ `a` }} ~~ {{ a; }} ~~ {{ 1 2 }} ~~ {{ a = 1 }} ~~ {{ a == }} ~~ {{ not }} ~~ {{ in }} ~~ {{ a not b }} ~~ {{ a is b c }} ~~ {{ a is in }} ~~ {{ a in in b }}
{% set %} ~~ {% set x %} ~~ {% set x = %} ~~ {% set 1 = 2 %} ~~ {% set x.y.z = 1 %} ~~ {% set x, y.z = 1, 2 %} ~~ {% set x = 1 2 %} ~~ {% for %} ~~ {% for x %} ~~ {% for x in %} ~~ {% for 1 in x %}{% endfor %} ~~ {% for x.y in z %}{% endfor %} ~~ {% for x in y if %}{% endfor %} ~~ {% if %}{% endif %} ~~ {% elif x %} ~~ {% if x %}{% elif %}{% endif %}
{% macro %}{% endmacro %} ~~ {% macro m %}{% endmacro %} ~~ {% macro m( %}{% endmacro %} ~~ {% macro m(1) %}{% endmacro %} ~~ {% macro m(a=) %}{% endmacro %} ~~ {% macro m() %} ~~ {% call x %}{% endcall %} ~~ {% call %}{% endcall %} ~~ {% filter %}{% endfilter %} ~~ {% with x %}{% endwith %} ~~ {% block %}{% endblock %} ~~ {% block 1 %}{% endblock %} ~~ {% block a-b %}{% endblock %} ~~ {% endblock %}
{# unclosed ~~ {% raw %} unclosed ~~ {% raw %}{% endraw ~~ {{ f(a=1, 2) }} ~~ {{ f(**a, *b) }} ~~ {{ f(*a, *b) }} ~~ {{ f(1,) }} ~~ {{ f(,) }} ~~ {{ a[] }} ~~ {{ a[1:2:3:4] }} ~~ {{ a[1, 2] }} ~~ {{ x..y }} ~~ {{ 1.x }} ~~ {{ 1..x }} ~~ {{ a.1.2 }} ~~ {{ 1.5.6 }}
{{ 01 }} ~~ {{ 1__0 }} ~~ {{ 0x }} ~~ {{ 1e }} ~~ {{ 'a' 'b }} ~~ {{ '\x4' }} ~~ {{ '\u12' }} ~~ {{ lambda x: x }} ~~ {{ x := 1 }} ~~ {{ [x for x in y] }} ~~ {{ {**a} }} ~~ {{ [*a] }} ~~ {{ a if b else c if d }} ~~ {{ (1, 2, }} ~~ {{ () + (1,) }} ~~ {{ -x }} ~~ {{ --n }} ~~ {{ +-n }} ~~ {{ not not n }} ~~ {{ n is not none }} ~~ {{ n not in l }} ~~ {{ not n in l }}
{{ n is divisibleby 7 }} ~~ {{ n is divisibleby(7) and yes }} ~~ {{ n is eq 7 }} ~~ {{ n is sameas n }} ~~ {{ n is in [7] }} ~~ {{ n is defined is true }} ~~ {{ n is none or n is number }} ~~ {{ n is not divisibleby 2 }} ~~ {{ n is gt m }} ~~ {{ n is eq n + 1 }} ~~ {{ l is iterable and l is not mapping }} ~~ {{ n is 5 }} ~~ {{ n is not not none }} ~~ {{ n is }} ~~ {{ 'x' is 'y' }}
{{ {'a': 1}['a'] }} ~~ {{ {'a': {'b': 2}}.a.b }} ~~ {{ [1, 2][0] }} ~~ {{ 'abc'[1] }} ~~ {{ ('a', 'b')[1] }} ~~ {{ (l)[0] }} ~~ {{ l [0] }} ~~ {{ d . a }} ~~ {{ word . upper ( ) }} ~~ {{ word|upper|lower }} ~~ {{ word | upper }} ~~ {{word}} ~~ {{-n}} ~~ {{- n -}} ~~ {%- if n -%} x {%- endif -%} ~~ {{ "}}" }} ~~ {{ '%}' }} ~~ {{ {'a': {'b': 1}} }} ~~ {{{'a': 1}}} ~~ {{ {'a': 1}}}
{{ true and{NL}  yes }} ~~ {%{NL}if{NL}n{NL}%}x{% endif %} ~~ { { n } } ~~ {n} ~~ {{'{{'}} ~~ }} %} #} ~~ {{ '{%' }} ~~ {% if n %}{{ n }}{% endif %}{ ~~ { ~~ {{ n }}{ ~~ {{n}}} ~~ { {{n}} }
"""

WHITESPACE = [
    "a\n{% if yes %}\nb\n{% endif %}\nc\n", "  {% if yes %}\n  b\n  {% endif %}\nc", "a  {%- if yes -%}  b  {%- endif -%}  c",
    "a\n\n  {%- if yes %}\n b\n{% endif -%}\n\n c", "x {{ n }}\ny", "x {{- n -}} \n y", "  {{ n }}\n  {{ n }}\n", "  {%+ if yes %}\n x{% endif %}",
    "{% if yes +%}\nx{% endif %}", "  {# c #}\nx", "  {#- c -#}\n x", " a {# c #}\nx", "\t{% set x = 1 %}\t\n{{ x }}", "a {% set x = 1 %} \nb",
    "{% for i in l %}\n  {{ i }}\n{% endfor %}\nend", "{% for i in l -%}\n  {{ i }}\n{%- endfor %}\nend", "\n\n{{ n }}\n\n", "\r\na\r\n{% if yes %}\r\nb{% endif %}\r\n",
    "a\rb", "{{ 'a\r\nb' }}", "  {% raw %}\n x {% endraw %}\ny", "{%- raw -%}\n x \n{%- endraw -%}\n y", "a\n", "a\n\n", "\n", "", " ", "{{ n }}\n", "{% if yes %}{% endif %}\n",
    "\u00a0{% if yes %}x{% endif %}", "\u00a0\n {%- if yes %}x{% endif %}", "a\v\f{%- if yes %}b{% endif %}", "x{{ n -}}\n\n  {{- m }}y", "{{ n +}}", "{{+ n }}", "{%+ set x=1 +%}\n{{ x }}",
    "    {% if yes %}  {% if yes %}  x{% endif %}{% endif %}", "{% if yes %}\n    {% if yes %}\n    x\n    {% endif %}\n{% endif %}\n", "a {#+ c +#} \n b", "{# c +#}\nb", "{# c #}\n\nb",
    "{{ n }}{% if yes %}\n{% endif %}\n\nx", "  {{- n }}", "a  \n  {{- n }}", "{{ n -}}  \n  b", "{%- set x = 1 -%}", " {%- set x = 1 -%} ", "x {%- set y = 1 %} z",
]
