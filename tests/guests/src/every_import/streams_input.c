// The request body must be "0123456789" ten times over: its bytes say where they belong.
#include "every_import.h"

#define IN "wasi:io/streams@0.2.12#"
#define TOTAL 100

static uint64_t position;

/** Whether these bytes are the next ones of the body. */
static bool are_next(guest_list_u8_t bytes) {
  for (size_t i = 0; i < bytes.len; i++) {
    if (bytes.ptr[i] != '0' + (position + i) % 10) return false;
  }
  position += bytes.len;
  return true;
}

static bool closed(IO(stream_error_t) error) { return error.tag == WASI_IO_STREAMS_STREAM_ERROR_CLOSED; }

static void check_end_of_stream(IO(borrow_input_stream_t) input) {
  IO(stream_error_t) error;
  guest_list_u8_t bytes;
  uint64_t count;
  check(!IO(method_input_stream_read)(input, 1, &bytes, &error) && closed(error), "read after the end is not closed");
  check(!IO(method_input_stream_blocking_read)(input, 1, &bytes, &error) && closed(error),
        "blocking-read after the end is not closed");
  check(!IO(method_input_stream_skip)(input, 1, &count, &error) && closed(error), "skip after the end is not closed");
  check(!IO(method_input_stream_blocking_skip)(input, 1, &count, &error) && closed(error),
        "blocking-skip after the end is not closed");
  block_on(IO(method_input_stream_subscribe)(input));
}

void check_input(request_t request, output_t sink) {
  HTTP(own_incoming_body_t) body;
  IO(stream_error_t) error;
  input_t stream;
  guest_list_u8_t bytes;
  uint64_t count;
  position = 0;

  check_begin(IN "[method]input-stream.subscribe");
  bool opened = HTTP(method_incoming_request_consume)(HTTP(borrow_incoming_request)(request), &body) &&
    HTTP(method_incoming_body_stream)(HTTP(borrow_incoming_body)(body), &stream);
  check(opened, "the request has no body stream");
  if (!opened) return;
  IO(borrow_input_stream_t) input = IO(borrow_input_stream)(stream);
  IO(borrow_output_stream_t) output = IO(borrow_output_stream)(sink);
  block_on(IO(method_input_stream_subscribe)(input));

  check_begin(IN "[method]input-stream.read");
  check(IO(method_input_stream_read)(input, 0, &bytes, &error) && bytes.len == 0, "read(0) is not empty");
  check(IO(method_input_stream_read)(input, 10, &bytes, &error), "read(10) fails (is the body 10 x 0123456789?)");
  check(bytes.len > 0 && bytes.len <= 10, "read(10) after the stream was ready does not give 1 to 10 bytes");
  check(are_next(bytes), "read gives other bytes");

  check_begin(IN "[method]input-stream.blocking-read");
  check(IO(method_input_stream_blocking_read)(input, 10, &bytes, &error), "blocking-read(10) fails");
  check(bytes.len > 0 && bytes.len <= 10, "blocking-read(10) does not give 1 to 10 bytes");
  check(are_next(bytes), "blocking-read gives other bytes");

  check_begin(IN "[method]input-stream.skip");
  check(IO(method_input_stream_skip)(input, 0, &count, &error) && count == 0, "skip(0) is not 0");
  check(IO(method_input_stream_skip)(input, 5, &count, &error) && count <= 5, "skip(5) fails or skips more");
  position += count;

  check_begin(IN "[method]input-stream.blocking-skip");
  check(IO(method_input_stream_blocking_skip)(input, 5, &count, &error) && count > 0 && count <= 5,
        "blocking-skip(5) does not skip 1 to 5");
  position += count;

  check_begin(IN "[method]output-stream.splice");
  check(IO(method_output_stream_check_write)(output, &count, &error) && count > 0, "stdout takes nothing");
  check(IO(method_output_stream_splice)(output, input, 0, &count, &error) && count == 0, "splice(0) is not 0");
  check(IO(method_output_stream_splice)(output, input, 7, &count, &error) && count <= 7, "splice(7) fails or takes more");
  position += count;

  check_begin(IN "[method]output-stream.blocking-splice");
  check(IO(method_output_stream_blocking_splice)(output, input, 7, &count, &error) && count > 0 && count <= 7,
        "blocking-splice(7) does not take 1 to 7");
  position += count;
  guest_list_u8_t newline = {(uint8_t *)"\n", 1};
  IO(method_output_stream_blocking_write_and_flush)(output, &newline, &error);

  // still the line of blocking-splice: the messages say what they are about
  bool right = true;
  while (IO(method_input_stream_blocking_read)(input, 1000, &bytes, &error)) right = are_next(bytes) && right;
  check(closed(error), "the body ends with a failure");
  check(right && position == TOTAL, "the body is not 10 x 0123456789");
  check_end_of_stream(input);
  IO(input_stream_drop_own)(stream);
  HTTP(incoming_body_drop_own)(body);
}
