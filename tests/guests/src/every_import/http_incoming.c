#include "every_import.h"

#define IN "wasi:http/types@0.2.12#"

static const char *METHODS[] = {
  "GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH",
};

static void check_trailers(HTTP(own_incoming_body_t) body) {
  HTTP(result_result_option_own_trailers_error_code_void_t) result;
  check_begin(IN "[static]incoming-body.finish");
  HTTP(own_future_trailers_t) own = HTTP(static_incoming_body_finish)(body);
  HTTP(borrow_future_trailers_t) future = HTTP(borrow_future_trailers)(own);

  check_begin(IN "[method]future-trailers.subscribe");
  block_on(HTTP(method_future_trailers_subscribe)(future));
  block_on(HTTP(method_future_trailers_subscribe)(future));

  check_begin(IN "[method]future-trailers.get");
  bool some = HTTP(method_future_trailers_get)(future, &result);
  check(some, "it is none though it was ready");
  check(!result.is_err, "the first get says that it was called before");
  check(!result.val.ok.is_err, "the trailers are an error");
  if (some && !result.is_err && !result.val.ok.is_err && result.val.ok.val.ok.is_some) {
    note("trailers", str("some"), str(""));
    HTTP(fields_drop_own)(result.val.ok.val.ok.val);
  }
  check(HTTP(method_future_trailers_get)(future, &result) && result.is_err, "a second get is no error");
  HTTP(future_trailers_drop_own)(own);
}

static void check_body(HTTP(borrow_incoming_request_t) request) {
  HTTP(own_incoming_body_t) body, second_body;
  input_t stream, second_stream;
  guest_list_u8_t bytes;
  IO(stream_error_t) error;

  check_begin(IN "[method]incoming-request.consume");
  bool consumed = HTTP(method_incoming_request_consume)(request, &body);
  check(consumed, "fails");
  check(!HTTP(method_incoming_request_consume)(request, &second_body), "a second consume is no error");
  if (!consumed) return;

  check_begin(IN "[method]incoming-body.stream");
  bool opened = HTTP(method_incoming_body_stream)(HTTP(borrow_incoming_body)(body), &stream);
  check(opened, "fails");
  check(!HTTP(method_incoming_body_stream)(HTTP(borrow_incoming_body)(body), &second_stream),
        "a second stream is no error");
  if (!opened) return;
  while (IO(method_input_stream_blocking_read)(IO(borrow_input_stream)(stream), 4096, &bytes, &error)) {}
  check(error.tag == WASI_IO_STREAMS_STREAM_ERROR_CLOSED, "it does not end with closed");
  IO(input_stream_drop_own)(stream);
  check_trailers(body);
}

void check_incoming(request_t own) {
  HTTP(borrow_incoming_request_t) request = HTTP(borrow_incoming_request)(own);
  guest_string_t path = {0, 0}, authority = {0, 0};
  HTTP(method_t) method;
  HTTP(scheme_t) scheme;

  check_begin(IN "[method]incoming-request.method");
  HTTP(method_incoming_request_method)(request, &method);
  bool known = method.tag < WASI_HTTP_TYPES_METHOD_OTHER;
  check(known || method.val.other.len > 0, "it is other, and empty");

  check_begin(IN "[method]incoming-request.path-with-query");
  check(HTTP(method_incoming_request_path_with_query)(request, &path), "it is none");
  check(str_starts(path, "/http"), "it does not start with /http");

  check_begin(IN "[method]incoming-request.scheme");
  check(HTTP(method_incoming_request_scheme)(request, &scheme), "it is none");

  check_begin(IN "[method]incoming-request.authority");
  check(HTTP(method_incoming_request_authority)(request, &authority), "it is none");
  check(authority.len > 0, "it is empty");

  check_body(request);

  note("method", known ? str(METHODS[method.tag]) : method.val.other, str(""));
  note("path-with-query", path, str(""));
  note("scheme", scheme.tag == WASI_HTTP_TYPES_SCHEME_HTTP ? str("HTTP") : str("HTTPS or other"), str(""));
  note("authority", authority, str(""));
}

/** Never true, and the compiler does not know. */
static volatile bool outgoing_handler_is_there = false;

/** Imported for the linker; without wasi:http/outgoing-handler nothing gives these resources. */
void check_incoming_response(void) {
  if (outgoing_handler_is_there) {
    HTTP(borrow_future_incoming_response_t) future = {0};
    HTTP(borrow_incoming_response_t) response = {0};
    HTTP(result_result_own_incoming_response_error_code_void_t) result;
    HTTP(own_incoming_body_t) body;
    block_on(HTTP(method_future_incoming_response_subscribe)(future));
    HTTP(method_future_incoming_response_get)(future, &result);
    HTTP(method_incoming_response_status)(response);
    HTTP(fields_drop_own)(HTTP(method_incoming_response_headers)(response));
    HTTP(method_incoming_response_consume)(response, &body);
  }
  static const char *NAMES[] = {
    IN "[method]incoming-response.status", IN "[method]incoming-response.headers",
    IN "[method]incoming-response.consume", IN "[method]future-incoming-response.subscribe",
    IN "[method]future-incoming-response.get",
  };
  for (size_t i = 0; i < 5; i++) check_skip(NAMES[i], "only outgoing-handler, which is not imported, gives one");
}
