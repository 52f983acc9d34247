// Methods of dict. Those that change it work, as those of list do (list.cpp).
#include "base/str.hpp"
#include "text/jinja/builtins/builtins.hpp"
#include "text/jinja/builtins/dict_build.hpp"
#include "text/jinja/builtins/methods/methods.hpp"
#include "text/jinja/values/iterators.hpp"
#include "text/jinja/values/operators.hpp"

namespace realm::jinja {
namespace {

Result<Value> get(Interp&, const Value& self, Args& args) {
  REALM_ASSIGN(const auto a, bind_method(self, args, 1, 2));
  REALM_TRY(check_hashable(a[0]));
  if (const Value* value = self.dict().find(a[0])) return Value(*value);
  return a[1].missing() ? Value(nullptr) : a[1];
}

template <DictPart part>
Result<Value> view(Interp&, const Value& self, Args& args) {
  REALM_ASSIGN(const auto a, bind_method(self, args, 0, 0));
  return make_dynamic<DictView>(self, part);
}

Result<Value> pop(Interp& interp, const Value& self, Args& args) {
  REALM_ASSIGN(const auto a, bind_method(self, args, 1, 2));
  REALM_TRY(check_hashable(a[0]));
  REALM_TRY(interp.charge(self.dict().size() + 1));
  Value value = self.dict().take(a[0]);
  if (!value.missing()) return value;
  if (!a[1].missing()) return Value(a[1]);
  REALM_ASSIGN(std::string shown, repr(interp, a[0]));
  return type_error(std::move(shown));
}

Result<Value> pop_item(Interp& interp, const Value& self, Args& args) {
  REALM_TRY(bind_method(self, args, 0, 0));
  Dict& dict = self.dict();
  if (dict.empty()) return type_error("'popitem(): dictionary is empty'");
  REALM_TRY(interp.charge(dict.size()));
  const Value key = dict.entries().back().key;
  Value value = dict.take(key);
  return Value::tuple({key, std::move(value)});
}

Result<Value> set_default(Interp& interp, const Value& self, Args& args) {
  REALM_ASSIGN(const auto a, bind_method(self, args, 1, 2));
  REALM_TRY(check_hashable(a[0]));
  if (const Value* value = self.dict().find(a[0])) return Value(*value);
  Value value = a[1].missing() ? Value(nullptr) : a[1];
  REALM_TRY(interp.charge(2));
  interp.pin(self);
  self.dict().set(a[0], value);
  return value;
}

Result<Value> update(Interp& interp, const Value& self, Args& args) {
  REALM_ASSIGN(const Dict more, build_dict(interp, "update", args));
  interp.pin(self);
  for (const Dict::Entry& entry : more.entries()) self.dict().set(entry.key, entry.value);
  return Value(nullptr);
}

Result<Value> clear(Interp&, const Value& self, Args& args) {
  REALM_TRY(bind_method(self, args, 0, 0));
  Dict old;
  std::swap(old, self.dict());
  return Value(nullptr);
}

Result<Value> copy(Interp& interp, const Value& self, Args& args) {
  REALM_TRY(bind_method(self, args, 0, 0));
  REALM_TRY(interp.charge(2 * self.dict().size()));
  return Value(Dict(self.dict()));
}

Result<Value> from_keys(Interp& interp, const Value& self, Args& args) {
  REALM_ASSIGN(const auto a, bind_method(self, args, 1, 2));
  REALM_ASSIGN(const Value::List keys, to_list(interp, a[0]));
  Dict dict;
  for (const Value& key : keys) {
    REALM_TRY(check_hashable(key));
    dict.set(key, a[1].missing() ? Value(nullptr) : a[1]);
  }
  return Value(std::move(dict));
}

}  // namespace

Result<Dict> build_dict(Interp& interp, std::string_view function, Args& args) {
  if (args.list.size() > 1) {
    return type_error(str(function, " expected at most 1 argument, got ", args.list.size()));
  }
  Dict out;
  if (!args.list.empty()) {
    const Value& source = args.list[0];
    if (source.is_dict()) {
      REALM_TRY(interp.charge(2 * source.dict().size()));
      out = source.dict();
    } else {
      REALM_ASSIGN(const Value::List pairs, to_list(interp, source));
      for (std::size_t i = 0; i < pairs.size(); ++i) {
        if (pairs[i].is_none() || pairs[i].is_number()) {
          return type_error(
              str("cannot convert dictionary update sequence element #", i, " to a sequence"));
        }
        REALM_ASSIGN(const Value::List pair, to_list(interp, pairs[i]));
        if (pair.size() != 2) {
          return type_error(str("dictionary update sequence element #", i, " has length ",
                                pair.size(), "; 2 is required"));
        }
        REALM_TRY(check_hashable(pair[0]));
        out.set(pair[0], pair[1]);
      }
    }
  }
  for (auto& [name, value] : args.named) {
    REALM_TRY(interp.charge(2));
    out.set(Value(name), std::move(value));
  }
  return out;
}

Function::Body find_dict_method(std::string_view name) {
  struct Entry {
    std::string_view name;
    Function::Body body;
  };
  static constexpr Entry kTable[] = {
      {"get", get},
      {"items", view<DictPart::kItems>},
      {"keys", view<DictPart::kKeys>},
      {"values", view<DictPart::kValues>},
      {"pop", pop},
      {"popitem", pop_item},
      {"setdefault", set_default},
      {"update", update},
      {"clear", clear},
      {"copy", copy},
      {"fromkeys", from_keys},
  };
  for (const Entry& entry : kTable) {
    if (entry.name == name) return entry.body;
  }
  return nullptr;
}

}  // namespace realm::jinja
