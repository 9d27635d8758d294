// Calls the host from as deep in its stack as it is told to.
//
//   /open?frames=N&key=KEY  opens the bucket "in_memory" below N calls of itself
//   /get?…                  opens it before, and reads the key there
//   /keys?…                 the same, and lists the keys
//
// Answers the value of KEY, how many keys a page lists, or "none".
#include "http.h"
#include "text.h"

typedef wasi_keyvalue_store_own_bucket_t bucket_t;

static guest_string_t name, key;
static bucket_t bucket;
static bool opened;
static wasi_keyvalue_store_error_t error;
static volatile uint32_t returned;
static text_t answer;

static void open_bucket(void) { opened = wasi_keyvalue_store_open(&name, &bucket, &error); }

static void get(void) {
  guest_option_list_u8_t value;
  if (!wasi_keyvalue_store_method_bucket_get(wasi_keyvalue_store_borrow_bucket(bucket), &key, &value, &error)) {
    __builtin_trap();
  }
  if (value.is_some) text_bytes(&answer, value.val.ptr, value.val.len);
  else text_add(&answer, "none");
}

static void list(void) {
  wasi_keyvalue_store_key_response_t page;
  if (!wasi_keyvalue_store_method_bucket_list_keys(wasi_keyvalue_store_borrow_bucket(bucket), NULL, &page, &error)) {
    __builtin_trap();
  }
  text_number(&answer, page.keys.len);
}

/** What is counted on the way back keeps clang from making a loop of it. */
__attribute__((noinline)) static void descend(uint32_t frames, void (*act)(void)) {
  if (frames == 0) act();
  else descend(frames - 1, act);
  returned++;
}

void exports_wasi_http_incoming_handler_handle(request_t request, outparam_t out) {
  size_t mark = arena_mark();
  guest_string_t target = request_target(request), path = target_path(target);
  HTTP(incoming_request_drop_own)(request);
  uint32_t frames = (uint32_t)parse_number(target_param(target, "frames"), 0);
  answer = (text_t){0};
  name = str("in_memory");
  key = target_param(target, "key");
  bool opens = str_is(path, "/open");
  if (!opens) open_bucket();
  descend(frames, opens ? open_bucket : str_is(path, "/keys") ? list : get);
  if (!opened) __builtin_trap();
  if (opens) get();
  wasi_keyvalue_store_bucket_drop_own(bucket);
  reply_text(out, 200, answer.ptr, answer.len);
  arena_reset(mark);
}
