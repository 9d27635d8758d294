// Imports wasi:keyvalue/store three times: plain, as "cache" and as "user-sessions".
// /set?store=LABEL&bucket=NAME&key=KEY&value=VALUE  /get?store=LABEL&bucket=NAME&key=KEY
// /keys?store=LABEL&bucket=NAME; without "store" the plain import.
// /increment?bucket=NAME&key=KEY adds 1 by atomics, which is the plain import's.
// /mixed reads by the plain import from a bucket that "cache" has opened.
#include "text.h"

static const char *error_text(uint8_t tag) {
  switch (tag) {
    case WASI_KEYVALUE_STORE_ERROR_NO_SUCH_STORE: return "no-such-store";
    case WASI_KEYVALUE_STORE_ERROR_ACCESS_DENIED: return "access-denied";
    default: return "other";
  }
}

static void add_value(text_t *answer, guest_option_list_u8_t value) {
  if (value.is_some) text_bytes(answer, value.val.ptr, value.val.len);
  else text_add(answer, "none");
}

static void add_keys(text_t *answer, guest_list_string_t keys) {
  for (size_t i = 0; i < keys.len; i++) {
    text_string(answer, keys.ptr[i]);
    text_add(answer, "\n");
  }
}

// The bindings have types and functions of their own for each import, alike but for the name.
#define ANSWER_BY(import)                                                                                 \
  static void answer_by_##import(text_t *answer, guest_string_t target) {                                 \
    guest_string_t name = target_param(target, "bucket"), key = target_param(target, "key");              \
    guest_string_t path = target_path(target), given = target_param(target, "value");                     \
    import##_own_bucket_t own;                                                                            \
    import##_error_t error;                                                                               \
    if (!import##_open(&name, &own, &error)) return text_add(answer, error_text(error.tag));              \
    import##_borrow_bucket_t bucket = import##_borrow_bucket(own);                                        \
    bool done;                                                                                            \
    if (str_is(path, "/set")) {                                                                           \
      guest_list_u8_t value = {given.ptr, given.len};                                                     \
      done = import##_method_bucket_set(bucket, &key, &value, &error);                                    \
    } else if (str_is(path, "/keys")) {                                                                   \
      import##_key_response_t page;                                                                       \
      done = import##_method_bucket_list_keys(bucket, NULL, &page, &error);                               \
      if (done) add_keys(answer, page.keys);                                                              \
    } else {                                                                                              \
      guest_option_list_u8_t value;                                                                       \
      done = import##_method_bucket_get(bucket, &key, &value, &error);                                    \
      if (done) add_value(answer, value);                                                                 \
    }                                                                                                     \
    if (!done) text_add(answer, error_text(error.tag));                                                   \
    import##_bucket_drop_own(own);                                                                        \
  }

ANSWER_BY(wasi_keyvalue_store)
ANSWER_BY(cache)
ANSWER_BY(user_sessions)

static void increment(text_t *answer, guest_string_t target) {
  guest_string_t name = target_param(target, "bucket"), key = target_param(target, "key");
  wasi_keyvalue_store_own_bucket_t own;
  wasi_keyvalue_store_error_t error;
  uint64_t sum;
  if (!wasi_keyvalue_store_open(&name, &own, &error)) return text_add(answer, error_text(error.tag));
  if (wasi_keyvalue_atomics_increment(wasi_keyvalue_store_borrow_bucket(own), &key, 1, &sum, &error)) {
    text_number(answer, sum);
  } else text_add(answer, error_text(error.tag));
  wasi_keyvalue_store_bucket_drop_own(own);
}

static void mix(text_t *answer) {
  guest_string_t name = str("cache"), key = str("key");
  cache_own_bucket_t own;
  cache_error_t refused;
  wasi_keyvalue_store_error_t error;
  guest_option_list_u8_t value;
  if (!cache_open(&name, &own, &refused)) return text_add(answer, error_text(refused.tag));
  wasi_keyvalue_store_borrow_bucket_t other = {own.__handle};
  if (wasi_keyvalue_store_method_bucket_get(other, &key, &value, &error)) add_value(answer, value);
}

void exports_wasi_http_incoming_handler_handle(request_t request, outparam_t out) {
  size_t mark = arena_mark();
  text_t answer = {0};
  guest_string_t target = request_target(request), store = target_param(target, "store");
  HTTP(incoming_request_drop_own)(request);
  if (str_is(target_path(target), "/increment")) increment(&answer, target);
  else if (str_is(target_path(target), "/mixed")) mix(&answer);
  else if (str_is(store, "cache")) answer_by_cache(&answer, target);
  else if (str_is(store, "user-sessions")) answer_by_user_sessions(&answer, target);
  else answer_by_wasi_keyvalue_store(&answer, target);
  reply_text(out, 200, answer.ptr, answer.len);
  arena_reset(mark);
}
