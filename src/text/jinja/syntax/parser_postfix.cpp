// What follows an operand: attributes, subscripts, calls, filters, tests.
#include "base/str.hpp"
#include "text/jinja/syntax/parser.hpp"
#include "text/jinja/syntax/parser_nesting.hpp"

namespace realm::jinja {

ExprPtr Parser::postfix(ExprPtr node) {
  while (!failed()) {
    if (current().op(".") || current().op("[")) {
      node = subscript(std::move(node));
    } else if (current().op("(")) {
      node = call(std::move(node));
    } else {
      break;
    }
  }
  return node;
}

ExprPtr Parser::filters_and_tests(ExprPtr node) {
  while (!failed()) {
    if (current().op("|")) {
      node = filter(std::move(node));
    } else if (current().name("is")) {
      node = test(std::move(node));
    } else if (current().op("(")) {
      node = call(std::move(node));
    } else {
      break;
    }
  }
  return node;
}

ExprPtr Parser::subscript(ExprPtr base) {
  const Token open = advance();
  ExprPtr node = make(ExprKind::kItem, open.at);
  node->a = std::move(base);
  if (open.op(".")) {
    const Token key = advance();
    if (key.is(TokenType::kName)) {
      node->kind = ExprKind::kAttribute;
      node->at = key.at;
      node->name = key.text;
    } else if (key.is(TokenType::kInteger)) {
      node->b = make(ExprKind::kLiteral, key.at);
      node->b->foldable = true;
      node->b->value = integer_of(key);
    } else {
      fail("expected name or number", key.at);
    }
    deepen(*node);
    return node;
  }
  std::vector<ExprPtr> args;
  while (!failed() && !current().op("]")) {
    if (!args.empty()) expect_op(",");
    args.push_back(subscript_argument());
  }
  expect_op("]");
  // A slice of something is an argument like others; one of nothing yet is these brackets'.
  const auto is_slice = [](const ExprPtr& arg) { return arg->kind == ExprKind::kSlice && !arg->a; };
  if (args.size() == 1 && is_slice(args[0])) {
    args[0]->at = open.at;
    args[0]->a = std::move(node->a);
    deepen(*args[0]);
    return std::move(args[0]);
  }
  if (args.size() == 1) {
    node->b = std::move(args[0]);
  } else {
    node->b = make(ExprKind::kTuple, open.at);
    for (const ExprPtr& arg : args) {
      if (is_slice(arg)) fail("a slice stands alone in its brackets", arg->at);
    }
    node->b->args = std::move(args);
    deepen(*node->b);
  }
  deepen(*node);
  return node;
}

ExprPtr Parser::subscript_argument() {
  ExprPtr start;
  const Position at = current().at;
  if (!current().op(":")) {
    start = expression();
    if (!current().op(":")) return start;
  }
  ExprPtr node = make(ExprKind::kSlice, at);
  node->args.push_back(std::move(start));
  for (int part = 0; part < 2; ++part) {
    ExprPtr bound;
    if (skip_op(":") && !current().op(":") && !current().op("]") && !current().op(",")) {
      bound = expression();
    }
    node->args.push_back(std::move(bound));
  }
  return node;
}

std::unique_ptr<CallArgs> Parser::call_args() {
  const Nesting nesting(*this);
  auto args = std::make_unique<CallArgs>();
  const Position open = current().at;
  expect_op("(");
  const auto ensure = [&](bool ok) {
    if (!ok) fail("invalid syntax for function call expression", open);
  };
  bool first = true;
  while (!failed() && !current().op(")")) {
    if (!first) {
      expect_op(",");
      if (current().op(")")) break;
    }
    first = false;
    if (skip_op("*")) {
      ensure(!args->star && !args->star_named);
      args->star = expression();
    } else if (skip_op("**")) {
      ensure(!args->star_named);
      args->star_named = expression();
    } else if (current().is(TokenType::kName) && look().op("=")) {
      ensure(!args->star_named);
      const Position at = current().at;
      std::string name = advance().text;
      advance();
      for (const auto& other : args->named) {
        if (other.first == name) fail("keyword argument repeated: " + name, at);
      }
      args->named.emplace_back(std::move(name), expression());
    } else {
      ensure(!args->star && !args->star_named && args->named.empty());
      args->list.push_back(expression());
    }
  }
  expect_op(")");
  return args;
}

ExprPtr Parser::call(ExprPtr callee) {
  ExprPtr node = make(ExprKind::kCall, callee->at);
  node->a = std::move(callee);
  node->call = call_args();
  deepen(*node);
  return node;
}

std::string Parser::dotted_name() {
  std::string name = expect_name();
  while (skip_op(".")) {
    name += '.';
    name += expect_name();
  }
  return name;
}

ExprPtr Parser::filter(ExprPtr input, bool inline_start) {
  while (!failed() && (current().op("|") || inline_start)) {
    if (!inline_start) advance();
    inline_start = false;
    ExprPtr node = make(ExprKind::kFilter, current().at);
    node->conditional = conditional_;
    node->name = dotted_name();
    node->a = std::move(input);
    node->call = current().op("(") ? call_args() : std::make_unique<CallArgs>();
    deepen(*node);
    input = std::move(node);
  }
  return input;
}

ExprPtr Parser::test(ExprPtr subject) {
  advance();  // is
  const bool negated = skip_name("not");
  ExprPtr node = make(ExprKind::kTest, current().at);
  node->conditional = conditional_;
  node->name = dotted_name();
  node->a = std::move(subject);
  const Token& token = current();
  if (token.op("(")) {
    node->call = call_args();
  } else {
    node->call = std::make_unique<CallArgs>();
    const bool operand = (token.is(TokenType::kName) && !token.name("else") && !token.name("or") &&
                          !token.name("and")) ||
                         token.is(TokenType::kString) || token.is(TokenType::kInteger) ||
                         token.is(TokenType::kFloat) || token.op("[") || token.op("{");
    if (operand) {
      if (token.name("is")) fail("You cannot chain multiple tests with is", token.at);
      // An operand of its own, without operators: `x is divisibleby 3 and ...`.
      const Nesting nesting(*this);
      node->call->list.push_back(postfix(primary()));
    }
  }
  deepen(*node);
  if (!negated) return node;
  ExprPtr inverse = make(ExprKind::kUnary, node->at);
  inverse->name = "not";
  inverse->a = std::move(node);
  deepen(*inverse);
  return inverse;
}

}  // namespace realm::jinja
