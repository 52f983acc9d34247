// Parser: tokens to tree, by recursive descent over the grammar of Jinja2 3.1 with the loop
// controls extension and transformers' generation block. The precedence, from loose to tight:
// a if b else c, or, and, not, comparisons, + -, ~, * / // %, **, unary, postfix, filters and
// tests. Nesting deeper than kMaxDepth and operator chains longer than kMaxChain are refused, so no
// input overflows the stack. (Jinja2 itself ends at 200 nested parentheses, CPython's limit.)
// Expressions are in parser_expression.cpp, statements in parser_statement.cpp.
// Thread-safety: one thread; used once.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "text/jinja/syntax/ast.hpp"
#include "text/jinja/syntax/lexer.hpp"

namespace realm::jinja {

class Parser {
 public:
  static constexpr int kMaxDepth = 200;
  static constexpr int kMaxChain = 500;

  Parser(std::vector<Token> tokens, SyntaxError& error)
      : tokens_(std::move(tokens)), error_(error) {}

  /// The whole template; on failure `error` is set and the result is to be dropped.
  Block parse();
  /// The failure came when every token had been read.
  bool failed_at_end() const { return failed_at_end_; }

 private:
  using Words = std::initializer_list<std::string_view>;
  struct MacroUse {
    bool caller = false, kwargs = false, varargs = false;
  };
  class Nesting;

  // Token stream. After a failure the stream stands at its end, so every loop stops.
  const Token& current() const { return tokens_[at_]; }
  const Token& look() const { return tokens_[at_ + 1 < tokens_.size() ? at_ + 1 : at_]; }
  Token advance();
  bool failed() const { return failed_; }
  void fail(std::string message, Position at);
  bool skip_op(std::string_view op);
  bool skip_name(std::string_view word);
  bool expect_op(std::string_view op);
  bool expect(TokenType type);
  std::string expect_name();
  void expect_word(std::string_view word);
  void expected(std::string_view what);

  // Expressions.
  ExprPtr make(ExprKind kind, Position at);
  ExprPtr binary(ExprKind kind, std::string op, ExprPtr a, ExprPtr b);
  void deepen(Expr& expr);
  ExprPtr expression(bool with_condition = true);
  ExprPtr condition();
  ExprPtr disjunction();
  ExprPtr conjunction();
  ExprPtr negation();
  ExprPtr comparison();
  ExprPtr sum();
  ExprPtr concat();
  ExprPtr product();
  ExprPtr power();
  ExprPtr unary(bool with_filter = true);
  ExprPtr primary();
  ExprPtr tuple(bool with_condition = true, Words end_words = {}, bool parenthesized = false);
  ExprPtr list();
  ExprPtr dict();
  ExprPtr postfix(ExprPtr node);
  ExprPtr filters_and_tests(ExprPtr node);
  ExprPtr subscript(ExprPtr node);
  ExprPtr subscript_argument();
  ExprPtr call(ExprPtr node);
  ExprPtr filter(ExprPtr node, bool inline_start = false);
  ExprPtr test(ExprPtr node);
  std::unique_ptr<CallArgs> call_args();
  std::string dotted_name();

  // Statements.
  Block body(Words end_words);
  Block block_until(Words end_words);
  void unknown_tag(const std::string* name, Position at);
  void statement(Block& out);
  std::unique_ptr<Stmt> known_statement(const std::string& word, Position at);
  std::unique_ptr<Stmt> if_statement(Position at);
  std::unique_ptr<Stmt> for_statement(Position at);
  std::unique_ptr<Stmt> set_statement(Position at);
  std::unique_ptr<Stmt> with_statement(Position at);
  std::unique_ptr<Stmt> macro_statement(Position at);
  std::unique_ptr<Stmt> call_statement(Position at);
  std::unique_ptr<Stmt> block_statement(Position at);
  std::unique_ptr<Stmt> print_statement(Position at);
  std::unique_ptr<Stmt> loader_statement(const std::string& word, Position at);
  void signature(MacroSignature& macro);
  Block macro_body(MacroSignature& macro, std::string_view end_word);
  Target assign_target(bool with_namespace, Words end_words = {});
  Target name_target();

  std::vector<Token> tokens_;
  SyntaxError& error_;
  std::size_t at_ = 0;
  bool failed_ = false;
  bool failed_at_end_ = false;
  int depth_ = 0;
  int loops_ = 0;             ///< loops around this point that break and continue may leave
  bool conditional_ = false;  ///< under an if of the innermost scope
  std::vector<MacroUse> macros_;
  std::vector<std::vector<std::string>> open_ends_;
  std::vector<std::string> open_tags_;
  std::vector<std::string> block_names_;
};

}  // namespace realm::jinja
