#include "echo.h"

void wait_for(pollable_t pollable) {
  POLL(borrow_pollable_t) one = POLL(borrow_pollable)(pollable);
  POLL(list_borrow_pollable_t) list = {&one, 1};
  guest_list_u32_t ready;
  POLL(poll)(&list, &ready);
}

bool write_checked(output_t stream, const uint8_t *bytes, size_t length) {
  IO(stream_error_t) error;
  IO(borrow_output_stream_t) output = IO(borrow_output_stream)(stream);
  pollable_t writable = IO(method_output_stream_subscribe)(output);
  bool ok = true;
  while (ok && length > 0) {
    uint64_t allowed;
    ok = IO(method_output_stream_check_write)(output, &allowed, &error);
    if (!ok) break;
    if (allowed == 0) {
      wait_for(writable);
      continue;
    }
    guest_list_u8_t part = {(uint8_t *)bytes, allowed < length ? (size_t)allowed : length};
    ok = IO(method_output_stream_write)(output, &part, &error);
    bytes += part.len;
    length -= part.len;
  }
  POLL(pollable_drop_own)(writable);
  return ok;
}

bool open_body(request_t request, HTTP(own_incoming_body_t) *body, input_t *stream) {
  return HTTP(method_incoming_request_consume)(HTTP(borrow_incoming_request)(request), body) &&
    HTTP(method_incoming_body_stream)(HTTP(borrow_incoming_body)(*body), stream);
}

static fields_t with_content_type_of(request_t request) {
  fields_t headers = HTTP(constructor_fields)();
  fields_t theirs = HTTP(method_incoming_request_headers)(HTTP(borrow_incoming_request)(request));
  guest_string_t name = str("content-type");
  HTTP(list_field_value_t) values;
  HTTP(method_fields_get)(HTTP(borrow_fields)(theirs), &name, &values);
  for (size_t i = 0; i < values.len; i++) {
    fields_add(headers, "content-type", values.ptr[i].ptr, values.ptr[i].len);
  }
  HTTP(fields_drop_own)(theirs);
  return headers;
}

static bool take_trailers(HTTP(own_incoming_body_t) body, fields_t *trailers) {
  HTTP(result_result_option_own_trailers_error_code_void_t) result;
  HTTP(own_future_trailers_t) future = HTTP(static_incoming_body_finish)(body);
  HTTP(borrow_future_trailers_t) borrowed = HTTP(borrow_future_trailers)(future);
  pollable_t arrived = HTTP(method_future_trailers_subscribe)(borrowed);
  wait_for(arrived);
  bool some = HTTP(method_future_trailers_get)(borrowed, &result) && !result.is_err &&
    !result.val.ok.is_err && result.val.ok.val.ok.is_some;
  if (some) *trailers = result.val.ok.val.ok.val;
  POLL(pollable_drop_own)(arrived);
  HTTP(future_trailers_drop_own)(future);
  return some;
}

void echo(request_t request, outparam_t out) {
  HTTP(own_incoming_body_t) body;
  HTTP(error_code_t) error_code;
  IO(stream_error_t) error;
  input_t input;
  reply_t reply = reply_start(out, 200, with_content_type_of(request));
  if (!open_body(request, &body, &input)) __builtin_trap();
  IO(borrow_input_stream_t) borrowed = IO(borrow_input_stream)(input);
  pollable_t readable = IO(method_input_stream_subscribe)(borrowed);

  size_t mark = arena_mark();
  for (;;) {
    guest_list_u8_t chunk;
    arena_reset(mark);
    if (!IO(method_input_stream_read)(borrowed, CHUNK_SIZE, &chunk, &error)) break;
    if (chunk.len == 0) {
      wait_for(readable);
    } else if (!write_checked(reply.stream, chunk.ptr, chunk.len)) {
      break;
    }
  }
  IO(method_output_stream_blocking_flush)(IO(borrow_output_stream)(reply.stream), &error);
  POLL(pollable_drop_own)(readable);
  IO(input_stream_drop_own)(input);
  fields_t trailers;
  bool some = take_trailers(body, &trailers);
  IO(output_stream_drop_own)(reply.stream);
  HTTP(static_outgoing_body_finish)(reply.body, some ? &trailers : NULL, &error_code);
}

void exports_wasi_http_incoming_handler_handle(request_t request, outparam_t out) {
  size_t mark = arena_mark();
  guest_string_t target = request_target(request), path = target_path(target);
  if (str_starts(path, "/reflect")) {
    reflect(request, out);
  } else if (str_starts(path, "/status/")) {
    answer_status(out, parse_number((guest_string_t){path.ptr + 8, path.len - 8}, 200));
  } else if (str_is(path, "/headers")) {
    answer_headers(out);
  } else if (str_is(path, "/slow")) {
    answer_slowly(out, parse_number(target_param(target, "n"), 5), parse_number(target_param(target, "ms"), 100));
  } else if (str_is(path, "/source")) {
    answer_source(out, parse_number(target_param(target, "bytes"), 1048576));
  } else if (str_is(path, "/sink")) {
    answer_sink(request, out);
  } else if (str_is(path, "/ignore")) {
    reply_text(out, 200, "ignored\n", 8);
  } else {
    echo(request, out);
  }
  HTTP(incoming_request_drop_own)(request);
  arena_reset(mark);
}
