#include "every_import.h"

#define IN "wasi:io/streams@0.2.12#"

static guest_list_u8_t list(const char *text) { return (guest_list_u8_t){(uint8_t *)text, strlen(text)}; }

/** Waits until at least `wanted` bytes may be written. */
static bool await_room(IO(borrow_output_stream_t) output, uint64_t wanted) {
  uint64_t allowed;
  IO(stream_error_t) error;
  for (int turn = 0; turn < 1000; turn++) {
    if (!IO(method_output_stream_check_write)(output, &allowed, &error)) return false;
    if (allowed >= wanted) return true;
    block_on(IO(method_output_stream_subscribe)(output));
  }
  return false;
}

void check_output(void) {
  output_t stream = wasi_cli_stdout_get_stdout();
  IO(borrow_output_stream_t) output = IO(borrow_output_stream)(stream);
  IO(stream_error_t) error;
  guest_list_u8_t text;
  uint64_t allowed = 0;

  check_begin(IN "[method]output-stream.subscribe");
  block_on(IO(method_output_stream_subscribe)(output));

  check_begin(IN "[method]output-stream.check-write");
  check(IO(method_output_stream_check_write)(output, &allowed, &error), "fails");
  check(allowed > 0, "a stream that is ready takes nothing");

  check_begin(IN "[method]output-stream.write");
  text = list("every_import: write\n");
  check(await_room(output, text.len) && IO(method_output_stream_write)(output, &text, &error), "fails");
  text = list("");
  check(await_room(output, 1) && IO(method_output_stream_write)(output, &text, &error), "nothing cannot be written");

  check_begin(IN "[method]output-stream.flush");
  check(IO(method_output_stream_flush)(output, &error), "fails");

  check_begin(IN "[method]output-stream.blocking-flush");
  check(IO(method_output_stream_blocking_flush)(output, &error), "fails");

  check_begin(IN "[method]output-stream.blocking-write-and-flush");
  text = list("every_import: blocking-write-and-flush\n");
  check(IO(method_output_stream_blocking_write_and_flush)(output, &text, &error), "fails");

  check_begin(IN "[method]output-stream.write-zeroes");
  check(await_room(output, 3) && IO(method_output_stream_write_zeroes)(output, 3, &error), "fails");

  check_begin(IN "[method]output-stream.blocking-write-zeroes-and-flush");
  check(IO(method_output_stream_blocking_write_zeroes_and_flush)(output, 3, &error), "fails");
  text = list("\n");
  check(IO(method_output_stream_blocking_write_and_flush)(output, &text, &error), "a write after it fails");
  IO(output_stream_drop_own)(stream);

  wasi_io_error_own_error_t io_error;
  check_begin("wasi:io/error@0.2.12#[method]error.to-debug-string");
  bool provoked = provoke_error(&io_error);
  check(provoked, "a body longer than its content-length is no error, so there is none to ask");
  if (provoked) {
    guest_string_t message;
    wasi_io_error_method_error_to_debug_string(wasi_io_error_borrow_error(io_error), &message);
    check(message.len > 0, "it is empty");
    wasi_io_error_error_drop_own(io_error);
  }
}

void write_every_way(request_t request, outparam_t out) {
  HTTP(own_incoming_body_t) body;
  input_t input;
  IO(stream_error_t) error;
  uint64_t count;
  reply_t reply = reply_start(out, 200, HTTP(constructor_fields)());
  IO(borrow_output_stream_t) output = IO(borrow_output_stream)(reply.stream);
  if (!HTTP(method_incoming_request_consume)(HTTP(borrow_incoming_request)(request), &body)) __builtin_trap();
  if (!HTTP(method_incoming_body_stream)(HTTP(borrow_incoming_body)(body), &input)) __builtin_trap();
  IO(borrow_input_stream_t) source = IO(borrow_input_stream)(input);

  guest_list_u8_t text = list("write\n");
  if (!await_room(output, text.len)) __builtin_trap();
  IO(method_output_stream_write)(output, &text, &error);
  IO(method_output_stream_flush)(output, &error);
  text = list("blocking\n");
  IO(method_output_stream_blocking_write_and_flush)(output, &text, &error);
  if (!await_room(output, 5)) __builtin_trap();
  IO(method_output_stream_write_zeroes)(output, 5, &error);
  IO(method_output_stream_blocking_flush)(output, &error);
  IO(method_output_stream_blocking_write_zeroes_and_flush)(output, 6, &error);
  block_on(IO(method_input_stream_subscribe)(source));
  if (!await_room(output, 10)) __builtin_trap();
  IO(method_output_stream_splice)(output, source, 10, &count, &error);
  while (IO(method_output_stream_blocking_splice)(output, source, 30, &count, &error)) {}

  IO(input_stream_drop_own)(input);
  HTTP(incoming_body_drop_own)(body);
  reply_end(&reply);
}
