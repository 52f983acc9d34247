#include <algorithm>

#include "base/str.hpp"
#include "text/jinja/syntax/parser.hpp"
#include "text/jinja/syntax/parser_nesting.hpp"

namespace realm::jinja {

using StmtPtr = std::unique_ptr<Stmt>;

std::unique_ptr<Stmt> Parser::known_statement(const std::string& word, Position at) {
  if (word == "if") return if_statement(at);
  if (word == "for") return for_statement(at);
  if (word == "set") return set_statement(at);
  if (word == "with") return with_statement(at);
  if (word == "macro") return macro_statement(at);
  if (word == "call") return call_statement(at);
  if (word == "block") return block_statement(at);
  if (word == "print") return print_statement(at);
  if (word == "extends" || word == "include" || word == "import" || word == "from") {
    return loader_statement(word, at);
  }
  auto node = std::make_unique<Stmt>(StmtKind::kBreak, at);
  if (word == "break" || word == "continue") {
    advance();
    if (word == "continue") node->kind = StmtKind::kContinue;
    if (loops_ == 0) {
      fail(word == "break" ? "'break' outside loop" : "'continue' not properly in loop", at);
    }
    return node;
  }
  if (word == "filter") {
    node->kind = StmtKind::kFilterBlock;
    advance();
    node->filter = filter(nullptr, true);
    node->blocks.push_back(block_until({"endfilter"}));
    return node;
  }
  if (word == "autoescape") {
    node->kind = StmtKind::kAutoescape;
    advance();
    node->expr = expression();
    node->blocks.push_back(block_until({"endautoescape"}));
    return node;
  }
  if (word == "generation") {
    // transformers' mark around what the model said: a scope of its own, like a call block's body.
    node->kind = StmtKind::kScope;
    advance();
    const int loops = std::exchange(loops_, 0);
    node->blocks.push_back(block_until({"endgeneration"}));
    loops_ = loops;
    return node;
  }
  return nullptr;
}

StmtPtr Parser::if_statement(Position at) {
  auto node = std::make_unique<Stmt>(StmtKind::kIf, at);
  std::string word;
  do {
    advance();
    const bool outer = std::exchange(conditional_, true);
    node->exprs.push_back(tuple(false));
    conditional_ = outer;
    node->blocks.push_back(body({"elif", "else", "endif"}));
    word = current().text;
  } while (!failed() && word == "elif");
  advance();
  if (word == "else") node->blocks.push_back(block_until({"endif"}));
  return node;
}

StmtPtr Parser::for_statement(Position at) {
  auto node = std::make_unique<Stmt>(StmtKind::kFor, at);
  advance();
  node->targets.push_back(assign_target(false, {"in"}));
  if (node->targets[0].name == "loop") {
    fail("Can't assign to special loop variable in for-loop target", node->targets[0].at);
  }
  expect_word("in");
  node->expr = tuple(false, {"recursive"});
  if (skip_name("if")) node->condition = expression();
  node->recursive = skip_name("recursive");
  ++loops_;
  node->blocks.push_back(body({"endfor", "else"}));
  --loops_;
  if (advance().text == "else") node->blocks.push_back(block_until({"endfor"}));
  return node;
}

StmtPtr Parser::set_statement(Position at) {
  auto node = std::make_unique<Stmt>(StmtKind::kSet, at);
  advance();
  node->targets.push_back(assign_target(true));
  if (skip_op("=")) {
    node->expr = tuple();
    return node;
  }
  node->kind = StmtKind::kSetBlock;
  node->filter = filter(nullptr);
  node->blocks.push_back(block_until({"endset"}));
  return node;
}

StmtPtr Parser::with_statement(Position at) {
  auto node = std::make_unique<Stmt>(StmtKind::kWith, at);
  advance();
  while (!failed() && !current().is(TokenType::kBlockEnd)) {
    if (!node->targets.empty()) expect_op(",");
    node->targets.push_back(assign_target(false));
    expect_op("=");
    node->exprs.push_back(expression());
  }
  node->blocks.push_back(block_until({"endwith"}));
  return node;
}

void Parser::signature(MacroSignature& macro) {
  expect_op("(");
  bool has_fallback = false;
  while (!failed() && !current().op(")")) {
    if (!macro.parameters.empty()) expect_op(",");
    MacroSignature::Parameter parameter;
    const Position at = current().at;
    parameter.name = expect_name();
    for (const auto& other : macro.parameters) {
      if (other.name != parameter.name) continue;
      fail(str("duplicate argument '", parameter.name, "' in function definition"), at);
    }
    if (skip_op("=")) {
      parameter.fallback = expression();
      has_fallback = true;
    } else if (has_fallback) {
      fail("non-default argument follows default argument", at);
    }
    macro.parameters.push_back(std::move(parameter));
  }
  expect_op(")");
}

Block Parser::macro_body(MacroSignature& macro, std::string_view end_word) {
  const Position at = current().at;
  const int loops = std::exchange(loops_, 0);
  macros_.emplace_back();
  Block out = block_until({end_word});
  const MacroUse use = macros_.back();
  macros_.pop_back();
  loops_ = loops;
  const auto parameter = [&](std::string_view name) {
    return std::find_if(macro.parameters.begin(), macro.parameters.end(),
                        [&](const auto& p) { return p.name == name; });
  };
  const auto caller = parameter("caller");
  const bool own_caller = caller != macro.parameters.end();
  if (use.caller && own_caller && !caller->fallback) {
    fail(
        "When defining macros or call blocks the special \"caller\" argument must be omitted or be "
        "given a default.",
        at);
  }
  macro.uses_caller = use.caller;
  macro.uses_kwargs = use.kwargs && parameter("kwargs") == macro.parameters.end();
  macro.uses_varargs = use.varargs && parameter("varargs") == macro.parameters.end();
  return out;
}

StmtPtr Parser::macro_statement(Position at) {
  auto node = std::make_unique<Stmt>(StmtKind::kMacro, at);
  advance();
  node->macro = std::make_unique<MacroSignature>();
  node->macro->name = expect_name();
  signature(*node->macro);
  node->blocks.push_back(macro_body(*node->macro, "endmacro"));
  return node;
}

StmtPtr Parser::call_statement(Position at) {
  auto node = std::make_unique<Stmt>(StmtKind::kCallBlock, at);
  advance();
  node->macro = std::make_unique<MacroSignature>();
  if (current().op("(")) signature(*node->macro);
  node->expr = expression();
  if (!failed() && node->expr->kind != ExprKind::kCall) fail("expected call", at);
  node->blocks.push_back(macro_body(*node->macro, "endcall"));
  return node;
}

StmtPtr Parser::block_statement(Position at) {
  auto node = std::make_unique<Stmt>(StmtKind::kBlock, at);
  advance();
  const Position name_at = current().at;
  node->text = expect_name();
  if (std::find(block_names_.begin(), block_names_.end(), node->text) != block_names_.end()) {
    fail(str("block '", node->text, "' defined twice"), name_at);
  }
  block_names_.push_back(node->text);
  node->scoped = skip_name("scoped");
  node->required = skip_name("required");
  if (current().op("-")) {
    fail(
        "Block names in Jinja have to be valid Python identifiers and may not contain hyphens, "
        "use an underscore instead.",
        name_at);
  }
  const int loops = std::exchange(loops_, 0);
  node->blocks.push_back(block_until({"endblock"}));
  loops_ = loops;
  skip_name(node->text);
  return node;
}

StmtPtr Parser::print_statement(Position at) {
  auto node = std::make_unique<Stmt>(StmtKind::kOutput, at);
  advance();
  while (!failed() && !current().is(TokenType::kBlockEnd)) {
    if (!node->exprs.empty()) expect_op(",");
    node->exprs.push_back(expression());
  }
  return node;
}

StmtPtr Parser::loader_statement(const std::string& word, Position at) {
  auto node = std::make_unique<Stmt>(StmtKind::kNeedsLoader, at);
  node->text = word;
  advance();
  node->expr = expression();
  // Whatever else it says does not matter: the statement fails when it is reached.
  while (!failed() && !current().is(TokenType::kBlockEnd) && !current().is(TokenType::kEnd)) {
    advance();
  }
  return node;
}

Target Parser::name_target() {
  Target target;
  target.at = current().at;
  if (current().is(TokenType::kName)) {
    static constexpr std::string_view kConstants[] = {"true",  "True", "false",
                                                      "False", "none", "None"};
    target.name = advance().text;
    if (std::find(std::begin(kConstants), std::end(kConstants), target.name) !=
        std::end(kConstants)) {
      fail("can't assign to 'const'", target.at);
    }
  } else if (skip_op("(")) {
    target = assign_target(false);
    expect_op(")");
  } else if (const ExprPtr value = primary(); !failed()) {
    fail(value->kind == ExprKind::kList   ? "can't assign to 'list'"
         : value->kind == ExprKind::kDict ? "can't assign to 'dict'"
                                          : "can't assign to 'const'",
         target.at);
  }
  return target;
}

Target Parser::assign_target(bool with_namespace, Words end_words) {
  const Nesting nesting(*this);
  if (with_namespace && current().is(TokenType::kName) && look().op(".")) {
    Target target;
    target.at = current().at;
    target.name = advance().text;
    advance();
    target.attribute = expect_name();
    return target;
  }
  Target tuple;
  tuple.at = current().at;
  tuple.is_tuple = true;
  bool comma = false;
  while (!failed()) {
    if (current().is(TokenType::kBlockEnd) || current().op(")") || current().op("=")) break;
    if (current().is(TokenType::kName) &&
        std::find(end_words.begin(), end_words.end(), current().text) != end_words.end()) {
      break;
    }
    tuple.items.push_back(name_target());
    if (!skip_op(",")) break;
    comma = true;
  }
  if (tuple.items.size() == 1 && !comma) {
    Target only = std::move(tuple.items[0]);
    return only;
  }
  if (tuple.items.empty()) {
    fail(str("Expected an expression, got '", describe(current()), "'"), tuple.at);
  }
  return tuple;
}

}  // namespace realm::jinja
