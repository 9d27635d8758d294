// What `cargo build --target wasm32-wasip1` leaves: a core module of wasi-libc that carries its
// component type but is no component. A host adapts it. Answers "core module" and the value of
// the environment variable GREETING, if it has one.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "guest.h"

#define HTTP(name) wasi_http_types_##name

void exports_wasi_http_incoming_handler_handle(
  exports_wasi_http_incoming_handler_own_incoming_request_t request,
  exports_wasi_http_incoming_handler_own_response_outparam_t out) {
  HTTP(result_own_outgoing_response_error_code_t) result = {false};
  HTTP(own_outgoing_body_t) body;
  HTTP(error_code_t) error;
  wasi_io_streams_own_output_stream_t stream;
  wasi_io_streams_stream_error_t stream_error;
  const char *greeting = getenv("GREETING");
  char text[256];
  snprintf(text, sizeof text, "core module%s%s\n", greeting ? " " : "", greeting ? greeting : "");
  fprintf(stderr, "core_module: at %s\n", time(NULL) > 1700000000 ? "a good time" : "no time");
  printf("core_module: to stdout\n");
  fflush(stdout);

  HTTP(incoming_request_drop_own)(request);
  result.val.ok = HTTP(constructor_outgoing_response)(HTTP(constructor_fields)());
  HTTP(method_outgoing_response_body)(HTTP(borrow_outgoing_response)(result.val.ok), &body);
  HTTP(method_outgoing_body_write)(HTTP(borrow_outgoing_body)(body), &stream);
  HTTP(static_response_outparam_set)(out, &result);
  guest_list_u8_t bytes = {(uint8_t *)text, strlen(text)};
  wasi_io_streams_method_output_stream_blocking_write_and_flush(
    wasi_io_streams_borrow_output_stream(stream), &bytes, &stream_error);
  wasi_io_streams_output_stream_drop_own(stream);
  HTTP(static_outgoing_body_finish)(body, NULL, &error);
}
