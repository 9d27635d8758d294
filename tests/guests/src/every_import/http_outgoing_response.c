#include "every_import.h"

#define IN "wasi:http/types@0.2.12#"

typedef HTTP(borrow_outgoing_response_t) response_ref;

/** Writes `text` into a response that announces `content_length`, and finishes it. */
static bool finish_body(const char *content_length, const char *text, fields_t *trailers, HTTP(error_code_t) *error) {
  HTTP(own_outgoing_response_t) response = unsent_response(content_length);
  HTTP(own_outgoing_body_t) body;
  output_t stream;
  uint64_t allowed;
  IO(stream_error_t) stream_error;
  HTTP(method_outgoing_response_body)(HTTP(borrow_outgoing_response)(response), &body);
  HTTP(method_outgoing_body_write)(HTTP(borrow_outgoing_body)(body), &stream);
  guest_list_u8_t bytes = {(uint8_t *)text, strlen(text)};
  if (IO(method_output_stream_check_write)(IO(borrow_output_stream)(stream), &allowed, &stream_error)) {
    if (allowed < bytes.len) bytes.len = allowed;
    IO(method_output_stream_write)(IO(borrow_output_stream)(stream), &bytes, &stream_error);
  }
  IO(output_stream_drop_own)(stream);
  bool ok = HTTP(static_outgoing_body_finish)(body, trailers, error);
  HTTP(outgoing_response_drop_own)(response);
  return ok;
}

static void check_finish(void) {
  HTTP(error_code_t) error;
  check_begin(IN "[static]outgoing-body.finish");
  check(finish_body(NULL, "text", NULL, &error), "a body without content-length fails");
  check(finish_body("4", "text", NULL, &error), "a body as long as its content-length fails");
  check(finish_body("0", "", NULL, &error), "an empty body with content-length 0 fails");
  fields_t trailers = HTTP(constructor_fields)();
  fields_add(trailers, "x-trailer", "1", 1);
  check(finish_body(NULL, "text", &trailers, &error), "a body with trailers fails");
  check(!finish_body("10", "text", NULL, &error), "a body shorter than its content-length is no error");
  check(error.tag == WASI_HTTP_TYPES_ERROR_CODE_HTTP_RESPONSE_BODY_SIZE, "that error is not HTTP-response-body-size");
  check(error.val.http_response_body_size.is_some && error.val.http_response_body_size.val == 4,
        "that error does not say that 4 bytes were written");
}

static void check_status(response_ref response) {
  check_begin(IN "[method]outgoing-response.status-code");
  check(HTTP(method_outgoing_response_status_code)(response) == 200, "a new response is not 200");

  check_begin(IN "[method]outgoing-response.set-status-code");
  check(HTTP(method_outgoing_response_set_status_code)(response, 404), "404 fails");
  check(HTTP(method_outgoing_response_status_code)(response) == 404, "404 is not 404 after");
  check(HTTP(method_outgoing_response_set_status_code)(response, 599), "599 fails");
  check(!HTTP(method_outgoing_response_set_status_code)(response, 0), "0 is no error");
  check(!HTTP(method_outgoing_response_set_status_code)(response, 99), "99 is no error");
  check(!HTTP(method_outgoing_response_set_status_code)(response, 1000), "1000 is no error");
  check(!HTTP(method_outgoing_response_set_status_code)(response, 65535), "65535 is no error");
  check(HTTP(method_outgoing_response_status_code)(response) == 599, "a refused status is set all the same");
}

void check_outgoing_response(void) {
  check_begin(IN "[constructor]outgoing-response");
  HTTP(own_outgoing_response_t) own = HTTP(constructor_outgoing_response)(HTTP(constructor_fields)());
  response_ref response = HTTP(borrow_outgoing_response)(own);
  check_status(response);

  HTTP(own_outgoing_body_t) body, second_body;
  output_t stream, second_stream;
  check_begin(IN "[method]outgoing-response.body");
  check(HTTP(method_outgoing_response_body)(response, &body), "fails");
  check(!HTTP(method_outgoing_response_body)(response, &second_body), "a second body is no error");

  check_begin(IN "[method]outgoing-body.write");
  check(HTTP(method_outgoing_body_write)(HTTP(borrow_outgoing_body)(body), &stream), "fails");
  check(!HTTP(method_outgoing_body_write)(HTTP(borrow_outgoing_body)(body), &second_stream),
        "a second stream is no error");
  IO(output_stream_drop_own)(stream);
  HTTP(outgoing_body_drop_own)(body);
  HTTP(outgoing_response_drop_own)(own);

  check_finish();

  // The report itself goes out through it.
  check_begin(IN "[static]response-outparam.set");

  check_begin(IN "http-error-code");
  wasi_io_error_own_error_t io_error;
  bool provoked = provoke_error(&io_error);
  check(provoked, "a body longer than its content-length is no error, so there is none to ask");
  if (provoked) {
    HTTP(error_code_t) code;
    check(HTTP(http_error_code)(wasi_io_error_borrow_error(io_error), &code), "it has no HTTP code");
    check(code.tag == WASI_HTTP_TYPES_ERROR_CODE_HTTP_RESPONSE_BODY_SIZE, "it is not HTTP-response-body-size");
    wasi_io_error_error_drop_own(io_error);
  }
}
