#include <algorithm>
#include <utility>

#include "base/str.hpp"
#include "text/jinja/syntax/parser.hpp"
#include "text/jinja/syntax/parser_nesting.hpp"

namespace realm::jinja {

ExprPtr Parser::make(ExprKind kind, Position at) { return std::make_unique<Expr>(kind, at); }

// Depth of the tree below `expr`: chains like a + b + c grow it without the parser recursing.
void Parser::deepen(Expr& expr) {
  const auto take = [&](const ExprPtr& child) {
    if (child) expr.depth = std::max(expr.depth, child->depth + 1);
  };
  take(expr.a);
  take(expr.b);
  take(expr.c);
  for (const ExprPtr& arg : expr.args) take(arg);
  if (expr.call) {
    for (const ExprPtr& arg : expr.call->list) take(arg);
    for (const auto& [name, arg] : expr.call->named) take(arg);
    take(expr.call->star);
    take(expr.call->star_named);
  }
  mark_foldable(expr);
  if (expr.depth > kMaxChain) fail("expression nests too deep", expr.at);
}

ExprPtr Parser::binary(ExprKind kind, std::string op, ExprPtr a, ExprPtr b) {
  ExprPtr node = make(kind, a->at);
  node->name = std::move(op);
  node->a = std::move(a);
  node->b = std::move(b);
  deepen(*node);
  return node;
}

ExprPtr Parser::expression(bool with_condition) {
  const Nesting nesting(*this);
  return with_condition ? condition() : disjunction();
}

ExprPtr Parser::condition() {
  ExprPtr value = disjunction();
  while (skip_name("if")) {
    ExprPtr node = make(ExprKind::kCondition, value->at);
    mark_conditional(value);
    node->a = std::move(value);
    const bool outer = std::exchange(conditional_, true);
    node->b = disjunction();
    if (skip_name("else")) {
      const Nesting nesting(*this);
      node->c = condition();
    }
    node->conditional = true;
    conditional_ = outer;
    deepen(*node);
    value = std::move(node);
  }
  return value;
}

ExprPtr Parser::disjunction() {
  ExprPtr left = conjunction();
  while (skip_name("or")) left = binary(ExprKind::kOr, "or", std::move(left), conjunction());
  return left;
}

ExprPtr Parser::conjunction() {
  ExprPtr left = negation();
  while (skip_name("and")) left = binary(ExprKind::kAnd, "and", std::move(left), negation());
  return left;
}

ExprPtr Parser::negation() {
  if (!current().name("not")) return comparison();
  const Nesting nesting(*this);
  ExprPtr node = make(ExprKind::kUnary, advance().at);
  node->name = "not";
  node->a = negation();
  deepen(*node);
  return node;
}

ExprPtr Parser::comparison() {
  ExprPtr first = sum();
  ExprPtr node;
  while (!failed()) {
    std::string op;
    static constexpr std::string_view kOps[] = {"==", "!=", "<", "<=", ">", ">="};
    if (current().is(TokenType::kOperator) &&
        std::find(std::begin(kOps), std::end(kOps), current().text) != std::end(kOps)) {
      op = advance().text;
    } else if (skip_name("in")) {
      op = "in";
    } else if (current().name("not") && look().name("in")) {
      advance();
      advance();
      op = "not in";
    } else {
      break;
    }
    if (!node) {
      node = make(ExprKind::kCompare, first->at);
      node->a = std::move(first);
    }
    node->ops.push_back(std::move(op));
    node->args.push_back(sum());
  }
  if (!node) return first;
  deepen(*node);
  return node;
}

ExprPtr Parser::sum() {
  ExprPtr left = concat();
  while (current().op("+") || current().op("-")) {
    std::string op = advance().text;
    left = binary(ExprKind::kBinary, std::move(op), std::move(left), concat());
  }
  return left;
}

ExprPtr Parser::concat() {
  ExprPtr first = product();
  if (!current().op("~")) return first;
  ExprPtr node = make(ExprKind::kConcat, first->at);
  node->args.push_back(std::move(first));
  while (skip_op("~")) node->args.push_back(product());
  deepen(*node);
  return node;
}

ExprPtr Parser::product() {
  ExprPtr left = power();
  while (current().op("*") || current().op("/") || current().op("//") || current().op("%")) {
    std::string op = advance().text;
    left = binary(ExprKind::kBinary, std::move(op), std::move(left), power());
  }
  return left;
}

ExprPtr Parser::power() {
  // Groups to the left, as in Jinja and unlike Python.
  ExprPtr left = unary();
  while (skip_op("**")) left = binary(ExprKind::kBinary, "**", std::move(left), unary());
  return left;
}

ExprPtr Parser::unary(bool with_filter) {
  const Nesting nesting(*this);
  ExprPtr node;
  if (current().op("-") || current().op("+")) {
    const Token op = advance();
    node = make(ExprKind::kUnary, op.at);
    node->name = op.text;
    node->a = unary(false);
    deepen(*node);
  } else {
    node = primary();
  }
  node = postfix(std::move(node));
  return with_filter ? filters_and_tests(std::move(node)) : std::move(node);
}

ExprPtr Parser::primary() {
  const Token token = current();
  ExprPtr node = make(ExprKind::kLiteral, token.at);
  node->foldable = true;
  switch (token.type) {
    case TokenType::kName:
      advance();
      if (token.text == "true" || token.text == "True") {
        node->value = Value(true);
      } else if (token.text == "false" || token.text == "False") {
        node->value = Value(false);
      } else if (token.text == "none" || token.text == "None") {
        node->value = Value(nullptr);
      } else {
        node->kind = ExprKind::kName;
        node->foldable = false;
        node->name = token.text;
        for (MacroUse& use : macros_) {
          use.caller |= token.text == "caller";
          use.kwargs |= token.text == "kwargs";
          use.varargs |= token.text == "varargs";
        }
      }
      return node;
    case TokenType::kString: {
      std::string text;
      while (current().is(TokenType::kString)) text += advance().text;
      node->value = Value(std::move(text));
      return node;
    }
    case TokenType::kInteger:
      node->value = integer_of(advance());
      return node;
    case TokenType::kFloat:
      node->value = Value(advance().number);
      return node;
    default:
      break;
  }
  if (skip_op("(")) {
    node = tuple(true, {}, true);
    expect_op(")");
    return node;
  }
  if (token.op("[")) return list();
  if (token.op("{")) return dict();
  fail(str("unexpected '", describe(token), "'"), token.at);
  return node;
}

ExprPtr Parser::tuple(bool with_condition, Words end_words, bool parenthesized) {
  const Position start = current().at;
  std::vector<ExprPtr> items;
  bool is_tuple = false;
  while (!failed()) {
    if (!items.empty() && !expect_op(",")) break;
    const Token& token = current();
    if (token.is(TokenType::kVariableEnd) || token.is(TokenType::kBlockEnd) || token.op(")") ||
        (token.is(TokenType::kName) &&
         std::find(end_words.begin(), end_words.end(), token.text) != end_words.end())) {
      break;
    }
    items.push_back(expression(with_condition));
    if (!current().op(",")) break;
    is_tuple = true;
  }
  if (!is_tuple) {
    if (!items.empty()) return std::move(items[0]);
    if (!parenthesized) {
      fail(str("Expected an expression, got '", describe(current()), "'"), current().at);
    }
  }
  ExprPtr node = make(ExprKind::kTuple, start);
  node->args = std::move(items);
  deepen(*node);
  return node;
}

ExprPtr Parser::list() {
  ExprPtr node = make(ExprKind::kList, advance().at);
  while (!failed() && !current().op("]")) {
    if (!node->args.empty()) expect_op(",");
    if (current().op("]")) break;
    node->args.push_back(expression());
  }
  expect_op("]");
  deepen(*node);
  return node;
}

ExprPtr Parser::dict() {
  ExprPtr node = make(ExprKind::kDict, advance().at);
  while (!failed() && !current().op("}")) {
    if (!node->args.empty()) expect_op(",");
    if (current().op("}")) break;
    node->args.push_back(expression());
    expect_op(":");
    node->args.push_back(expression());
  }
  expect_op("}");
  deepen(*node);
  return node;
}

}  // namespace realm::jinja
