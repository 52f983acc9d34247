// Errors as values. Every call of Realm that can fail returns a Result<T>; the library never throws
// on purpose, prints, aborts or exits.
//
// Result<T> carries std::expected's member names (has_value, value, error, operator*), so that it
// can become an alias of it once the oldest supported compiler has one.
// Thread-safety: values; as safe as a std::string.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace realm {

/// What the caller can do about a failure. Few on purpose; the story is in the message.
enum class Code {
  kInvalidArgument,  ///< the request itself is wrong; repeating it cannot help
  kNotFound,         ///< a file, model, tensor or device that was named does not exist
  kCorruptFile,      ///< the file contradicts itself or its format
  kUnsupported,      ///< well-formed, but outside what this build or device can do
  kOutOfMemory,      ///< memory of the host or of a device does not suffice
  kDeviceLost,       ///< the device failed; its buffers are gone
  kCancelled,        ///< stopped on the caller's request
  kBusy,             ///< as much is waiting as may wait: the same request may be taken later
  kInternal,         ///< a broken invariant of Realm itself: please report
};

/// "invalid argument", "corrupt file", ...
const char* to_string(Code code);

/// A failure with its story: where, what was found, what was expected.
struct Error {
  Code code = Code::kInternal;
  std::string message;

  /// The same error with "where: " in front, added on the way up.
  Error in(const std::string& where) && {
    message.insert(0, where + ": ");
    return std::move(*this);
  }
};

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}      // NOLINT: implicit
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT: implicit

  bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }
  /// Precondition of value(), * and ->: has_value(). Of error(): !has_value().
  T& value() & { return std::get<0>(state_); }
  const T& value() const& { return std::get<0>(state_); }
  T&& value() && { return std::get<0>(std::move(state_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  Error& error() & { return std::get<1>(state_); }
  const Error& error() const& { return std::get<1>(state_); }
  Error&& error() && { return std::get<1>(std::move(state_)); }

 private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}  // NOLINT: implicit

  bool has_value() const { return !error_; }
  explicit operator bool() const { return has_value(); }
  Error& error() & { return *error_; }
  const Error& error() const& { return *error_; }
  Error&& error() && { return *std::move(error_); }

 private:
  std::optional<Error> error_;
};

// Returns the error of `expr` from the enclosing function, or goes on.
#define REALM_TRY(expr)                                                            \
  do {                                                                             \
    auto&& realm_try_result = (expr);                                              \
    if (!realm_try_result.has_value()) return std::move(realm_try_result).error(); \
  } while (false)

#define REALM_CONCAT_(a, b) a##b
#define REALM_CONCAT(a, b) REALM_CONCAT_(a, b)
// `REALM_ASSIGN(auto x, f())`: x is f()'s value, or the enclosing function returns its error.
#define REALM_ASSIGN(lhs, expr) REALM_ASSIGN_(lhs, expr, REALM_CONCAT(realm_result_, __LINE__))
#define REALM_ASSIGN_(lhs, expr, tmp)                  \
  auto tmp = (expr);                                   \
  if (!tmp.has_value()) return std::move(tmp).error(); \
  lhs = std::move(tmp).value()

}  // namespace realm
