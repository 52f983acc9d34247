// The tree of a template: expressions and statements. Immutable once parsed, so that one tree may
// be rendered by many threads. Its depth is bounded by the parser (Parser::kMaxChain), hence
// walking and destroying it by recursion is safe.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "text/jinja/syntax/token.hpp"
#include "text/jinja/values/value.hpp"

namespace realm::jinja {

struct Expr;
struct Stmt;
using ExprPtr = std::unique_ptr<Expr>;
using Block = std::vector<std::unique_ptr<Stmt>>;

enum class ExprKind : std::uint8_t {
  kLiteral,    ///< value
  kName,       ///< name
  kAttribute,  ///< a.name
  kItem,       ///< a[b]
  kSlice,      ///< a[args[0]:args[1]:args[2]], null where left out
  kCall,       ///< a(call)
  kFilter,     ///< a|name(call); a is null in a filter block
  kTest,       ///< a is name(call)
  kUnary,      ///< name a: + - not
  kBinary,     ///< a name b: + - * / // % **
  kAnd,
  kOr,
  kCompare,    ///< a ops[0] args[0] ops[1] args[1] ..., chained as in Python
  kConcat,     ///< args joined by ~
  kCondition,  ///< a if b else c; c may be null
  kList,       ///< args
  kTuple,      ///< args
  kDict,       ///< args: key, value, key, value ...
};

/// The arguments of a call, a filter or a test.
struct CallArgs {
  std::vector<ExprPtr> list;
  std::vector<std::pair<std::string, ExprPtr>> named;
  ExprPtr star;        ///< *args
  ExprPtr star_named;  ///< **kwargs
};

struct Expr {
  ExprKind kind;
  Position at = 0;
  int depth = 1;
  bool foldable = false;     ///< no name or call is sure to be reached: see eval/fold.cpp
  bool folds = false;        ///< foldable, and slices
  bool conditional = false;  ///< of a filter or test: under an if, where Jinja2 looks it up late
  std::string name;
  Value value;
  ExprPtr a, b, c;
  std::vector<ExprPtr> args;
  std::vector<std::string> ops;
  std::unique_ptr<CallArgs> call;

  Expr(ExprKind k, Position p) : kind(k), at(p) {}
};

/// Sets `conditional` of every filter and test below, the node itself included.
void mark_conditional(const ExprPtr& expr);
/// Sets `foldable` and `folds`, from those of what is below.
void mark_foldable(Expr& expr);

enum class StmtKind : std::uint8_t {
  kText,         ///< text
  kOutput,       ///< exprs printed one after the other
  kIf,           ///< exprs[i] -> blocks[i]; a last block without a condition is the else
  kFor,          ///< target in expr if condition: blocks[0], else blocks[1]
  kSet,          ///< target = expr
  kSetBlock,     ///< target = blocks[0], through `filter` when there is one
  kMacro,        ///< name(macro->parameters): blocks[0]
  kCallBlock,    ///< expr (a call) with blocks[0] as its caller
  kFilterBlock,  ///< filter around blocks[0]
  kWith,         ///< targets = exprs around blocks[0]
  kScope,        ///< blocks[0] in a scope of its own: generation
  kAutoescape,   ///< expr: whether output of blocks[0] is escaped
  kBlock,        ///< a named block, rendered where it stands
  kBreak,
  kContinue,
  kNeedsLoader,  ///< extends, include, import, from: there is no other template to be had
};

/// What a for, set or with assigns to: a name, a namespace's attribute, or a tuple of targets.
struct Target {
  Position at = 0;
  std::string name;
  std::string attribute;
  std::vector<Target> items;
  bool is_tuple = false;
};

struct MacroSignature {
  struct Parameter {
    std::string name;
    ExprPtr fallback;
  };
  std::string name;  ///< empty: a call block's caller
  std::vector<Parameter> parameters;
  bool uses_caller = false;
  bool uses_kwargs = false;
  bool uses_varargs = false;
};

struct Stmt {
  StmtKind kind;
  Position at = 0;
  std::string text;
  ExprPtr expr;
  ExprPtr condition;
  ExprPtr filter;
  std::vector<ExprPtr> exprs;
  std::vector<Target> targets;
  std::vector<Block> blocks;
  std::unique_ptr<MacroSignature> macro;
  bool recursive = false;
  bool scoped = false;    ///< of a block: it sees the variables around it
  bool required = false;  ///< of a block: only another template could fill it

  Stmt(StmtKind k, Position p) : kind(k), at(p) {}
};

}  // namespace realm::jinja
