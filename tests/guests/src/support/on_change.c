// What the guests that are told of changes do with them: the bucket "told" gets, under the same
// key, a line for each; `trap`, `trap once` and a number are values that do more.
#include "guest.h"
#include "guest_libc.h"

#define STORE(name) wasi_keyvalue_store_##name

static guest_string_t text_of(const char *text) {
  return (guest_string_t){(uint8_t *)text, strlen(text)};
}

static bool is(guest_list_u8_t *value, const char *text) {
  return value->len == strlen(text) && memcmp(value->ptr, text, value->len) == 0;
}

static void require(bool fine) {
  if (!fine) __builtin_trap();
}

static STORE(own_bucket_t) open_told(void) {
  guest_string_t name = text_of("told");
  STORE(own_bucket_t) told;
  STORE(error_t) error;
  require(STORE(open)(&name, &told, &error));
  return told;
}

/** Puts `what` and the bytes behind it, and a line's end, after what is told of the key so far. */
static void tell(guest_string_t *key, const char *what, guest_list_u8_t *bytes) {
  STORE(own_bucket_t) told = open_told();
  STORE(borrow_bucket_t) bucket = STORE(borrow_bucket)(told);
  STORE(error_t) error;
  guest_option_list_u8_t before = {false};
  require(STORE(method_bucket_get)(bucket, key, &before, &error));
  size_t kept = before.is_some ? before.val.len : 0, length = strlen(what);
  guest_list_u8_t after = {malloc(kept + length + bytes->len + 1), 0};
  if (kept > 0) memcpy(after.ptr, before.val.ptr, kept);
  memcpy(after.ptr + kept, what, length);
  memcpy(after.ptr + kept + length, bytes->ptr, bytes->len);
  after.len = kept + length + bytes->len + 1;
  after.ptr[after.len - 1] = '\n';
  require(STORE(method_bucket_set)(bucket, key, &after, &error));
  STORE(bucket_drop_own)(told);
}

/** How often a key was told with a value that traps, this time among them. */
static uint64_t times(guest_string_t *key) {
  STORE(own_bucket_t) told = open_told();
  guest_string_t counter = {malloc(key->len + 6), key->len + 6};
  memcpy(counter.ptr, "times:", 6);
  memcpy(counter.ptr + 6, key->ptr, key->len);
  uint64_t count;
  STORE(error_t) error;
  require(wasi_keyvalue_atomics_increment(STORE(borrow_bucket)(told), &counter, 1, &count, &error));
  STORE(bucket_drop_own)(told);
  return count;
}

/** A digit counts down to 0 in the bucket that was handed over: each write is a change of its own. */
static void count_down(STORE(own_bucket_t) bucket, guest_string_t *key, guest_list_u8_t *value) {
  if (value->len != 1 || value->ptr[0] < '1' || value->ptr[0] > '9') return;
  uint8_t digit = value->ptr[0] - 1;
  guest_list_u8_t next = {&digit, 1};
  STORE(error_t) error;
  require(STORE(method_bucket_set)(STORE(borrow_bucket)(bucket), key, &next, &error));
}

void exports_wasi_keyvalue_watcher_on_set(
    exports_wasi_keyvalue_watcher_own_bucket_t bucket, guest_string_t *key, guest_list_u8_t *value) {
  guest_string_t context = text_of("on-set");
  wasi_logging_logging_log(WASI_LOGGING_LOGGING_LEVEL_INFO, &context, key);
  if (is(value, "trap") || is(value, "trap once")) {
    if (times(key) == 1 || is(value, "trap")) __builtin_trap();
  }
  tell(key, "set ", value);
  count_down(bucket, key, value);
  STORE(bucket_drop_own)(bucket);
}

void exports_wasi_keyvalue_watcher_on_delete(
    exports_wasi_keyvalue_watcher_own_bucket_t bucket, guest_string_t *key) {
  guest_list_u8_t none = {NULL, 0};
  tell(key, "deleted", &none);
  STORE(bucket_drop_own)(bucket);
}
