// Imports what no host offers; it is not meant to run.
#include "http.h"

void exports_wasi_http_incoming_handler_handle(request_t request, outparam_t out) {
  guest_string_t name = str("in_memory"), message;
  wasi_keyvalue_0_2_0_draft3_store_own_bucket_t bucket;
  wasi_keyvalue_0_2_0_draft3_store_error_t error;
  guest_option_list_u8_t value;
  guest_list_bool_t bits;
  guest_list_u8_t bytes;
  HTTP(incoming_request_drop_own)(request);
  acme_stuff_thing_break(acme_stuff_thing_make(&name), &message);
  wasi_random_random_get_random_bits(8, &bits);
  wasi_random_random_get_random_bytes(8, &bytes);
  if (wasi_keyvalue_0_2_0_draft3_store_open(&name, &bucket, &error)) {
    wasi_keyvalue_0_2_0_draft3_store_method_bucket_get(wasi_keyvalue_0_2_0_draft3_store_borrow_bucket(bucket), &name, &value, &error);
    wasi_keyvalue_0_2_0_draft3_store_method_bucket_purge(wasi_keyvalue_0_2_0_draft3_store_borrow_bucket(bucket), &error);
  }
  reply_text(out, 200, "missing nothing\n", 16);
}
