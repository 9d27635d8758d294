// A guest that does wrong, in one way a path. Whatever it does is to cost its own request at
// most. `/` lists the ways.
#include "misbehave.h"
#include "text.h"

#ifndef BUCKET
#define BUCKET "in_memory"
#endif

int realloc_mode = REALLOC_WELL;

// In place of the bindings' own, which is weak.
__attribute__((export_name("cabi_realloc")))
void *cabi_realloc(void *old, size_t old_size, size_t align, size_t new_size) {
  (void)old_size;
  switch (realloc_mode) {
    case REALLOC_OUT_OF_BOUNDS: return (void *)0xfffffff0;
    case REALLOC_MISALIGNED: return (char *)malloc(new_size + 8) + 1;
    case REALLOC_TRAP: __builtin_trap();
    default: return new_size == 0 ? (void *)align : realloc(old, new_size);
  }
}

void answer_survived(outparam_t out) { reply_text(out, 200, "survived\n", 9); }

wasi_keyvalue_store_borrow_bucket_t open_bucket(void) {
  wasi_keyvalue_store_own_bucket_t bucket;
  wasi_keyvalue_store_error_t error;
  guest_string_t name = str(BUCKET);
  if (!wasi_keyvalue_store_open(&name, &bucket, &error)) __builtin_trap();
  return wasi_keyvalue_store_borrow_bucket(bucket);
}

pollable_t timer(uint64_t nanoseconds) { return wasi_clocks_monotonic_clock_subscribe_duration(nanoseconds); }

static const route_t *const TABLES[] = {TRAPS, RESPONSES, HANDLES, MEMORY};

static void index(outparam_t out) {
  text_t text = {0};
  for (size_t i = 0; i < 4; i++) {
    for (const route_t *route = TABLES[i]; route->path != NULL; route++) {
      text_add(&text, route->path);
      text_add(&text, "\n");
    }
  }
  reply_text(out, 200, text.ptr, text.len);
}

void exports_wasi_http_incoming_handler_handle(request_t request, outparam_t out) {
  guest_string_t target = request_target(request), path = target_path(target);
  HTTP(incoming_request_drop_own)(request);
  for (size_t i = 0; i < 4; i++) {
    for (const route_t *route = TABLES[i]; route->path != NULL; route++) {
      if (str_is(path, route->path)) {
        route->fault(target, out);
        return;
      }
    }
  }
  if (str_is(path, "/ok")) {
    reply_text(out, 200, "ok\n", 3);
  } else {
    index(out);
  }
}
