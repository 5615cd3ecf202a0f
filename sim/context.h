// ContextVar<T>: a variable with a value of its own in each task (PEP 567). A task, and a callback,
// gets a copy of the context it was scheduled from; what it sets is seen by it and by what it
// schedules afterwards, and by nobody else.
//
//   sim::ContextVar<int> request_id("request_id", 0);
//   auto token = request_id.set(7);
//   ... request_id.get() ...
//   request_id.reset(token);
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "sim/ref.h"

namespace sim {

namespace internal {

// An immutable list of bindings; setting a variable makes a new head. Null is the empty context.
class Context {
 public:
  virtual ~Context() = default;
  virtual Context* clone() const = 0;
  void retain() { ++refs_; }
  void release() {
    if (--refs_ == 0) delete this;
  }

  const void* variable = nullptr;
  Ref<Context> rest;

 private:
  std::uint32_t refs_ = 0;
};

template <class T>
class Binding final : public Context {
 public:
  Binding(const void* of, T v) : value(std::move(v)) { variable = of; }
  Context* clone() const override { return new Binding(variable, value); }
  T value;
};

// The context of the running task or callback; outside a run, the thread's.
Ref<Context>& current_context();
const Context* find_binding(const Context* context, const void* variable);
// The same context but for `variable`: at most one binding of each, however often it is set.
Ref<Context> without(const Ref<Context>& context, const void* variable);

}  // namespace internal

template <class T>
class ContextVar {
 public:
  // What set() returns: the context as it was, to be given to reset().
  class Token {
   private:
    friend class ContextVar;
    Token(const ContextVar* variable, internal::Ref<internal::Context> before)
        : variable_(variable), before_(std::move(before)) {}
    const ContextVar* variable_;
    internal::Ref<internal::Context> before_;
    bool used_ = false;
  };

  explicit ContextVar(std::string name) : name_(std::move(name)) {}
  ContextVar(std::string name, T fallback)
      : name_(std::move(name)), fallback_(std::move(fallback)) {}
  ContextVar(const ContextVar&) = delete;
  ContextVar& operator=(const ContextVar&) = delete;

  const std::string& name() const { return name_; }

  // The value here; without one, the variable's default. Throws std::out_of_range (asyncio's
  // LookupError) when there is neither.
  T get() const {
    if (const T* value = find()) return *value;
    if (fallback_) return *fallback_;
    throw std::out_of_range("the context variable " + name_ + " has no value here");
  }
  T get(T otherwise) const {
    const T* value = find();
    return value != nullptr ? *value : otherwise;
  }
  Token set(T value) {
    internal::Ref<internal::Context>& context = internal::current_context();
    Token token(this, context);
    bind(context, std::move(value));
    return token;
  }
  // Gives the variable the value it had before the set() that made the token. Throws
  // std::invalid_argument for another variable's token, std::runtime_error for a used one.
  void reset(Token& token) {
    if (token.variable_ != this) {
      throw std::invalid_argument("the token was made by another variable than " + name_);
    }
    if (token.used_) throw std::runtime_error("the token of " + name_ + " has been used already");
    token.used_ = true;
    const auto* before = internal::find_binding(token.before_.get(), this);
    bind(internal::current_context(), before != nullptr ? value_of(before) : std::nullopt);
  }

 private:
  const T* find() const {
    const auto* found = internal::find_binding(internal::current_context().get(), this);
    if (found == nullptr) return nullptr;
    const std::optional<T>& value = value_of(found);
    return value ? &*value : nullptr;
  }
  void bind(internal::Ref<internal::Context>& context, std::optional<T> value) {
    internal::Ref<internal::Context> binding(
        new internal::Binding<std::optional<T>>(this, std::move(value)));
    binding->rest = internal::without(context, this);
    context = std::move(binding);
  }
  static const std::optional<T>& value_of(const internal::Context* binding) {
    return static_cast<const internal::Binding<std::optional<T>>*>(binding)->value;
  }

  std::string name_;
  std::optional<T> fallback_;
};

}  // namespace sim
