#include "text/jinja/eval/self.hpp"

#include "base/str.hpp"

namespace realm::jinja {
namespace {

class BlockReference final : public Dynamic {
 public:
  explicit BlockReference(const Stmt& block) : block_(block) {}
  std::string type_name() const override { return "BlockReference"; }
  std::string module() const override { return "jinja2.runtime."; }
  bool callable() const override { return true; }
  Result<Value> call(Interp& interp, Args args) override {
    if (!args.list.empty() || !args.named.empty()) {
      return type_error(str("BlockReference.__call__() takes 1 positional argument but ",
                            1 + args.list.size() + args.named.size(), " were given"));
    }
    if (block_.required) return type_error(str("Required block '", block_.text, "' not found"));
    REALM_ASSIGN(std::string text, interp.render_block(block_.blocks[0]));
    return Value::text(std::move(text), interp.autoescape());
  }

 private:
  const Stmt& block_;
};

// The parser limits how deep statements nest.
const Stmt* find_block(const Block& body, std::string_view name) {
  for (const auto& stmt : body) {
    if (stmt->kind == StmtKind::kBlock && stmt->text == name) return stmt.get();
    for (const Block& inner : stmt->blocks) {
      if (const Stmt* found = find_block(inner, name)) return found;
    }
  }
  return nullptr;
}

}  // namespace

Result<Value> TemplateReference::attribute(Interp&, const Value&, std::string_view name) {
  const Stmt* block = find_block(body_, name);
  return block ? make_dynamic<BlockReference>(*block) : Value();
}

}  // namespace realm::jinja
