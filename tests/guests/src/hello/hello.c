// Answers "hello" to anything, with as few host calls as a reply can be made of.
#include "http.h"

void exports_wasi_http_incoming_handler_handle(request_t request, outparam_t out) {
  (void)request;
  size_t mark = arena_mark();
  HTTP(result_own_outgoing_response_error_code_t) result = {false};
  HTTP(own_outgoing_body_t) body;
  output_t stream;
  IO(stream_error_t) stream_error;
  HTTP(error_code_t) error;
  guest_list_u8_t text = {(uint8_t *)"hello\n", 6};

  result.val.ok = HTTP(constructor_outgoing_response)(HTTP(constructor_fields)());
  HTTP(method_outgoing_response_body)(HTTP(borrow_outgoing_response)(result.val.ok), &body);
  HTTP(method_outgoing_body_write)(HTTP(borrow_outgoing_body)(body), &stream);
  HTTP(static_response_outparam_set)(out, &result);
  IO(method_output_stream_blocking_write_and_flush)(IO(borrow_output_stream)(stream), &text, &stream_error);
  IO(output_stream_drop_own)(stream);
  HTTP(static_outgoing_body_finish)(body, NULL, &error);
  HTTP(incoming_request_drop_own)(request);
  arena_reset(mark);
}
