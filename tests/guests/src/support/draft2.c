// GET /check?bucket=NAME calls every function and answers a line for each, 500 where one is wrong.
// POST /cas?bucket=NAME&key=KEY&value=VALUE takes a cas, answers "new", waits for the body's end
// and swaps; with &read it asks for the current value first. After a conflict it swaps the new cas.
// GET /twice swaps one cas twice, which the second time is no handle any more.
#include "draft2.h"

static text_t report;
static bool failed;

static void check(const char *what, bool holds) {
  text_add(&report, holds ? "ok " : "FAIL ");
  text_add(&report, what);
  text_add(&report, "\n");
  if (!holds) failed = true;
}

bool bytes_are(const uint8_t *bytes, size_t length, const char *expected) {
  return length == strlen(expected) && memcmp(bytes, expected, length) == 0;
}

static guest_list_u8_t list_of(const char *text) { return (guest_list_u8_t){(uint8_t *)text, strlen(text)}; }

static bool set_text(bucket_t bucket, guest_string_t key, const char *text) {
  KV(error_t) error;
  guest_list_u8_t value = list_of(text);
  return KV(method_bucket_set)(bucket, &key, &value, &error);
}

static bool value_is(bucket_t bucket, guest_string_t key, const char *text) {
  guest_option_list_u8_t value;
  KV(error_t) error;
  if (!KV(method_bucket_get)(bucket, &key, &value, &error)) return false;
  if (text == NULL || !value.is_some) return text == NULL && !value.is_some;
  return bytes_are(value.val.ptr, value.val.len, text);
}

static bool exists_is(bucket_t bucket, guest_string_t key, bool expected) {
  KV(error_t) error;
  bool answer;
  return KV(method_bucket_exists)(bucket, &key, &answer, &error) && answer == expected;
}

static bool delete(bucket_t bucket, guest_string_t key) {
  KV(error_t) error;
  return KV(method_bucket_delete)(bucket, &key, &error);
}

/** How often all pages list the key; -1 when one fails or there is no end to them. */
static int times_listed(bucket_t bucket, guest_string_t key) {
  KV(key_response_t) page;
  KV(error_t) error;
  guest_string_t cursor, *from = NULL;
  int times = 0;
  for (int pages = 0; pages < 1000; pages++) {
    if (!KV(method_bucket_list_keys)(bucket, from, &page, &error)) return -1;
    for (size_t i = 0; i < page.keys.len; i++) {
      guest_string_t listed = page.keys.ptr[i];
      if (listed.len == key.len && memcmp(listed.ptr, key.ptr, key.len) == 0) times++;
    }
    if (!page.cursor.is_some) return times;
    cursor = page.cursor.val;
    from = &cursor;
  }
  return -1;
}

static void check_store(bucket_t bucket) {
  guest_string_t key = str("store"), forged = str("no cursor that was given out");
  KV(key_response_t) page;
  KV(error_t) error;
  check("[method]bucket.set", set_text(bucket, key, "first") && set_text(bucket, key, "second"));
  check("[method]bucket.get", value_is(bucket, key, "second") && value_is(bucket, str("missing"), NULL));
  check("[method]bucket.exists", exists_is(bucket, key, true) && exists_is(bucket, str("missing"), false));
  check("[method]bucket.list-keys", times_listed(bucket, key) == 1 && times_listed(bucket, str("missing")) == 0);
  check("a forged cursor is an error", !KV(method_bucket_list_keys)(bucket, &forged, &page, &error) &&
          error.tag == WASI_KEYVALUE_STORE_ERROR_OTHER);
  check("[method]bucket.delete", delete(bucket, key) && value_is(bucket, key, NULL) && delete(bucket, key));
}

static bool increment(bucket_t bucket, guest_string_t key, int64_t delta, int64_t expected) {
  ATOMICS(error_t) error;
  int64_t sum;
  return ATOMICS(increment)(bucket, &key, delta, &sum, &error) && sum == expected;
}

static bool increment_fails(bucket_t bucket, guest_string_t key, int64_t delta) {
  ATOMICS(error_t) error;
  int64_t sum;
  return !ATOMICS(increment)(bucket, &key, delta, &sum, &error) && error.tag == WASI_KEYVALUE_STORE_ERROR_OTHER;
}

static void check_increment(bucket_t bucket) {
  guest_string_t key = str("counter"), text = str("text");
  check("increment", increment(bucket, key, -5, -5) && increment(bucket, key, 47, 42) && increment(bucket, key, 0, 42));
  check("a counter is decimal digits", value_is(bucket, key, "42") && set_text(bucket, key, "-100") &&
          increment(bucket, key, 1, -99));
  check("an overflow is an error", increment(bucket, key, INT64_MIN + 99, INT64_MIN) &&
          increment_fails(bucket, key, -1) && value_is(bucket, key, "-9223372036854775808"));
  check("a text is no counter", set_text(bucket, text, "no number") && increment_fails(bucket, text, 1) &&
          value_is(bucket, text, "no number"));
  delete(bucket, key);
  delete(bucket, text);
}

static ATOMICS(own_cas_t) new_cas(bucket_t bucket, guest_string_t key) {
  ATOMICS(own_cas_t) cas = {0};
  ATOMICS(error_t) error;
  check("[static]cas.new", ATOMICS(static_cas_new)(bucket, &key, &cas, &error));
  return cas;
}

static bool current_is(ATOMICS(own_cas_t) cas, const char *text) {
  guest_option_list_u8_t value;
  ATOMICS(error_t) error;
  if (!ATOMICS(method_cas_current)(ATOMICS(borrow_cas)(cas), &value, &error)) return false;
  if (text == NULL || !value.is_some) return text == NULL && !value.is_some;
  return bytes_are(value.val.ptr, value.val.len, text);
}

static bool swap(ATOMICS(own_cas_t) cas, const char *text) {
  ATOMICS(cas_error_t) error;
  guest_list_u8_t value = list_of(text);
  return ATOMICS(swap)(cas, &value, &error);
}

static bool swap_conflicts(ATOMICS(own_cas_t) cas, ATOMICS(own_cas_t) *latest) {
  ATOMICS(cas_error_t) error;
  guest_list_u8_t value = list_of("never stored");
  if (ATOMICS(swap)(cas, &value, &error) || error.tag != WASI_KEYVALUE_ATOMICS_CAS_ERROR_CAS_FAILED) return false;
  *latest = error.val.cas_failed;
  return true;
}

static void check_cas(bucket_t bucket) {
  guest_string_t key = str("cas");
  ATOMICS(own_cas_t) cas = new_cas(bucket, key), unused = new_cas(bucket, key), latest = {0};
  check("[method]cas.current of a missing key", current_is(cas, NULL));
  check("swap of a missing key", swap(cas, "A") && value_is(bucket, key, "A"));
  check("swap of a key made meanwhile conflicts", swap_conflicts(unused, &latest) && value_is(bucket, key, "A"));
  check("the cas of a conflict is at the latest value", swap(latest, "B") && value_is(bucket, key, "B"));
  cas = new_cas(bucket, key);
  set_text(bucket, key, "A");
  set_text(bucket, key, "B");
  check("A to B to A conflicts", swap_conflicts(cas, &latest) && value_is(bucket, key, "B"));
  set_text(bucket, key, "C");
  check("[method]cas.current", current_is(latest, "C"));
  check("swap after current", swap(latest, "D") && value_is(bucket, key, "D"));
  cas = new_cas(bucket, key);
  delete(bucket, key);
  check("swap of a deleted key conflicts", swap_conflicts(cas, &latest) && value_is(bucket, key, NULL));
  check("the cas of a deleted key makes it", swap(latest, "E") && value_is(bucket, key, "E"));
  ATOMICS(cas_drop_own)(new_cas(bucket, key));
  delete(bucket, key);
}

static void check_batch(bucket_t bucket) {
  guest_string_t first = str("batch/1"), second = str("batch/2"), missing = str("batch/missing");
  guest_tuple2_string_list_u8_t pairs[2] = {{first, list_of("one")}, {second, list_of("")}};
  guest_list_tuple2_string_list_u8_t entries = {pairs, 2};
  guest_string_t keys[3] = {first, missing, second};
  guest_list_string_t gone = {keys, 3};
  BATCH(error_t) error;
  check("set-many", BATCH(set_many)(bucket, &entries, &error) && value_is(bucket, first, "one"));
  check("get-many", get_many_is_right(bucket, first, missing, second));
  check("delete-many", BATCH(delete_many)(bucket, &gone, &error) && value_is(bucket, first, NULL) &&
          value_is(bucket, second, NULL));
}

static void write_text(reply_t *reply, const char *text) { reply_write(reply, text, strlen(text)); }

static void write_value(reply_t *reply, const char *what, guest_option_list_u8_t value) {
  text_t line = {0};
  text_add(&line, what);
  if (value.is_some) text_bytes(&line, value.val.ptr, value.val.len);
  else text_add(&line, "none");
  text_add(&line, "\n");
  reply_write(reply, line.ptr, line.len);
}

static void write_error(reply_t *reply, const char *what, KV(error_t) error) {
  write_text(reply, what);
  switch (error.tag) {
    case WASI_KEYVALUE_STORE_ERROR_NO_SUCH_STORE: return write_text(reply, " no-such-store\n");
    case WASI_KEYVALUE_STORE_ERROR_ACCESS_DENIED: return write_text(reply, " access-denied\n");
    default: write_text(reply, " other\n");
  }
}

/** Waits for the end of the request's body: the client says when to go on. */
static void wait_for_end(request_t request) {
  HTTP(own_incoming_body_t) body;
  input_t stream;
  guest_list_u8_t bytes;
  IO(stream_error_t) error;
  HTTP(method_incoming_request_consume)(HTTP(borrow_incoming_request)(request), &body);
  HTTP(method_incoming_body_stream)(HTTP(borrow_incoming_body)(body), &stream);
  while (IO(method_input_stream_blocking_read)(IO(borrow_input_stream)(stream), 4096, &bytes, &error)) {}
  IO(input_stream_drop_own)(stream);
  HTTP(incoming_body_drop_own)(body);
}

static void write_current(reply_t *reply, ATOMICS(own_cas_t) cas) {
  guest_option_list_u8_t value;
  ATOMICS(error_t) error;
  if (ATOMICS(method_cas_current)(ATOMICS(borrow_cas)(cas), &value, &error)) write_value(reply, "current ", value);
  else write_error(reply, "current", error);
}

static void swap_for(reply_t *reply, request_t request, bucket_t bucket, guest_string_t target) {
  guest_string_t key = target_param(target, "key"), wanted = target_param(target, "value");
  guest_list_u8_t value = {wanted.ptr, wanted.len};
  ATOMICS(own_cas_t) cas;
  ATOMICS(error_t) refused;
  ATOMICS(cas_error_t) error;
  if (!ATOMICS(static_cas_new)(bucket, &key, &cas, &refused)) return write_error(reply, "new", refused);
  write_text(reply, "new\n");
  if (target_param(target, "read").ptr != NULL) write_current(reply, cas);
  wait_for_end(request);
  if (ATOMICS(swap)(cas, &value, &error)) return write_text(reply, "swapped\n");
  if (error.tag == WASI_KEYVALUE_ATOMICS_CAS_ERROR_STORE_ERROR) {
    return write_error(reply, "store-error", error.val.store_error);
  }
  write_text(reply, "cas-failed\n");
  cas = error.val.cas_failed;
  write_text(reply, ATOMICS(swap)(cas, &value, &error) ? "swapped\n" : "failed again\n");
}

void exports_wasi_http_incoming_handler_handle(request_t request, outparam_t out) {
  size_t mark = arena_mark();
  report = (text_t){0};
  failed = false;
  guest_string_t target = request_target(request), name = target_param(target, "bucket");
  KV(own_bucket_t) own;
  KV(error_t) error;
  if (!KV(open)(&name, &own, &error)) {
    HTTP(incoming_request_drop_own)(request);
    reply_t reply = reply_start(out, 500, HTTP(constructor_fields)());
    write_error(&reply, "open", error);
    reply_end(&reply);
    return arena_reset(mark);
  }
  bucket_t bucket = KV(borrow_bucket)(own);
  if (str_is(target_path(target), "/cas")) {
    reply_t reply = reply_start(out, 200, HTTP(constructor_fields)());
    swap_for(&reply, request, bucket, target);
    HTTP(incoming_request_drop_own)(request);
    reply_end(&reply);
  } else if (str_is(target_path(target), "/twice")) {
    ATOMICS(own_cas_t) cas = new_cas(bucket, str("twice"));
    swap(cas, "once");
    swap(cas, "twice");
    __builtin_trap();
  } else {
    HTTP(incoming_request_drop_own)(request);
    check("open", true);
    check_store(bucket);
    check_increment(bucket);
    check_cas(bucket);
    check_batch(bucket);
    reply_text(out, failed ? 500 : 200, report.ptr, report.len);
  }
  KV(bucket_drop_own)(own);
  arena_reset(mark);
}
