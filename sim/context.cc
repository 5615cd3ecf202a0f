#include "sim/context.h"

namespace sim::internal {

const Context* find_binding(const Context* context, const void* variable) {
  while (context != nullptr && context->variable != variable) context = context->rest.get();
  return context;
}

Ref<Context> without(const Ref<Context>& context, const void* variable) {
  const Context* found = find_binding(context.get(), variable);
  if (found == nullptr) return context;
  Ref<Context> kept;
  Ref<Context>* tail = &kept;
  for (const Context* c = context.get(); c != found; c = c->rest.get()) {
    *tail = Ref<Context>(c->clone());
    tail = &(*tail)->rest;
  }
  *tail = found->rest;
  return kept;
}

}  // namespace sim::internal
