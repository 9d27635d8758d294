#include "every_import.h"

bool bytes_are(const uint8_t *bytes, size_t length, const char *expected) {
  return length == strlen(expected) && memcmp(bytes, expected, length) == 0;
}

HTTP(own_outgoing_response_t) unsent_response(const char *content_length) {
  fields_t headers = HTTP(constructor_fields)();
  if (content_length != NULL) fields_add(headers, "content-length", content_length, strlen(content_length));
  return HTTP(constructor_outgoing_response)(headers);
}

bool provoke_error(wasi_io_error_own_error_t *error) {
  HTTP(own_outgoing_response_t) response = unsent_response("3");
  HTTP(own_outgoing_body_t) body;
  output_t stream;
  uint64_t allowed = 0;
  IO(stream_error_t) stream_error;
  HTTP(method_outgoing_response_body)(HTTP(borrow_outgoing_response)(response), &body);
  HTTP(method_outgoing_body_write)(HTTP(borrow_outgoing_body)(body), &stream);
  IO(borrow_output_stream_t) output = IO(borrow_output_stream)(stream);
  guest_list_u8_t bytes = {(uint8_t *)"0123456789", 10};
  bool got = IO(method_output_stream_check_write)(output, &allowed, &stream_error) && allowed >= 10 &&
    (!IO(method_output_stream_write)(output, &bytes, &stream_error) ||
     !IO(method_output_stream_flush)(output, &stream_error) ||
     !IO(method_output_stream_check_write)(output, &allowed, &stream_error)) &&
    stream_error.tag == WASI_IO_STREAMS_STREAM_ERROR_LAST_OPERATION_FAILED;
  if (got) *error = stream_error.val.last_operation_failed;
  IO(output_stream_drop_own)(stream);
  HTTP(outgoing_body_drop_own)(body);
  HTTP(outgoing_response_drop_own)(response);
  return got;
}
