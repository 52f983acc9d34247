// The parser's token stream, and bodies: data, prints and statements up to an end tag.
#include "text/jinja/syntax/parser.hpp"

#include <algorithm>
#include <utility>

#include "base/str.hpp"
#include "text/jinja/syntax/parser_nesting.hpp"

namespace realm::jinja {
namespace {

template <class Words>
std::string quoted(const Words& words, std::string_view between) {
  std::string out;
  for (const auto& word : words) {
    if (!out.empty()) out += between;
    out += str("'", word, "'");
  }
  return out;
}

}  // namespace

Token Parser::advance() {
  Token token = tokens_[at_];
  if (at_ + 1 < tokens_.size()) ++at_;
  return token;
}

void Parser::fail(std::string message, Position at) {
  if (!failed_) {
    error_ = {std::move(message), at};
    failed_at_end_ = at_ + 1 == tokens_.size();
  }
  failed_ = true;
  at_ = tokens_.size() - 1;
}

void Parser::expected(std::string_view what) {
  if (current().is(TokenType::kEnd)) {
    fail(str("unexpected end of template, expected '", what, "'."), current().at);
  } else {
    fail(str("expected token '", what, "', got '", describe(current()), "'"), current().at);
  }
}

bool Parser::skip_op(std::string_view op) {
  if (!current().op(op)) return false;
  advance();
  return true;
}

bool Parser::skip_name(std::string_view word) {
  if (!current().name(word)) return false;
  advance();
  return true;
}

bool Parser::expect_op(std::string_view op) {
  if (skip_op(op)) return true;
  expected(op);
  return false;
}

bool Parser::expect(TokenType type) {
  if (current().is(type)) {
    advance();
    return true;
  }
  Token wanted;
  wanted.type = type;
  expected(describe(wanted));
  return false;
}

std::string Parser::expect_name() {
  if (current().is(TokenType::kName)) return advance().text;
  expected("name");
  return {};
}

void Parser::expect_word(std::string_view word) {
  if (!skip_name(word)) expected(word);
}

void Parser::unknown_tag(const std::string* name, Position at) {
  std::string message =
      name ? str("Encountered unknown tag '", *name, "'.") : "Unexpected end of template.";
  if (!open_ends_.empty()) {
    const bool nesting_mistake =
        name && std::any_of(open_ends_.begin(), open_ends_.end(), [&](const auto& words) {
          return std::find(words.begin(), words.end(), *name) != words.end();
        });
    const std::string looking = quoted(open_ends_.back(), " or ");
    message += nesting_mistake
                   ? str(" You probably made a nesting mistake. Jinja is expecting this tag, but "
                         "currently looking for ",
                         looking, ".")
                   : str(" Jinja was looking for the following tags: ", looking, ".");
  }
  if (!open_tags_.empty()) {
    message += str(" The innermost block that needs to be closed is '", open_tags_.back(), "'.");
  }
  fail(std::move(message), at);
}

void Parser::statement(Block& out) {
  const Nesting nesting(*this);
  const Token token = current();
  if (!token.is(TokenType::kName)) return fail("tag name expected", token.at);
  open_tags_.push_back(token.text);
  std::unique_ptr<Stmt> node = known_statement(token.text, token.at);
  open_tags_.pop_back();
  if (!node) return unknown_tag(&token.text, token.at);
  out.push_back(std::move(node));
}

Block Parser::body(Words end_words) {
  skip_op(":");
  expect(TokenType::kBlockEnd);
  const bool ends = end_words.size() > 0;
  // A body is a scope of its own, except that of an if.
  const bool outer = std::exchange(conditional_, ends && *(end_words.end() - 1) == "endif");
  if (ends) open_ends_.emplace_back(end_words.begin(), end_words.end());
  Block out;
  while (!failed() && !current().is(TokenType::kEnd)) {
    const Token token = advance();
    if (token.is(TokenType::kData)) {
      out.push_back(std::make_unique<Stmt>(StmtKind::kText, token.at));
      out.back()->text = token.text;
    } else if (token.is(TokenType::kVariableBegin)) {
      out.push_back(std::make_unique<Stmt>(StmtKind::kOutput, token.at));
      out.back()->exprs.push_back(tuple());
      expect(TokenType::kVariableEnd);
    } else {
      if (current().is(TokenType::kName) &&
          std::find(end_words.begin(), end_words.end(), current().text) != end_words.end()) {
        open_ends_.pop_back();
        conditional_ = outer;
        return out;
      }
      statement(out);
      expect(TokenType::kBlockEnd);
    }
  }
  if (!failed() && ends) unknown_tag(nullptr, current().at);
  if (ends) open_ends_.pop_back();
  conditional_ = outer;
  return out;
}

Block Parser::block_until(Words end_words) {
  Block out = body(end_words);
  advance();
  return out;
}

Block Parser::parse() {
  // The top level is a body that nothing opens and the end of the template closes.
  Token open;
  open.type = TokenType::kBlockEnd;
  tokens_.insert(tokens_.begin(), open);
  return body({});
}

}  // namespace realm::jinja
