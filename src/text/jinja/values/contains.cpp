// `item in container`.
#include "base/str.hpp"
#include "text/jinja/values/iterators.hpp"
#include "text/jinja/values/operators.hpp"
#include "text/jinja/values/set.hpp"

namespace realm::jinja {

Result<bool> contains(Interp& interp, const Value& container, const Value& item) {
  if (container.is_string()) {
    if (!item.is_string()) {
      return type_error(
          str("'in <string>' requires string as left operand, not ", type_name(item)));
    }
    REALM_TRY(interp.charge_bytes(container.string().size()));
    return container.string().find(item.string()) != std::string::npos;
  }
  const DictView* view = container.as<DictView>();
  if (container.is_dict() || (view && view->part() == DictPart::kKeys)) {
    REALM_TRY(check_hashable(item));
    REALM_TRY(interp.charge());
    const Value& dict = view ? view->dict() : container;
    return dict.dict().find(item) != nullptr;
  }
  if (const Set* set = container.as<Set>()) {
    REALM_TRY(check_hashable(item));
    REALM_TRY(interp.charge());
    return set->items().find(item) != nullptr;
  }
  if (view && view->part() == DictPart::kItems) {
    if (!item.is_tuple() || item.items().size() != 2) return false;
    REALM_TRY(check_hashable(item.items()[0]));
    const Value* value = view->dict().dict().find(item.items()[0]);
    return value ? equal(interp, *value, item.items()[1]) : false;
  }
  if (const Range* range = container.as<Range>(); range && item.is_integer()) {
    return range->contains(item.integer());
  }
  if (!container.is_list() && !container.is_tuple() && !container.is_undefined() &&
      !(container.is(Kind::kDynamic) && container.dynamic().iterable())) {
    return type_error(str("argument of type '", type_name(container), "' is not iterable"));
  }
  REALM_ASSIGN(const Value iterator, iterate(interp, container));
  for (;;) {
    REALM_ASSIGN(const Value value, iterator.as<Iterator>()->next(interp));
    if (value.missing()) return false;
    REALM_ASSIGN(const bool same, equal(interp, value, item));
    if (same) return true;
  }
}

}  // namespace realm::jinja
