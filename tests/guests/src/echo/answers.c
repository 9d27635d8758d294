#include "echo.h"
#include "text.h"

void answer_status(outparam_t out, uint16_t status) {
  text_t text = {0};
  text_number(&text, status);
  text_add(&text, "\n");
  reply_text(out, status, text.ptr, text.len);
}

void answer_headers(outparam_t out) {
  fields_t headers = HTTP(constructor_fields)();
  fields_add(headers, "set-cookie", "a=1; Path=/", 11);
  fields_add(headers, "x-between", "between", 7);
  fields_add(headers, "set-cookie", "b=2", 3);
  fields_add(headers, "x-bytes", "caf\xe9 \xff", 6);
  fields_add(headers, "x-empty", "", 0);
  reply_t reply = reply_start(out, 200, headers);
  reply_write(&reply, "headers\n", 8);
  reply_end(&reply);
}

void answer_slowly(outparam_t out, uint64_t n, uint64_t ms) {
  reply_t reply = reply_start(out, 200, HTTP(constructor_fields)());
  for (uint64_t i = 1; i <= n; i++) {
    size_t mark = arena_mark();
    text_t text = {0};
    pollable_t timer = wasi_clocks_monotonic_clock_subscribe_duration(ms * 1000000);
    wait_for(timer);
    POLL(pollable_drop_own)(timer);
    text_add(&text, "line ");
    text_number(&text, i);
    text_add(&text, "\n");
    if (!reply_write(&reply, text.ptr, text.len)) break;
    arena_reset(mark);
  }
  reply_end(&reply);
}

void answer_source(outparam_t out, uint64_t bytes) {
  uint8_t *chunk = malloc(CHUNK_SIZE);
  for (size_t i = 0; i < CHUNK_SIZE; i++) chunk[i] = "0123456789ABCDEF"[i & 15];
  reply_t reply = reply_start(out, 200, HTTP(constructor_fields)());
  size_t mark = arena_mark();
  while (bytes > 0) {
    size_t part = bytes < CHUNK_SIZE ? (size_t)bytes : CHUNK_SIZE;
    if (!write_checked(reply.stream, chunk, part)) break;
    bytes -= part;
    arena_reset(mark);
  }
  reply_end(&reply);
}

void answer_sink(request_t request, outparam_t out) {
  HTTP(own_incoming_body_t) body;
  IO(stream_error_t) error;
  input_t input;
  uint64_t total = 0;
  if (!open_body(request, &body, &input)) __builtin_trap();
  size_t mark = arena_mark();
  for (;;) {
    guest_list_u8_t chunk;
    arena_reset(mark);
    if (!IO(method_input_stream_blocking_read)(IO(borrow_input_stream)(input), CHUNK_SIZE, &chunk, &error)) break;
    total += chunk.len;
  }
  IO(input_stream_drop_own)(input);
  HTTP(incoming_body_drop_own)(body);
  text_t text = {0};
  text_number(&text, total);
  text_add(&text, "\n");
  reply_text(out, 200, text.ptr, text.len);
}
