// Opens the bucket "in_memory" and answers the value of "mykey", or "none".
#include "http.h"

static const char *error_text(wasi_keyvalue_store_error_t *error) {
  switch (error->tag) {
    case WASI_KEYVALUE_STORE_ERROR_NO_SUCH_STORE: return "no-such-store\n";
    case WASI_KEYVALUE_STORE_ERROR_ACCESS_DENIED: return "access-denied\n";
    default: return "other\n";
  }
}

void exports_wasi_http_incoming_handler_handle(request_t request, outparam_t out) {
  size_t mark = arena_mark();
  guest_string_t name = str("in_memory"), key = str("mykey");
  wasi_keyvalue_store_own_bucket_t bucket;
  wasi_keyvalue_store_error_t error;
  guest_option_list_u8_t value = {false};

  HTTP(incoming_request_drop_own)(request);
  bool opened = wasi_keyvalue_store_open(&name, &bucket, &error);
  bool got = opened &&
    wasi_keyvalue_store_method_bucket_get(wasi_keyvalue_store_borrow_bucket(bucket), &key, &value, &error);
  if (!got) {
    const char *text = error_text(&error);
    reply_text(out, 500, text, strlen(text));
  } else if (!value.is_some) {
    reply_text(out, 200, "none", 4);
  } else {
    reply_text(out, 200, value.val.ptr, value.val.len);
  }
  if (opened) wasi_keyvalue_store_bucket_drop_own(bucket);
  arena_reset(mark);
}
