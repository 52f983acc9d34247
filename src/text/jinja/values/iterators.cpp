#include "text/jinja/values/iterators.hpp"

#include "base/str.hpp"
#include "text/jinja/values/unicode.hpp"

namespace realm::jinja {
namespace {

class SequenceIterator final : public Iterator {
 public:
  explicit SequenceIterator(Value sequence) : sequence_(std::move(sequence)) {}
  std::string type_name() const override {
    return sequence_.is_tuple() ? "tuple_iterator" : "list_iterator";
  }
  Result<Value> next(Interp& interp) override {
    REALM_TRY(interp.charge());
    if (!sequence_.is_list() && !sequence_.is_tuple()) return Value();
    if (at_ >= sequence_.items().size()) return Value();
    return Value(sequence_.items()[at_++]);
  }
  void take_children(std::vector<Value>& out) override { out.push_back(std::move(sequence_)); }

 private:
  Value sequence_;
  std::size_t at_ = 0;
};

class StringIterator final : public Iterator {
 public:
  explicit StringIterator(Value text) : text_(std::move(text)) {}
  std::string type_name() const override { return "str_iterator"; }
  Result<Value> next(Interp& interp) override {
    REALM_TRY(interp.charge());
    const std::string& text = text_.string();
    if (at_ >= text.size()) return Value();
    const std::size_t start = at_;
    unicode::next(text, at_);
    return Value(text.substr(start, at_ - start));
  }

 private:
  Value text_;
  std::size_t at_ = 0;
};

class RangeIterator final : public Iterator {
 public:
  explicit RangeIterator(Value range) : range_(std::move(range)) {}
  std::string type_name() const override { return "range_iterator"; }
  Result<Value> next(Interp& interp) override {
    REALM_TRY(interp.charge());
    const Range* range = range_.as<Range>();
    if (!range || at_ >= range->count()) return Value();
    return Value(range->at(at_++));
  }
  void take_children(std::vector<Value>& out) override { out.push_back(std::move(range_)); }

 private:
  Value range_;
  std::int64_t at_ = 0;
};

class DictIterator final : public Iterator {
 public:
  DictIterator(Value dict, DictPart part)
      : dict_(std::move(dict)), part_(part), size_(dict_.dict().size()) {}
  std::string type_name() const override {
    return part_ == DictPart::kItems    ? "dict_itemiterator"
           : part_ == DictPart::kValues ? "dict_valueiterator"
                                        : "dict_keyiterator";
  }
  Result<Value> next(Interp& interp) override {
    REALM_TRY(interp.charge());
    if (!dict_.is_dict()) return Value();
    const auto& entries = dict_.dict().entries();
    if (entries.size() != size_) return type_error("dictionary changed size during iteration");
    if (at_ >= entries.size()) return Value();
    const Dict::Entry& entry = entries[at_++];
    if (part_ == DictPart::kKeys) return Value(entry.key);
    if (part_ == DictPart::kValues) return Value(entry.value);
    return Value::tuple({entry.key, entry.value});
  }
  void take_children(std::vector<Value>& out) override { out.push_back(std::move(dict_)); }

 private:
  Value dict_;
  DictPart part_;
  std::size_t size_;
  std::size_t at_ = 0;
};

}  // namespace

Range::Range(std::int64_t start, std::int64_t stop, std::int64_t step)
    : start_(start), stop_(stop), step_(step) {
  // Unsigned differences: they hold for every pair of 64-bit bounds.
  const auto from = static_cast<std::uint64_t>(start);
  const auto to = static_cast<std::uint64_t>(stop);
  std::uint64_t count = 0;
  if (step > 0 && start < stop) count = (to - from - 1) / static_cast<std::uint64_t>(step) + 1;
  if (step < 0 && start > stop)
    count = (from - to - 1) / (0 - static_cast<std::uint64_t>(step)) + 1;
  constexpr std::uint64_t kMost = std::uint64_t{1} << 62;
  count_ = static_cast<std::int64_t>(count < kMost ? count : kMost);
}

Result<std::string> Range::repr(Interp&) {
  if (step_ == 1) return str("range(", start_, ", ", stop_, ")");
  return str("range(", start_, ", ", stop_, ", ", step_, ")");
}

Result<Value> Range::attribute(Interp&, const Value&, std::string_view name) {
  if (name == "start") return Value(start_);
  if (name == "stop") return Value(stop_);
  if (name == "step") return Value(step_);
  return Value();
}

Result<Value> Range::item(Interp&, const Value& key) {
  if (!key.is_integer()) return Value();
  std::int64_t index = key.integer();
  if (index < 0) index += count_;
  if (index < 0 || index >= count_) return Value();
  return Value(at(index));
}

Result<Value> Range::iterate(Interp&) {
  return make_dynamic<RangeIterator>(make_dynamic<Range>(start_, stop_, step_));
}

bool Range::equals(const Dynamic& other) const {
  const auto* range = dynamic_cast<const Range*>(&other);
  if (!range || range->count_ != count_) return false;
  return count_ == 0 || (start_ == range->start_ && (count_ == 1 || step_ == range->step_));
}

bool Range::contains(std::int64_t value) const {
  if (count_ == 0) return false;
  const std::int64_t first = start_;
  const std::int64_t last = at(count_ - 1);
  if (value < (step_ > 0 ? first : last) || value > (step_ > 0 ? last : first)) return false;
  const auto distance = static_cast<std::uint64_t>(value) - static_cast<std::uint64_t>(first);
  const auto stride = static_cast<std::uint64_t>(step_);
  return (step_ > 0 ? distance % stride : (0 - distance) % (0 - stride)) == 0;
}

Value Range::slice(const SliceRange& range) const {
  const std::uint64_t step =
      static_cast<std::uint64_t>(step_) * static_cast<std::uint64_t>(range.step);
  return make_dynamic<Range>(at(range.start), at(range.stop), static_cast<std::int64_t>(step));
}

std::string DictView::type_name() const {
  return part_ == DictPart::kItems    ? "dict_items"
         : part_ == DictPart::kValues ? "dict_values"
                                      : "dict_keys";
}

Result<std::string> DictView::repr(Interp& interp) {
  REALM_ASSIGN(Value iterator, iterate(interp));
  REALM_ASSIGN(Value::List items, to_list(interp, iterator));
  REALM_ASSIGN(std::string list, jinja::repr(interp, Value(std::move(items))));
  return str(type_name(), "(", list, ")");
}

Result<Value> DictView::iterate(Interp&) { return make_iterator(dict_, part_); }

Result<std::optional<std::int64_t>> DictView::length(Interp&) {
  return std::optional(static_cast<std::int64_t>(dict_.dict().size()));
}

Value make_iterator(const Value& container, DictPart part) {
  if (container.is_string()) return make_dynamic<StringIterator>(container);
  if (container.is_dict()) return make_dynamic<DictIterator>(container, part);
  return make_dynamic<SequenceIterator>(container);
}

Result<Value> ReverseIterator::next(Interp& interp) {
  REALM_TRY(interp.charge());
  if (items_.empty()) return Value();
  Value last = std::move(items_.back());
  items_.pop_back();
  return last;
}

void ReverseIterator::take_children(std::vector<Value>& out) {
  for (Value& item : items_) out.push_back(std::move(item));
  items_.clear();
}

}  // namespace realm::jinja
