// Sends one informational response before "done", or says why it cannot.
// /?status=103 is the status; the WIT is the official one without the gate of send-informational.
#include "http.h"

void exports_wasi_http_incoming_handler_handle(request_t request, outparam_t out) {
  guest_string_t target = request_target(request);
  uint16_t status = (uint16_t)parse_number(target_param(target, "status"), 103);
  fields_t hints = HTTP(constructor_fields)();
  fields_add(hints, "link", "</style.css>; rel=preload", 25);
  fields_add(hints, "x-hint", "\xe9", 1);
  HTTP(error_code_t) error;
  bool sent = HTTP(method_response_outparam_send_informational)(
      HTTP(borrow_response_outparam)(out), status, hints, &error);
  if (sent) reply_text(out, 200, "done\n", 5);
  else if (error.tag == WASI_HTTP_TYPES_ERROR_CODE_HTTP_PROTOCOL_ERROR) reply_text(out, 200, "protocol error\n", 15);
  else reply_text(out, 200, "not sent\n", 9);
  HTTP(incoming_request_drop_own)(request);
}
