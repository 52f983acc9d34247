// `self`: the template's blocks by name, to be written again: {{ self.title() }}.
#pragma once

#include <string>

#include "text/jinja/eval/interp.hpp"

namespace realm::jinja {

class TemplateReference final : public Dynamic {
 public:
  explicit TemplateReference(const Block& body) : body_(body) {}
  std::string type_name() const override { return "TemplateReference"; }
  bool subscriptable() const override { return true; }
  std::string module() const override { return "jinja2.runtime."; }
  Result<std::string> repr(Interp&) override { return std::string("<TemplateReference None>"); }
  Result<Value> attribute(Interp& interp, const Value& self, std::string_view name) override;

 private:
  const Block& body_;  // of the template that is rendered
};

}  // namespace realm::jinja
