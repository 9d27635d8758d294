// wasi:keyvalue/store@0.2.0-draft with the cursor of draft2; it is not meant to run.
#include "http.h"

void exports_wasi_http_incoming_handler_handle(request_t request, outparam_t out) {
  guest_string_t name = str("in_memory"), cursor = str("cursor");
  wasi_keyvalue_store_own_bucket_t bucket;
  wasi_keyvalue_store_error_t error;
  wasi_keyvalue_store_key_response_t page;
  HTTP(incoming_request_drop_own)(request);
  if (wasi_keyvalue_store_open(&name, &bucket, &error)) {
    wasi_keyvalue_store_method_bucket_list_keys(wasi_keyvalue_store_borrow_bucket(bucket), &cursor, &page, &error);
  }
  reply_text(out, 200, "other types\n", 12);
}
