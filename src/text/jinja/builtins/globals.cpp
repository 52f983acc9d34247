// Global functions: range, dict, namespace, cycler, joiner, and those that transformers adds:
// raise_exception and strftime_now.
#include <locale.h>

#include <chrono>

#include "base/str.hpp"
#include "text/jinja/builtins/builtins.hpp"
#include "text/jinja/builtins/dict_build.hpp"
#include "text/jinja/values/iterators.hpp"
#include "text/jinja/values/operators.hpp"

namespace realm::jinja {
namespace {

Result<Value> range(Interp&, const Value&, Args& args) {
  constexpr std::int64_t kMaxRange = 100000;  // Jinja's sandbox
  if (args.list.empty()) return type_error("range expected at least 1 argument, got 0");
  if (args.list.size() > 3) {
    return type_error(str("range expected at most 3 arguments, got ", args.list.size()));
  }
  std::int64_t bounds[3] = {0, 0, 1};
  for (std::size_t i = 0; i < args.list.size(); ++i) {
    if (args.list[i].is_undefined()) {
      return type_error("'Undefined' object cannot be interpreted as an integer");
    }
    REALM_ASSIGN(bounds[i], as_index(args.list[i]));
  }
  if (args.list.size() == 1) std::swap(bounds[0], bounds[1]);
  if (bounds[2] == 0) return type_error("range() arg 3 must not be zero");
  auto made = std::make_unique<Range>(bounds[0], bounds[1], bounds[2]);
  if (made->count() > kMaxRange) {
    return type_error(
        str("Range too big. The sandbox blocks ranges larger than MAX_RANGE (", kMaxRange, ")."));
  }
  return make_dynamic<Range>(bounds[0], bounds[1], bounds[2]);
}

Result<Value> dict(Interp& interp, const Value&, Args& args) {
  REALM_ASSIGN(Dict made, build_dict(interp, "dict", args));
  return Value(std::move(made));
}

Result<Value> make_namespace(Interp& interp, const Value&, Args& args) {
  REALM_ASSIGN(Dict attributes, build_dict(interp, "Namespace", args));
  Value space = make_dynamic<Namespace>(std::move(attributes));
  interp.pin(space);
  return space;
}

Result<Value> raise_exception(Interp& interp, const Value&, Args& args) {
  REALM_ASSIGN(const auto a, bind("raise_exception", args, {"message"}, 1));
  REALM_ASSIGN(const std::string message, to_str(interp, a[0]));
  return type_error(message);
}

LocalTime system_time() {
  const auto now = std::chrono::system_clock::now();
  const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
  LocalTime out;
  localtime_r(&seconds, &out.civil);
  const auto since = now - std::chrono::system_clock::from_time_t(seconds);
  out.microsecond =
      static_cast<int>(std::chrono::duration_cast<std::chrono::microseconds>(since).count());
  return out;
}

// datetime.now().strftime(format), in English whatever the process's locale. The time carries no
// zone, so %z and %Z are empty, as for Python's naive times.
Result<Value> strftime_now(Interp& interp, const Value&, Args& args) {
  REALM_ASSIGN(const auto a, bind("strftime_now", args, {"format"}, 1));
  if (!a[0].is_string()) {
    return type_error(str("strftime() argument 1 must be str, not ", type_name(a[0])));
  }
  const LocalTime now = interp.clock() ? interp.clock()() : system_time();
  const std::string& format = a[0].string();
  const locale_t c_locale = newlocale(LC_ALL_MASK, "C", nullptr);
  std::string out;
  for (std::size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '%' || i + 1 >= format.size()) {
      out += format[i];
      continue;
    }
    std::string directive = "%";
    // glibc's flags, as in %-d.
    while (i + 2 < format.size() &&
           std::string_view("-_0^#").find(format[i + 1]) != std::string_view::npos) {
      directive += format[++i];
    }
    const char conversion = format[++i];
    directive += conversion;
    if (conversion == 'f') {
      std::string micro = std::to_string(now.microsecond);
      out += std::string(micro.size() < 6 ? 6 - micro.size() : 0, '0') + micro;
    } else if (conversion == 's') {
      std::tm civil = now.civil;
      civil.tm_isdst = -1;
      out += std::to_string(std::mktime(&civil));
    } else if (conversion != 'z' && conversion != 'Z') {
      char buffer[128];
      out.append(buffer,
                 strftime_l(buffer, sizeof buffer, directive.c_str(), &now.civil, c_locale));
    }
  }
  if (c_locale) freelocale(c_locale);
  return Value(std::move(out));
}

class Cycler final : public Dynamic {
 public:
  explicit Cycler(Value::List items) : items_(std::move(items)) {}
  std::string type_name() const override { return "Cycler"; }
  std::string module() const override { return "jinja2.utils."; }
  Result<Value> attribute(Interp&, const Value& self, std::string_view name) override {
    if (name == "current") return Value(items_[at_]);
    if (name == "pos") return Value(static_cast<std::int64_t>(at_));
    if (name == "next") {
      const Function::Body next = [](Interp&, const Value& cycler, Args&) -> Result<Value> {
        Cycler& c = *cycler.as<Cycler>();
        const std::size_t at = std::exchange(c.at_, (c.at_ + 1) % c.items_.size());
        return Value(c.items_[at]);
      };
      return make_dynamic<Function>("next", next, self);
    }
    if (name == "reset") {
      const Function::Body reset = [](Interp&, const Value& cycler, Args&) -> Result<Value> {
        cycler.as<Cycler>()->at_ = 0;
        return Value(nullptr);
      };
      return make_dynamic<Function>("reset", reset, self);
    }
    return Value();
  }
  // Never empties items_: `current` stays in range while the node lives.
  void take_children(std::vector<Value>& out) override {
    for (Value& item : items_) out.push_back(std::move(item));
  }

 private:
  Value::List items_;
  std::size_t at_ = 0;
};

Result<Value> cycler(Interp&, const Value&, Args& args) {
  if (args.list.empty()) return type_error("at least one item has to be provided");
  return make_dynamic<Cycler>(std::move(args.list));
}

class Joiner final : public Dynamic {
 public:
  explicit Joiner(Value separator) : separator_(std::move(separator)) {}
  std::string type_name() const override { return "Joiner"; }
  std::string module() const override { return "jinja2.utils."; }
  bool callable() const override { return true; }
  Result<Value> call(Interp&, Args) override {
    return std::exchange(used_, true) ? separator_ : Value("");
  }
  void take_children(std::vector<Value>& out) override { out.push_back(std::move(separator_)); }

 private:
  Value separator_;
  bool used_ = false;
};

Result<Value> joiner(Interp&, const Value&, Args& args) {
  REALM_ASSIGN(const auto a, bind("Joiner", args, {"sep"}, 0));
  return make_dynamic<Joiner>(a[0].missing() ? Value(", ") : a[0]);
}

// It makes text of random words, of which no two programs have the same.
Result<Value> lipsum(Interp&, const Value&, Args&) {
  return type_error("lipsum() is not known to this engine: it makes random text");
}

}  // namespace

Value find_global(std::string_view name) {
  struct Entry {
    std::string_view name;
    Function::Body body;
    std::string_view shown;
  };
  static constexpr Entry kTable[] = {
      {"range", range, "<function safe_range>"},
      {"dict", dict, "<class 'dict'>"},
      {"namespace", make_namespace, "<class 'jinja2.utils.Namespace'>"},
      {"raise_exception", raise_exception, "<function raise_exception>"},
      {"strftime_now", strftime_now, "<function strftime_now>"},
      {"cycler", cycler, "<class 'jinja2.utils.Cycler'>"},
      {"joiner", joiner, "<class 'jinja2.utils.Joiner'>"},
      {"lipsum", lipsum, "<function generate_lorem_ipsum>"},
  };
  for (const Entry& entry : kTable) {
    if (entry.name != name) continue;
    return make_dynamic<Function>(std::string(name), entry.body, entry.shown);
  }
  return {};
}

}  // namespace realm::jinja
