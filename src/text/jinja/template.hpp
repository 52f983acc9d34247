// Template: a Jinja template, parsed once and rendered as often as wanted.
//
// The language is that of Jinja2 3.1 as chat templates meet it in transformers: trim_blocks,
// lstrip_blocks, loop controls, its tojson, raise_exception, strftime_now and generation; list and
// dict methods that change their object work. It has no access to files, other templates, or
// anything of the host.
// Errors carry "name:line:column: message", the source line and a caret. The context is copied, so
// a template cannot change the caller's values.
// Thread-safety: a parsed Template is immutable; render() may run on many threads at once.
// Specification: https://jinja.palletsprojects.com/en/3.1.x/templates/
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "realm/error.hpp"
#include "text/jinja/limits.hpp"
#include "text/jinja/values/value.hpp"

namespace realm::jinja {

class Template {
 public:
  /// `name` stands in front of messages. Sources are at most 4 GiB - 1.
  static Result<Template> parse(std::string_view source, std::string name = "template");

  Result<std::string> render(const Value::Dict& context, const Limits& limits = {},
                             const Clock& clock = {}) const;

  const std::string& name() const;
  /// The source as parsed: line ends normalized, one trailing newline gone.
  const std::string& source() const;

 private:
  struct Parsed;
  explicit Template(std::shared_ptr<const Parsed> parsed) : parsed_(std::move(parsed)) {}
  std::shared_ptr<const Parsed> parsed_;
};

}  // namespace realm::jinja
