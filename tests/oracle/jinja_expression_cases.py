"""Small templates of expressions, filters and methods: part of jinja_cases.py, which says how the
texts are cut into cases."""

LITERALS = r"""
{{ 1 }} {{ -1 }} {{ +1 }} {{ 1_000 }} {{ 0x1f }} {{ 0b101 }} {{ 0o17 }} {{ 00 }} {{ 1.5 }} {{ 1e3 }} {{ 1.5E-3 }} {{ 1_0.2_5 }}
{{ 1.0 }} {{ 1e15 }} {{ 1e16 }} {{ 1e17 }} {{ 1e400 }} {{ 1e-400 }} {{ -1e400 }} {{ 1e-4 }} {{ 1e-5 }} {{ 123456789.123456789 }} {{ 0.1 + 0.2 }} {{ 1e308 * 10 }}
{{ 'a' "b" }} {{ "it's" }} {{ 'say "x"' }} {{ 'tab\tnl\\n' }} {{ 'a\nb' }} {{ '\x41\u00e9\U0001F980' }} {{ '\101' }} {{ 'a\qb' }}
{{ true }} {{ True }} {{ false }} {{ False }} {{ none }} {{ None }} {{ TRUE }}
{{ [] }} {{ [1, 'a', none,] }} {{ () }} {{ (1,) }} {{ (1, 2) }} {{ 1, 2 }} {{ {} }} {{ {'a': 1, 2: [3], none: (1,)} }} {{ {'a': 1,} }}
{{ {1: 'i', 1.0: 'f', true: 'b'} }} {{ {[1]: 2} }}
{{ "'" }} {{ ["'"] }} {{ ['"'] }} {{ ["'\""] }} {{ ['\n\t\\é\x00\x7f\u00a0\u200b🦀'] }} {{ [1.0, -0.0, 1e100, nil, yes] }}
{{ 9223372036854775807 }} {{ 1 if yes }} {{ 1 if no }} {{ 1 if no else 2 }} {{ (1 if no) is defined }} {{ [1 if no] }} {{ (1 if no).x }} {{ (1 if no) + 1 }}
{{ 'a' if no else 'b' if no else 'c' }} {{ not yes }} {{ not not l }} {{ nope }} {{ nope.x }} {{ nope is defined and nope.x }}
{{ - 3 ** 2 }} {{ (-3) ** 2 }} {{ 2 ** 3 ** 2 }} {{ 2 ** -1 }} {{ -7 // 2 }} {{ -7 % 3 }} {{ 7 % -3 }} {{ 7.5 // 2 }} {{ -7.5 % 2 }}
{{ 1 + 2 * 3 - 4 / 2 }} {{ 1 ~ 2 + 3 }} {{ 'a' ~ 1 ~ none ~ 2.0 }} {{ 1 - 1 ~ 'x' }} {{ 5 / 2 }} {{ 4 / 2 }} {{ 1 / 0 }} {{ 1 // 0 }} {{ 1 % 0 }}
{{ 1.0 / 0 }} {{ 0 ** -1 }} {{ 2 ** 0.5 }} {{ 1 < 2 < 3 }} {{ 3 > 2 > 2 }} {{ 1 == 1.0 == true }} {{ 1 in [1] == true }}
{{ not 1 == 2 }} {{ 1 and 0 or 5 }} {{ '' or nil or 'x' }} {{ nope or 'x' }} {{ 'a' in 'abc' and 'z' not in 'abc' }}
{{ 'a' < 'b' }} {{ 'B' < 'a' }} {{ [1, 2] < [1, 3] }} {{ (1, 2) == [1, 2] }} {{ {'a': 1} == {'a': 1.0} }} {{ [] == () }} {{ '' == none }}
{{ 'x' * 3 }} {{ 3 * 'ab' }} {{ [1] * 2 + [2] }} {{ 'a' * -1 }} {{ 'a' * 1.5 }} {{ (1,) * 2 }} {{ true + true }} {{ true * 'x' }}
{{ n.real }} {{ f.is_integer() }} {{ n.bit_length() }} {{ n.nope }} {{ n.nope.x }} {{ 1.5.real }} {{ true.real }} {{ n['x'] }} {{ nil.x }} {{ nil['x'] }}
"""

ACCESS = r"""
{{ d.a }} {{ d['a'] }} {{ d.nope }} {{ d['nope'] }} {{ d.nope.x }} {{ d['nope']['x'] }} {{ d.items }} {{ d.C }} {{ deep.x.y[2].z }} {{ deep['x']['y'][-1]['z'] }}
{{ l[0] }} {{ l[-1] }} {{ l[3] }} {{ l[-4] }} {{ l.0 }} {{ l.1 }} {{ l['0'] }} {{ l[1.0] }} {{ l[true] }} {{ l.nope }} {{ l[nil] }} {{ l[nope] }}
{{ l[1:] }} {{ l[:-1] }} {{ l[::-1] }} {{ l[::2] }} {{ l[5:] }} {{ l[-9:2] }} {{ l[2:0] }} {{ l[2:0:-1] }} {{ l[::0] }} {{ l[nil:] }} {{ l['a':] }} {{ l[1:2:nil] }}
{{ word[0] }} {{ word[-1] }} {{ word[9] }} {{ word[1:3] }} {{ word[::-1] }} {{ uni[0:7] }} {{ uni[::-1] }} {{ uni[-3] }} {{ word.0 }} {{ word['upper'] is callable }}
{{ (1, 2, 3)[1:] }} {{ range(10)[2] }} {{ range(10)[-1] }} {{ range(10)[2:5]|list }} {{ range(10)[::-3]|list }} {{ range(3)[5] }} {{ d[:1] }} {{ n[0] }} {{ nil[0] }} {{ nope[0] }} {{ nope[1:] }} {{ words[l[1:][0]] }} {{ d[title[1:2]] }} {{ d[lines] }} {{ d.get(word[1:3]) }} {{ l[word[1:], 2] }} {{ d|attr(lines) }}
{{ d.items()|list }} {{ d.keys()|list }} {{ d.values()|list }} {{ d.items() }} {{ d.keys() }} {{ d.values() }} {{ range(5) }} {{ range(1, 5, 2) }} {{ range(5, 1) }} {{ range(5, 1, -2)|list }}
{{ range(0, 5, 0) }} {{ range() }} {{ range('a') }} {{ range(2.0) }} {{ range(1, 2, 3, 4) }} {{ dict(a=1, b=2) }} {{ dict([('a', 1)], b=2) }} {{ dict({'a': 1}) }} {{ dict([1]) }} {{ dict() }} {{ dict(1) }}
{{ d['a'] is defined }} {{ d.get('a') }} {{ d.get('x') }} {{ d.get('x', 9) }} {{ d.get() }} {{ d.get(l) }} {{ d[l] }} {{ {(1, 2): 3}[(1, 2)] }} {{ {1: 2}[1.0] }} {{ {1: 2}[true] }}
{{ n() }} {{ word() }} {{ nope() }} {{ d.nope() }} {{ d.get.x }} {{ raise_exception('stop here') }} {{ raise_exception(1) }} {{ raise_exception() }} {{ namespace }} {{ range }} {{ l.append }}
{{ strftime_now('%Y-%m-%d %H:%M:%S') }} {{ strftime_now('%d %b %Y') }} {{ strftime_now('%A %B %a %j %y %p %I %%') }} {{ strftime_now('%f') }} {{ strftime_now('') }} {{ strftime_now('é %d') }} {{ strftime_now(1) }}
{{ strftime_now('%-d %e %U %W %w %c %x %X %D %T %F') }} {{ cycler('a', 'b').next() }} {{ cycler() }} {{ joiner('|') }}
{{ namespace(a=1).a }} {{ namespace(a=1).b }} {{ namespace() }} {{ namespace({'x': 1}).x }} {{ namespace(a=1)['a'] }} {{ dict(*[[('k', 1)]], **{'z': 2}) }} {{ range(*[1, 4])|list }} {{ dict(**{'a': 1}, **{'b': 2}) }}
{{ dict(a=1, a=2) }} {{ loop }} {{ caller }} {{ varargs }} {{ l.__class__ }} {{ word.__len__() }} {{ ''.__class__.__mro__ }} {{ l._x }} {{ d['__class__'] }}
"""

STRING_METHODS = r"""
{{ title.upper() }} {{ title.lower() }} {{ uni.upper() }} {{ uni.lower() }} {{ uni.title() }} {{ uni.capitalize() }} {{ uni.casefold() }} {{ uni.swapcase() }} {{ 'ΑΣ ΑΣΑ'.lower() }} {{ "they're bill's".title() }}
{{ blank.strip()|tojson }} {{ blank.lstrip()|tojson }} {{ blank.rstrip()|tojson }} {{ 'xxaxx'.strip('x') }} {{ 'abcba'.lstrip('ab') }} {{ 'abcba'.rstrip('ba') }} {{ ' a '.strip(none)|tojson }} {{ ' a '.strip(1) }} {{ '\u00a0\u2003a\u3000'.strip()|tojson }}
{{ blank.split() }} {{ lines.split('\n') }} {{ 'a,b,,c'.split(',') }} {{ 'a,b,c'.split(',', 1) }} {{ 'a b  c'.split(none, 1) }} {{ 'a b  c'.split(maxsplit=1) }} {{ 'abc'.split('') }} {{ ''.split() }} {{ ''.split(',') }} {{ 'a--b--c'.split('--') }} {{ 'a b'.split(1) }} {{ 'a,b'.split(sep=',') }}
{{ 'a,b,c'.rsplit(',', 1) }} {{ ' a b  c '.rsplit(none, 1) }} {{ 'a,b,c'.rsplit(',') }} {{ ' a b '.rsplit() }} {{ lines.splitlines() }} {{ lines.splitlines(true) }} {{ 'a\r\nb\rc\x0bd\x1ce\u2028f'.splitlines() }} {{ ''.splitlines() }}
{{ 'a=b=c'.partition('=') }} {{ 'a=b=c'.rpartition('=') }} {{ 'abc'.partition('=') }} {{ 'abc'.rpartition('=') }} {{ 'abc'.partition('') }} {{ 'prefix-x'.removeprefix('prefix-') }} {{ 'x.py'.removesuffix('.py') }} {{ 'x'.removesuffix('') }}
{{ word.startswith('he') }} {{ word.startswith(('x', 'he')) }} {{ word.startswith('l', 2) }} {{ word.startswith('l', 2, 2) }} {{ word.startswith('') }} {{ word.endswith('lo') }} {{ word.endswith(('lo', 'x')) }} {{ word.endswith('l', 0, 3) }} {{ word.endswith('l', 0, -1) }} {{ word.startswith(1) }} {{ word.startswith(['he']) }} {{ word.endswith('hello', -99) }} {{ word.startswith() }}
{{ word.find('l') }} {{ word.find('z') }} {{ word.find('l', 3) }} {{ word.find('l', -1) }} {{ word.find('') }} {{ word.find('', 9) }} {{ word.rfind('l') }} {{ word.rfind('') }} {{ word.index('l') }} {{ word.index('z') }} {{ word.rindex('l') }} {{ word.rindex('z') }} {{ uni.find('你') }} {{ word.count('l') }} {{ word.count('') }} {{ 'aaaa'.count('aa') }} {{ word.count('l', 3) }} {{ word.count(1) }}
{{ word.replace('l', 'L') }} {{ word.replace('l', 'L', 1) }} {{ word.replace('', '-') }} {{ word.replace('', '-', 2) }} {{ word.replace('x', 'y') }} {{ word.replace('l') }} {{ word.replace('l', 1) }} {{ word.replace('l', '', -1) }} {{ 'aaa'.replace('aa', 'b') }}
{{ word.center(9, '*') }} {{ word.center(8, '*') }} {{ 'ab'.center(5, '*') }} {{ word.ljust(8) ~ '|' }} {{ word.rjust(8, '.') }} {{ word.center(8, 'ab') }} {{ word.center('x') }} {{ '42'.zfill(5) }} {{ '-42'.zfill(5) }} {{ '+'.zfill(3) }} {{ ''.zfill(2) }} {{ 'a\tb\tc'.expandtabs() }} {{ 'a\tb'.expandtabs(4) }} {{ 'a\tb'.expandtabs(0) }} {{ 'a\nbc\td'.expandtabs(4)|tojson }}
{{ '-'.join(['a', 'b']) }} {{ '-'.join([1]) }} {{ '-'.join('abc') }} {{ ', '.join(d) }} {{ '-'.join([]) }} {{ '-'.join(nope) }} {{ '-'.join(1) }} {{ ''.join(d.keys()) }} {{ '-'.join(words|map('upper')) }} {{ '-'.join(['a', none]) }}
{{ '{} {}'.format(1, 'a') }} {{ '{1} {0}'.format(1, 'a') }} {{ '{a} {b!r}'.format(a=1, b='x') }} {{ '{:>6}|{:<6}|{:^6}'.format('a', 'b', 'c') }} {{ '{:05d} {:+} {:x} {:b} {:o} {:#x} {:,}'.format(42, 7, 255, 5, 8, 255, 1234567) }} {{ '{:.2f} {:8.3f} {:e} {:g} {:%}'.format(3.14159, 2.5, 12345.678, 0.0001, 0.25) }} {{ '{{}}'.format() }} {{ '{}'.format() }} {{ '{x}'.format() }} {{ '{'.format(1) }} {{ '{0.real} {1[a]} {2[0]}'.format(3, d, l) }} {{ '{:*^9.3}'.format('abcdef') }} {{ '{} {1}'.format(1, 2) }} {{ '{:d}'.format('x') }} {{ '{!s:>5}'.format(l) }} {{ '{a}'.format_map(d) }} {{ '{:{}}'.format('x', 5) }}
{{ '%s %d %r' % ('a', 3, 'x') }} {{ '%5d|%-5d|%05d|%+d|% d' % (1, 2, 3, 4, 5) }} {{ '%.2f %e %g %x %X %o %c %%' % (3.14159, 12345.6, 1e-5, 255, 255, 8, 'z') }} {{ '%s' % 'x' }} {{ '%s' % l }} {{ '%s %s' % 'x' }} {{ '%(a)s-%(b)05d' % d }} {{ '%d' % 'x' }} {{ '%d' % 3.9 }} {{ '%s' % () }} {{ 'x' % 1 }} {{ '%z' % 1 }} {{ '%' % 1 }} {{ '%*d' % (5, 1) }} {{ '%.3s' % 'abcdef' }} {{ '%c' % 65 }} {{ '%i' % true }} {{ '%a' % 'é' }} {{ '%#x' % 255 }} {{ 'x' % d }} {{ '%(nope)s' % d }} {{ '%s' % nope }} {{ '%s' % none }}
{{ 'abc'.isalpha() }} {{ 'ab1'.isalnum() }} {{ '123'.isdigit() }} {{ '²'.isdigit() }} {{ '²'.isdecimal() }} {{ '½'.isnumeric() }} {{ ' \t'.isspace() }} {{ ''.isspace() }} {{ 'Hello World'.istitle() }} {{ 'HELLO'.isupper() }} {{ 'hello'.islower() }} {{ '1'.islower() }} {{ 'a_1'.isidentifier() }} {{ '1a'.isidentifier() }} {{ 'a\n'.isprintable() }} {{ ''.isascii() }} {{ 'é'.isascii() }} {{ '五'.isnumeric() }} {{ '五'.isalpha() }} {{ '٣'.isdecimal() }}
{{ word.nosuch() }} {{ word.nosuch }} {{ word.upper(1) }} {{ word.upper.x }} {{ word.upper }} {{ html|e|upper }} {{ (html|e).lower() }} {{ ('<'|e) + '<' }} {{ ('<'|e) ~ '<' }} {{ '%s' % ('<'|e) }} {{ ('<'|e).join(['<', '>']) }} {{ ('%s'|safe) % '<' }} {{ ('{}'|safe).format('<') }} {{ ('<'|e).split('&') }}
"""

LIST_METHODS = r"""
{% set x = [1, 2] %}{% do x.append(3) %}{{ x }}
{% set x = [1, 2] %}{% set _ = x.append(3) %}{{ x }}{{ _ }}
{% set x = [1, 2] %}{{ x.append(3) }}{{ x }}
{% set x = [1, 2] %}{{ x.extend([3, 4]) }}{{ x.extend('ab') }}{{ x.extend(d) }}{{ x }}
{% set x = [1, 2] %}{{ x.extend(1) }}
{% set x = [1, 2] %}{{ x.extend(x) }}{{ x }}
{% set x = [1, 2] %}{{ x.insert(0, 9) }}{{ x.insert(-1, 8) }}{{ x.insert(99, 7) }}{{ x.insert(-99, 6) }}{{ x }}
{% set x = [1, 2, 3] %}{{ x.pop() }}{{ x.pop(0) }}{{ x }}{{ x.pop() }}{{ x.pop() }}
{% set x = [1, 2, 3] %}{{ x.pop(-2) }}{{ x }}{{ x.pop(7) }}
{% set x = [1, 2, 1] %}{{ x.remove(1) }}{{ x }}{{ x.remove(9) }}
{% set x = [1, 2, 1] %}{{ x.index(2) }}{{ x.count(1) }}{{ x.index(1, 1) }}{{ x.index(9) }}
{% set x = [3, 1, 2] %}{{ x.sort() }}{{ x }}{{ x.sort(reverse=true) }}{{ x }}{{ x.reverse() }}{{ x }}
{% set x = [3, 'a'] %}{{ x.sort() }}
{% set x = [3, 1] %}{% set y = x.copy() %}{{ y.clear() }}{{ x }}{{ y }}
{% set x = [3, 1] %}{% set y = x %}{{ y.append(1) }}{{ x }}{{ x is sameas y }}
{% set x = [1] %}{{ x.append(x) }}{{ x }}
{% set x = [1] %}{{ x.append() }}
{% set x = [1] %}{{ x.append(1, 2) }}
{% set x = [1] %}{{ x.nosuch }}{{ x.nosuch() }}
{{ (1, 2, 1).count(1) }}{{ (1, 2).index(2) }}{{ (1, 2).index(3) }}
{{ (1, 2).append(3) }}
{% set x = [1, 2, 3] %}{% for i in x %}{{ i }}{% if i < 3 %}{{ x.append(i + 10) }}{% endif %}{% endfor %}
{% set x = {'a': 1} %}{{ x.update({'b': 2}) }}{{ x }}{{ x.update(c=3) }}{{ x }}{{ x.update([('d', 4)]) }}{{ x }}{{ x.update(1) }}
{% set x = {'a': 1} %}{{ x.pop('a') }}{{ x }}{{ x.pop('a', 5) }}{{ x.pop('a') }}
{% set x = {'a': 1, 'b': 2} %}{{ x.popitem() }}{{ x }}{{ x.popitem() }}{{ x.popitem() }}
{% set x = {'a': 1} %}{{ x.setdefault('a', 2) }}{{ x.setdefault('b', 3) }}{{ x.setdefault('c') }}{{ x }}
{% set x = {'a': 1} %}{% set y = x.copy() %}{{ y.clear() }}{{ x }}{{ y }}
{{ {}.fromkeys(['a', 'b'], 1) }}{{ {}.fromkeys('ab') }}
{% set x = {'a': 1} %}{% for k in x %}{{ x.update({k ~ 'x': 1}) }}{% endfor %}
{% set x = {'a': 1} %}{% for k, v in x.items() %}{{ x.pop(k) }}{% endfor %}{{ x }}
{% set x = {'items': 1, 'keys': 2} %}{{ x.items }}{{ x['items'] }}{{ x.get('keys') }}
{% set x = {} %}{% set _ = x.update({'k': []}) %}{% set _ = x.k.append(1) %}{{ x }}
{% set x = {'a': 1} %}{% set x.a = 2 %}
{% set x = [1] %}{% set x[0] = 2 %}
"""

FILTERS = r"""
{{ l|batch(2, 'x')|list }} {{ range(5)|batch(2)|list }} {{ l|batch(0)|list }} {{ l|batch('x')|list }} {{ range(7)|slice(3)|list }} {{ range(7)|slice(3, 'x')|list }} {{ l|slice(0)|list }}
{{ 'ab'|center(7) }}| {{ nope|default }}| {{ nope|default(1) }} {{ empty|default('e') }} {{ empty|default('e', boolean=true) }} {{ nope.x|default(1) }} {{ d.x|default('z') }} {{ nope|d }}
{{ d|dictsort }} {{ d|dictsort(true) }} {{ d|dictsort(by='value') }} {{ d|dictsort(reverse=true) }} {{ d|dictsort(false, 'value', true) }} {{ d|dictsort(by='x') }} {{ {'a': 1, 2: 3}|dictsort }}
{{ 1000|filesizeformat }} {{ 1|filesizeformat }} {{ 1000000|filesizeformat }} {{ 1024|filesizeformat(true) }} {{ 1e24|filesizeformat }} {{ '1500'|filesizeformat }} {{ 0|filesizeformat }} {{ 'x'|filesizeformat }}
{{ '%s-%s'|format('a', 1) }} {{ '%(x)s'|format(x=1) }} {{ '%s'|format }} {{ '%s'|format('a', x=1) }} {{ 'x'|format(1) }}
{{ people|groupby('age') }} {{ people|groupby('city')|list }} {{ people|groupby('city', case_sensitive=true)|list }} {{ people|groupby('nope') }} {{ people|groupby('nope', default='x')|length }} ~~ {% for k, g in people|groupby('age') %}{{ k }}:{% for p in g %}{{ p.name }},{% endfor %};{% endfor %} ~~ {% for g in people|groupby('age') %}{{ g.grouper }}={{ g.list|length }};{% endfor %}
{{ 'a\nb\n\nc'|indent }} {{ 'a\nb\n\nc'|indent(2, true) }} {{ 'a\nb\n\nc'|indent(2, blank=true) }} {{ 'a\nb'|indent('> ') }} {{ 'a\nb'|indent(first=true, width=1) }} {{ 'a\nb\n'|indent }}| {{ ''|indent(2, true) }}| {{ 'a'|indent(0) }}
{{ '42'|int }} {{ 'x'|int }} {{ 'x'|int(7) }} {{ '0x1F'|int(0, 16) }} {{ '1F'|int(base=16) }} {{ '0b11'|int(0, 2) }} {{ '12'|int(0, 8) }} {{ 3.99|int }} {{ '3.99'|int }} {{ ' 7 '|int }} {{ '1_000'|int }} {{ '1e3'|int }} {{ none|int }} {{ l|int }} {{ true|int }} {{ nope|int }} {{ '-5'|int }} {{ '٣'|int }} {{ '-0'|float }} {{ 'nan'|float }} {{ 'inf'|float }} {{ '-Infinity'|float }} {{ '1e5'|float }} {{ '1_0.5'|float }} {{ ' 2 '|float }} {{ ''|float(3) }} {{ '0x10'|float }} {{ 5|float }} {{ true|float }}
{{ [1, 2]|join }} {{ ['a', 1, none]|join(', ') }} {{ people|join(', ', attribute='name') }} {{ people|join(', ', 'age') }} {{ 'abc'|join('-') }} {{ d|join }} {{ [nope, 1]|join('x') }} {{ ['<', '<'|e]|join('&') }} {{ [[1, 2], [3]]|join('|') }} {{ []|join('x') }}
{{ people|map(attribute='name')|join(',') }} {{ people|map(attribute='nope')|list }} {{ people|map(attribute='nope', default='-')|list }} {{ words|map('upper')|list }} {{ words|map('replace', 'p', 'q')|list }} {{ words|map('nosuch')|list }} {{ words|map }} {{ words|map|list }} {{ nested|map('first')|list }} {{ [deep]|map(attribute='x.y.0')|list }} {{ nested|map(attribute=0)|list }} {{ l|map('string')|map('length')|sum }} {{ words|map(nope=1)|list }} {{ words|map('default', boolean=true)|list }}
{{ l|max }} {{ words|min }} {{ words|max(case_sensitive=true) }} {{ people|max(attribute='age') }} {{ people|min(attribute='name') }} {{ none_list|max }} {{ mixed|max }} {{ words|min(true) }}
{{ words|sort }} {{ words|sort(true) }} {{ words|sort(case_sensitive=true) }} {{ people|sort(attribute='age')|map(attribute='name')|list }} {{ people|sort(attribute='age,name', reverse=true)|map(attribute='name')|list }} {{ mixed|sort }} {{ d|sort }} {{ 'hello'|sort }} {{ people|sort(attribute='nope')|length }} {{ partial|sort(attribute='k') }} {{ [[2, 1], [1, 2]]|sort(attribute=1) }}
{{ words|unique|list }} {{ words|unique(true)|list }} {{ people|unique(attribute='city')|map(attribute='name')|list }} {{ [1, 1.0, true, 2]|unique|list }} {{ nested|unique|list }}
{{ l|sum }} {{ l|sum(start=10) }} {{ people|sum('age') }} {{ people|sum(attribute='age', start=1) }} {{ words|sum }} {{ [[1], [2]]|sum(start=[]) }} {{ [1, 2.5]|sum }} {{ words|sum(start='') }}
{{ l|select('odd')|list }} {{ l|select('gt', 1)|list }} {{ l|reject('odd')|list }} {{ mixed|select('string')|list }} {{ mixed|select|list }} {{ mixed|reject|list }} {{ l|select('nosuch')|list }} {{ l|select }} {{ people|selectattr('age', 'eq', 31)|map(attribute='name')|list }} {{ people|selectattr('nope')|list }} {{ people|selectattr('nope', 'defined')|list }} {{ people|rejectattr('age', 'lt', 30)|length }} {{ partial|selectattr('k', 'defined')|list }} {{ partial|selectattr('k')|list }} {{ partial|rejectattr('k')|list }} {{ people|selectattr }} {{ people|selectattr|list }} {{ people|selectattr('name', 'in', ['bob'])|list }} {{ people|selectattr('name', 'nosuch')|list }} {{ partial|selectattr('k', 'gt', 1)|list }} {{ [deep]|selectattr('x.y.0', 'equalto', 10)|list|length }}
{{ 2.5|round }} {{ 3.5|round }} {{ 2.675|round(2) }} {{ 1234.5|round(-2) }} {{ 2.1|round(0, 'ceil') }} {{ -2.1|round(method='floor') }} {{ 5|round }} {{ 'x'|round }} {{ 2.5|round(0, 'x') }} {{ 1e300|round(2) }} {{ -0.4|round }} {{ 0.5|round|int }}
{{ 'abc'|reverse }} {{ l|reverse }} {{ l|reverse|list }} {{ 5|reverse }} {{ d|reverse|list }} {{ uni|reverse }} {{ (1, 2)|reverse|list }}
{{ 'hello world'|title }} {{ "it's a-b (c) [d] {e} <f>"|title }} {{ 'ÉCOLE d’été'|title }} {{ 'HELLO'|capitalize }} {{ '  x '|trim }}| {{ 'xxaxx'|trim('x') }} {{ nil|trim }} {{ 5|trim }} {{ '1 2  3'|wordcount }} {{ ''|wordcount }} {{ "a-b c_d it's"|wordcount }}
{{ 'foo bar baz qux'|truncate(9) }} {{ 'foo bar baz qux'|truncate(9, true) }} {{ 'foo bar baz qux'|truncate(11) }} {{ 'foo bar baz qux'|truncate(11, false, '...', 0) }} {{ 'foo bar baz qux'|truncate(5, end='') }} {{ 'foo'|truncate(2) }} {{ 'foobarbaz'|truncate(5, leeway=0) }} {{ 'x'|truncate(1) }} {{ 'abcdefghij'|truncate(3, true, '', 0) }} {{ uni|truncate(8, true, '…', 0) }}
{{ long|wordwrap(10) }} {{ long|wordwrap(10, false) }} {{ 'abcdefghijklmnop'|wordwrap(5) }} {{ 'abcdefghijklmnop qr'|wordwrap(5, false) }} {{ long|wordwrap(15, wrapstring='|') }} {{ 'a-b-c-d-e-f'|wordwrap(4) }} {{ 'a-b-c-d-e-f'|wordwrap(4, break_on_hyphens=false) }} {{ lines|wordwrap(4) }} {{ '  a   b  '|wordwrap(4) }} {{ ''|wordwrap }} {{ 'lazy dogthe'|wordwrap(5) }} {{ 'well-known a-b-c-d x--y foo--bar -- --z a.--b 1-2 ab-1 -ab- --'|wordwrap(4) }} {{ 'abc-defghijkl-mno ---abcdef'|wordwrap(6) }} {{ 'so-called--wow! "quoted"--and'|wordwrap(9) }} {{ 'é-à_b-ç²-d'|wordwrap(3) }} {{ 'a b'|wordwrap(0) }}
{{ path|urlencode }} {{ {'a b': 'c&d', 'e': 1}|urlencode }} {{ [('x', 'y z')]|urlencode }} {{ '/a~b_c.d-e'|urlencode }} {{ 5|urlencode }} {{ ['a']|urlencode }} {{ '日本'|urlencode }}
{{ {'a': 1, 'b': none, 'c': '<"'}|xmlattr }} {{ {'a': 1}|xmlattr(false) }} {{ {}|xmlattr }}| {{ {'a': nope}|xmlattr }}| {{ {'a b': 1}|xmlattr }} {{ {'x/': 1}|xmlattr }}
{{ html|striptags }} {{ '<!-- c --> a  <b>b</b>\n c &amp; &lt;'|striptags }} {{ 'a < b'|striptags }} {{ html|escape }} {{ html|e|e }} {{ html|e|forceescape }} {{ html|safe }} {{ html|safe|e }} {{ 5|e }} {{ nil|e }} {{ nope|e }} {{ ['<']|e }}
{{ 'a.b.c'|replace('.', '-') }} {{ 'aaa'|replace('a', 'b', 2) }} {{ 123|replace('2', 'x') }} {{ 'abc'|replace('', '-') }} {{ 'a'|replace('a') }} {{ html|e|replace('<', 'x') }} {{ 'x'|replace('x', '<'|e) }} {{ 'a'|replace('a', 1) }} {{ nope|replace('a', 'b') }}
{{ d|items|list }} {{ nope|items|list }} {{ l|items|list }} {{ none|items|list }} ~~ {% for k, v in d|items %}{{ k }}{{ v }}{% endfor %} ~~ {{ l|first }} {{ none_list|first }} {{ none_list|last }} {{ (none_list|first) is defined }} {{ d|first }} {{ d|last }} {{ l|select|first }} {{ 'abc'|last }} {{ ''|first }} {{ l|select|last }}
{{ d|attr('items') is callable }} {{ d|attr('a') }} {{ d|attr('__class__') }} {{ word|attr('upper')() }} {{ deep|attr('x') }} {{ d|length }} {{ uni|length }} {{ 5|length }} {{ nope|length }} {{ nope|count }} {{ range(3)|length }} {{ (l|map('string'))|length }} {{ none|length }} {{ d.items()|length }}
{{ l|list }} {{ 'abc'|list }} {{ 5|list }} {{ nope|list }} {{ none|list }} {{ d|list }} {{ d.items()|list }} {{ none|string }} {{ l|string }} {{ 1.0|string }} {{ nope|string }}| {{ mixed|pprint }} {{ people|pprint }} {{ d|pprint }} {{ 'x'|pprint }} {{ tree|pprint }} {{ {2: 1, 'b': {'z': 1, 'a': [{'d': 1, 'c': 2}]}, none: 0, 1.5: 2, (1, 2): 3}|pprint }} {{ [{'b': 1, 'a': 'x' * 90}]|pprint }} {{ {'long_key_number_one': 'long value number one', 'long_key_number_two': ['x' * 40, 'y' * 40]}|pprint }}
{{ -3|abs }} {{ (-3)|abs }} {{ -2.5|abs }} {{ 'x'|abs }} {{ true|abs }} {{ none|abs }} {{ [1, 2] | first | string ~ 'x' }} {{ 'a'|upper ~ 'b' }} {{ -1|string ~ 'x' }} {{ 2 ** 2|string|length }} {{ 1 + 2|int }} {{ not 0|int }}
{% filter upper %}a{{ word }}b{% endfilter %} ~~ {% filter replace('a', 'b')|upper %}banana{% endfilter %} ~~ {% filter indent(2) %}a{NL}b{% endfilter %} ~~ {% filter nosuch %}x{% endfilter %} ~~ {% set x | upper %}abc{{ n }}{% endset %}{{ x }} ~~ {% set x | replace('b', 'c') | upper %}abc{% endset %}{{ x }}
{{ word|upper() }} {{ word|upper(1) }} {{ word|center(width=11) }} {{ word|center(nope=1) }} {{ word|center(11, width=11) }} {{ word|replace(old='l', new='L') }} {{ word|replace() }} {{ word|truncate(*[3, true, '', 0]) }} {{ word|truncate(**{'length': 3, 'killwords': true, 'end': '', 'leeway': 0}) }}
"""

TOJSON = r"""
{{ d|tojson }} {{ mixed|tojson }} {{ deep|tojson }} {{ deep|tojson(indent=4) }} {{ deep|tojson(indent=0) }} {{ mixed|tojson(indent='\t') }} {{ [[], {}, [[]], {'a': {}}]|tojson(indent=2) }} {{ uni|tojson }} {{ uni|tojson(ensure_ascii=true) }} {{ uni|tojson(true) }} {{ html|tojson }} {{ '\x00\x1f\x7f\u2028\\"/\b\f\n\r\t'|tojson }} {{ '\x00\x7f\u2028'|tojson(ensure_ascii=true) }}
{{ d|tojson(sort_keys=true) }} {{ d|tojson(separators=(',', ':')) }} {{ d|tojson(separators=[',', ':'], indent=1) }} {{ d|tojson(separators=(',')) }} {{ d|tojson(separators=('a', 'b', 'c')) }} {{ {1: 2, 1.5: 3, none: 4, true: 5}|tojson }} {{ {(1, 2): 3}|tojson }} {{ {'a': 1, 2: 3}|tojson(sort_keys=true) }} {{ (1, (2,))|tojson }} {{ range(3)|tojson }} {{ nope|tojson }} {{ d.items()|tojson }} {{ d.keys()|tojson }} {{ l|map('string')|tojson }} {{ namespace()|tojson }} {{ [nope]|tojson }}
{{ 1.0|tojson }} {{ 1e100|tojson }} {{ 1e-7|tojson }} {{ (1e308 * 10)|tojson }} {{ -(1e308 * 10)|tojson }} {{ 'nan'|float|tojson }} {{ true|tojson }} {{ none|tojson }} {{ '🦀'|tojson(ensure_ascii=true) }} {{ d|tojson(nope=1) }} {{ d|tojson(false, 2) }} {{ d|tojson(indent=-1) }} {{ d|tojson(indent=true) }} {{ d|tojson(indent=none) }} {{ d|tojson(indent='--') }} {{ word|e|tojson }} {{ ('<'|safe)|tojson }} {{ l.append|tojson }}
{% set x = [1] %}{{ x.append(x) }}{{ x|tojson }}
"""
