// Stands in front of another component that answers HTTP: hands over request and response.
#include "http.h"

void exports_wasi_http_incoming_handler_handle(request_t request, outparam_t out) {
  guest_string_t target = request_target(request);
  if (str_is(target_path(target), "/proxy")) {
    HTTP(incoming_request_drop_own)(request);
    reply_text(out, 200, "proxy\n", 6);
    return;
  }
  wasi_http_incoming_handler_handle(request, out);
}
