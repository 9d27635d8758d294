// Serves other components, and asks acme:math itself: host resources that are handed to it,
// and a resource of its own.
#include "guest.h"
#include "guest_libc.h"

#define UPPER(name) exports_acme_text_upper_##name
#define TALLY(name) exports_acme_text_tally_##name
#define KV(name) wasi_keyvalue_store_##name

static uint32_t calls;

static void to_upper(uint8_t *bytes, size_t length) {
  for (size_t i = 0; i < length; i++) {
    if (bytes[i] >= 'a' && bytes[i] <= 'z') bytes[i] -= 32;
  }
}

void UPPER(upper)(guest_string_t *text, guest_string_t *ret) {
  calls = acme_math_add_add(calls, 1);
  to_upper(text->ptr, text->len);
  *ret = *text;
}

uint64_t UPPER(pour)(UPPER(borrow_input_stream_t) source, UPPER(borrow_output_stream_t) sink) {
  uint64_t poured = 0;
  size_t mark = arena_mark();
  guest_list_u8_t bytes;
  wasi_io_streams_stream_error_t error;
  while (wasi_io_streams_method_input_stream_blocking_read(source, 4096, &bytes, &error)) {
    to_upper(bytes.ptr, bytes.len);
    if (!wasi_io_streams_method_output_stream_blocking_write_and_flush(sink, &bytes, &error)) break;
    poured += bytes.len;
    arena_reset(mark);
  }
  wasi_io_streams_input_stream_drop_borrow(source);
  wasi_io_streams_output_stream_drop_borrow(sink);
  return poured;
}

bool UPPER(open)(guest_string_t *name, UPPER(own_bucket_t) *ret, guest_string_t *err) {
  KV(error_t) error;
  if (KV(open)(name, ret, &error)) return true;
  guest_string_dup(err, error.tag == WASI_KEYVALUE_STORE_ERROR_NO_SUCH_STORE ? "no such store" : "other");
  return false;
}

bool UPPER(put)(UPPER(borrow_bucket_t) bucket, guest_string_t *key, guest_string_t *value) {
  KV(error_t) error;
  guest_list_u8_t bytes = {value->ptr, value->len};
  bool put = KV(method_bucket_set)(bucket, key, &bytes, &error);
  KV(bucket_drop_borrow)(bucket);
  return put;
}

bool UPPER(close)(UPPER(own_bucket_t) bucket) {
  guest_string_t key = {(uint8_t *)"key", 3};
  KV(error_t) error;
  bool ret = false;
  bool there = KV(method_bucket_exists)(KV(borrow_bucket)(bucket), &key, &ret, &error);
  KV(bucket_drop_own)(bucket);
  return there && ret;
}

void UPPER(keep)(UPPER(borrow_bucket_t) bucket) {}

bool UPPER(setting)(guest_string_t *name, guest_string_t *ret) {
  guest_option_string_t value = {false};
  wasi_config_0_2_0_rc_1_store_error_t error;
  bool got = wasi_config_0_2_0_rc_1_store_get(name, &value, &error);
  if (got && value.is_some) *ret = value.val;
  return got && value.is_some;
}

bool UPPER(variable)(guest_string_t *name, guest_string_t *ret) {
  guest_list_tuple2_string_string_t all;
  wasi_cli_environment_get_environment(&all);
  for (size_t i = 0; i < all.len; i++) {
    if (all.ptr[i].f0.len != name->len || memcmp(all.ptr[i].f0.ptr, name->ptr, name->len) != 0) continue;
    *ret = all.ptr[i].f1;
    return true;
  }
  return false;
}

uint32_t UPPER(calls)(void) { return ++calls; }

void UPPER(say)(guest_string_t *text) {
  wasi_io_streams_own_output_stream_t out = wasi_cli_stdout_get_stdout();
  guest_list_u8_t bytes = {text->ptr, text->len};
  wasi_io_streams_stream_error_t error;
  wasi_io_streams_method_output_stream_blocking_write_and_flush(
    wasi_io_streams_borrow_output_stream(out), &bytes, &error);
  wasi_io_streams_output_stream_drop_own(out);
}

void UPPER(far_trap)(void) { acme_math_add_trap(); }

struct TALLY(tally_t) {
  uint32_t count;
};

static uint32_t freed;

TALLY(own_tally_t) TALLY(constructor_tally)(uint32_t start) {
  TALLY(tally_t) *tally = malloc(sizeof *tally);
  tally->count = start;
  return TALLY(tally_new)(tally);
}

uint32_t TALLY(method_tally_bump)(TALLY(borrow_tally_t) self, uint32_t by) {
  self->count = acme_math_add_add(self->count, by);
  return self->count;
}

TALLY(own_tally_t) TALLY(static_tally_joined)(TALLY(own_tally_t) a, TALLY(borrow_tally_t) b) {
  uint32_t both = TALLY(tally_rep)(a)->count + b->count;
  TALLY(tally_drop_own)(a);
  return TALLY(constructor_tally)(both);
}

uint32_t TALLY(take)(TALLY(own_tally_t) tally) {
  uint32_t count = TALLY(tally_rep)(tally)->count;
  TALLY(tally_drop_own)(tally);
  return count;
}

bool TALLY(best)(TALLY(list_borrow_tally_t) *tallies, uint32_t *ret) {
  *ret = 0;
  for (size_t i = 0; i < tallies->len; i++) {
    if (tallies->ptr[i]->count > *ret) *ret = tallies->ptr[i]->count;
  }
  return tallies->len > 0;
}

uint32_t TALLY(freed)(void) { return freed; }

// Asks another component, and so waits.
void TALLY(tally_destructor)(TALLY(tally_t) *tally) { freed = acme_math_add_add(freed, 1); }
