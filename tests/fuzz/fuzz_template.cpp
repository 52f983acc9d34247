// The template engine under any source. Byte 0 of the input chooses: a template as it stands, one
// put together of pieces (so that random bytes get past the parser), or JSON. A failure is a crash,
// a sanitizer's report, a hang, an error without a place, or a rendering that differs from the one
// before it.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "text/jinja/json.hpp"
#include "text/jinja/template.hpp"

namespace {

using realm::jinja::Limits;
using realm::jinja::read_json;
using realm::jinja::Template;
using realm::jinja::Value;

constexpr Limits kLimits = {
    .max_steps = 20'000, .max_depth = 200, .max_output_bytes = 1 << 16, .max_time_ms = 5'000};

constexpr std::string_view kPieces[] = {
    "{{ ",
    " }}",
    "{%- ",
    " -%}",
    "{% if ",
    "{% elif ",
    "{% else %}",
    "{% endif %}",
    "{% for x in ",
    "{% for k, v in ",
    " recursive %}",
    "{% endfor %}",
    "{% set x = ",
    "{% set ns.a = ",
    "{% set x %}",
    "{% endset %}",
    "{% macro m(a, b=1) %}",
    "{% endmacro %}",
    "{% call(a) m(1) %}",
    "{% endcall %}",
    "{% filter ",
    "{% endfilter %}",
    "{% with x = ",
    "{% endwith %}",
    "{% break %}",
    "{% continue %}",
    "{% generation %}",
    "{% endgeneration %}",
    "{% raw %}",
    "{% endraw %}",
    "{# ",
    " #}",
    " %}",
    "\n",
    "  ",
    "l",
    "d",
    "s",
    "u",
    "n",
    "x",
    "m",
    "ns",
    "loop",
    "caller()",
    "varargs",
    "kwargs",
    "nope",
    "none",
    "true",
    "0",
    "1",
    "-1",
    "2.5",
    "9223372036854775807",
    "1e308",
    "'a'",
    "'é\\n'",
    "''",
    "[]",
    "[1, 'b', none]",
    "{}",
    "{'a': [1]}",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ",",
    ":",
    "::-1]",
    ".",
    ".a",
    ".items()",
    ".append(",
    ".pop()",
    ".update(",
    ".split(",
    ".strip()",
    ".format(",
    ".join(",
    ".index",
    ".replace(",
    ".get(",
    " + ",
    " - ",
    " * ",
    " / ",
    " // ",
    " % ",
    " ** ",
    " ~ ",
    " == ",
    " < ",
    " in ",
    " not in ",
    " and ",
    " or ",
    " not ",
    " is ",
    " if ",
    " else ",
    "|tojson",
    "|tojson(indent=2)",
    "|length",
    "|list",
    "|sort",
    "|map(attribute='a')",
    "|map('upper')",
    "|selectattr('a')",
    "|select",
    "|join(',')",
    "|default(1)",
    "|first",
    "|last",
    "|batch(2)",
    "|slice(3)",
    "|groupby('a')",
    "|dictsort",
    "|unique",
    "|indent",
    "|wordwrap(3)",
    "|truncate(2)",
    "|int",
    "|float",
    "|round",
    "|string",
    "|pprint",
    "|replace('a', 'b')",
    "|trim",
    "|title",
    "|urlencode",
    "|xmlattr",
    "|striptags",
    "|e",
    "|safe",
    "|items",
    "|reverse",
    "|sum",
    "|max",
    "|format(1)",
    "|center(9)",
    "|filesizeformat",
    "|attr('a')",
    "|random",
    "divisibleby(2)",
    "defined",
    "mapping",
    "string",
    "iterable",
    "sameas ",
    "namespace(a=1)",
    "range(3)",
    "range(9)",
    "dict(a=1)",
    "cycler(1, 2)",
    "joiner()",
    "raise_exception('x')",
    "strftime_now('%Y')",
    "loop(",
    "loop.cycle(1, 2)",
    "loop.changed(x)",
    "loop.previtem",
    "m(",
    "m()",
    "=",
    "a=",
    "*l",
    "**d",
    "x(",
    "|urlize",
    "|urlize(3, true)",
    "'(http://a.bc:1/d), www.x.yz <a@b.cd> http://[1:2::3]'",
    "99999999999999999999",
    "self",
    "self.b()",
    "{% block b %}",
    "{% endblock %}",
    " in loop %}",
    "|replace('o', 'http://x.yz ')",
    "d.keys()",
    "(d.keys() - ['a'])",
    ".keys()",
    ".isdisjoint(",
    ".union(",
    ".symmetric_difference(",
    ".add(",
    ".discard(",
    ".clear()",
    " >= ",
    "5[1:]",
    "'abc'[1:]",
    "[1:]",
    "[0:-1:2]",
    "0x1f",
    "1_0.5e3",
    "'<'|e",
};

std::string assemble(std::string_view bytes) {
  std::string out;
  for (const char byte : bytes) {
    out += kPieces[static_cast<unsigned char>(byte) % (sizeof kPieces / sizeof kPieces[0])];
  }
  return out;
}

realm::jinja::LocalTime fixed_clock() { return {}; }

const Value& context() {
  static const Value kContext = *read_json(
      R"({"l": [3, 1, {"a": 2}, [4]], "d": {"a": {"b": 1}, "c": "x"}, "s": "Hello, wörld", "n": 7})");
  return kContext;
}

void try_template(std::string_view source) {
  const auto parsed = Template::parse(source, "t");
  if (!parsed) {
    if (parsed.error().message.rfind("t:", 0) != 0) __builtin_trap();
    return;
  }
  const auto first = parsed->render(context().dict(), kLimits, fixed_clock);
  const auto second = parsed->render(context().dict(), kLimits, fixed_clock);
  if (first.has_value() != second.has_value()) __builtin_trap();
  if (first && *first != *second) __builtin_trap();
  if (!first && first.error().message.rfind("t:", 0) != 0) __builtin_trap();
}

// What is written as JSON is read as the same value.
void try_json(std::string_view text) {
  const auto value = read_json(text);
  if (!value) return;
  static const Template kWrite = *Template::parse("{{ x|tojson }}");
  const auto written = kWrite.render({{"x", *value}});
  if (!written) return;
  const auto again = read_json(*written);
  if (!again) __builtin_trap();
  const auto rewritten = kWrite.render({{"x", *again}});
  if (!rewritten || *rewritten != *written) __builtin_trap();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size_bytes) {
  if (size_bytes == 0 || size_bytes > 4096) return 0;
  const std::string_view rest(reinterpret_cast<const char*>(data) + 1, size_bytes - 1);
  switch (data[0] % 4) {
    case 0:
      try_template(rest);
      break;
    case 1:
      try_json(rest);
      break;
    default:
      try_template(assemble(rest));
  }
  return 0;
}
