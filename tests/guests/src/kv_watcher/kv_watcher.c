// Serves HTTP beside the changes that support/on_change.c is told of.
#include "http.h"

void exports_wasi_http_incoming_handler_handle(request_t request, outparam_t out) {
  HTTP(incoming_request_drop_own)(request);
  reply_text(out, 200, "here\n", 5);
}
