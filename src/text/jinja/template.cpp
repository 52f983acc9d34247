#include "text/jinja/template.hpp"

#include <limits>

#include "text/jinja/eval/interp.hpp"
#include "text/jinja/syntax/parser.hpp"

namespace realm::jinja {
namespace {

// Nesting of the caller's data: as deep as the JSON reader goes.
constexpr int kMaxContextDepth = 512;

bool too_deep(const Value& value, int depth) {
  if (depth > kMaxContextDepth) return true;
  if (value.is_list() || value.is_tuple()) {
    for (const Value& item : value.items()) {
      if (too_deep(item, depth + 1)) return true;
    }
  }
  if (value.is_dict()) {
    for (const Dict::Entry& entry : value.dict().entries()) {
      if (too_deep(entry.value, depth + 1)) return true;
    }
  }
  return false;
}

}  // namespace

struct Template::Parsed {
  std::string name;
  std::string source;
  Block body;
};

Result<Template> Template::parse(std::string_view source, std::string name) {
  if (source.size() >= std::numeric_limits<Position>::max()) {
    return Error{Code::kInvalidArgument, name + ": template is larger than 4 GiB"};
  }
  auto parsed = std::make_shared<Parsed>();
  parsed->name = std::move(name);
  parsed->source = normalize_source(source);
  SyntaxError error;
  std::vector<Token> tokens = tokenize(parsed->source, error);
  // A mistake of grammar in front of a malformed token is reported first, as by a lexer that runs
  // only as far as the parser asks.
  SyntaxError grammar;
  Parser parser(std::move(tokens), grammar);
  parsed->body = parser.parse();
  if (!grammar.message.empty() && (error.message.empty() || !parser.failed_at_end())) {
    error = grammar;
  }
  if (!error.message.empty()) {
    return Error{Code::kInvalidArgument,
                 located(parsed->name, parsed->source, error.at, error.message)};
  }
  return Template(std::move(parsed));
}

Result<std::string> Template::render(const Value::Dict& context, const Limits& limits,
                                     const Clock& clock) const {
  for (const Dict::Entry& entry : context.entries()) {
    if (too_deep(entry.value, 0)) {
      return Error{Code::kInvalidArgument, parsed_->name + ": a variable nests too deep"};
    }
  }
  Interp interp(context, limits, clock, parsed_->source);
  Result<std::string> text = interp.render(parsed_->body);
  if (text) return text;
  Error error = std::move(text).error();
  error.message =
      located(parsed_->name, parsed_->source, interp.failed_at().value_or(0), error.message);
  return error;
}

const std::string& Template::name() const { return parsed_->name; }
const std::string& Template::source() const { return parsed_->source; }

}  // namespace realm::jinja
