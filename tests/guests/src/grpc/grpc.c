// A gRPC service whose messages are opaque bytes.
// /wharf.Test/Echo     unary: the message as it came
// /wharf.Test/Repeat   server streaming: the message three times
// /wharf.Test/Chat     both ways: each message as soon as it has come
// any other            status 12 without a message
#include "http.h"

#define CHUNK_SIZE 65536

static fields_t grpc_headers(void) {
  fields_t headers = HTTP(constructor_fields)();
  fields_add(headers, "content-type", "application/grpc", 16);
  return headers;
}

static void finish(reply_t *reply, const char *status, const char *message) {
  HTTP(error_code_t) error;
  fields_t trailers = HTTP(constructor_fields)();
  fields_add(trailers, "grpc-status", status, strlen(status));
  if (message) fields_add(trailers, "grpc-message", message, strlen(message));
  IO(output_stream_drop_own)(reply->stream);
  HTTP(static_outgoing_body_finish)(reply->body, &trailers, &error);
}

/** Hands every piece on as it comes; the frames of messages are left as they are. */
static void chat(input_t input, reply_t *reply) {
  IO(stream_error_t) error;
  size_t mark = arena_mark();
  for (;;) {
    guest_list_u8_t chunk;
    arena_reset(mark);
    if (!IO(method_input_stream_blocking_read)(IO(borrow_input_stream)(input), CHUNK_SIZE, &chunk, &error)) return;
    if (!reply_write(reply, chunk.ptr, chunk.len)) return;
  }
}

static void repeat(input_t input, reply_t *reply, int times) {
  IO(stream_error_t) error;
  uint8_t *all = malloc(CHUNK_SIZE);
  size_t length = 0, mark = arena_mark();
  for (;;) {
    guest_list_u8_t chunk;
    arena_reset(mark);
    if (!IO(method_input_stream_blocking_read)(IO(borrow_input_stream)(input), CHUNK_SIZE - length, &chunk, &error)) break;
    memcpy(all + length, chunk.ptr, chunk.len);
    length += chunk.len;
  }
  while (times-- > 0) reply_write(reply, all, length);
}

void exports_wasi_http_incoming_handler_handle(request_t request, outparam_t out) {
  size_t mark = arena_mark();
  guest_string_t path = target_path(request_target(request));
  HTTP(own_incoming_body_t) body;
  input_t input;
  if (!HTTP(method_incoming_request_consume)(HTTP(borrow_incoming_request)(request), &body)) __builtin_trap();
  if (!HTTP(method_incoming_body_stream)(HTTP(borrow_incoming_body)(body), &input)) __builtin_trap();
  reply_t reply = reply_start(out, 200, grpc_headers());
  const char *status = "0", *message = NULL;
  if (str_is(path, "/wharf.Test/Echo")) {
    repeat(input, &reply, 1);
  } else if (str_is(path, "/wharf.Test/Repeat")) {
    repeat(input, &reply, 3);
  } else if (str_is(path, "/wharf.Test/Chat")) {
    chat(input, &reply);
  } else {
    status = "12";
    message = "there is no such method";
  }
  IO(input_stream_drop_own)(input);
  HTTP(incoming_body_drop_own)(body);
  finish(&reply, status, message);
  HTTP(incoming_request_drop_own)(request);
  arena_reset(mark);
}
