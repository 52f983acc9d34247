// Counts the parser's own recursion; part of Parser, apart so that its files can share it.
#pragma once

#include "text/jinja/syntax/parser.hpp"

namespace realm::jinja {

class Parser::Nesting {
 public:
  explicit Nesting(Parser& parser) : parser_(parser) {
    if (++parser_.depth_ > kMaxDepth) {
      parser_.fail("template nests too deep", parser_.current().at);
    }
  }
  ~Nesting() { --parser_.depth_; }
  Nesting(const Nesting&) = delete;
  Nesting& operator=(const Nesting&) = delete;

 private:
  Parser& parser_;
};

}  // namespace realm::jinja
