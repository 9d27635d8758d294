// Calls another server and says what came of it. README.md lists the paths and parameters.
#include "http.h"
#include "text.h"

#define OUT(name) wasi_http_outgoing_handler_##name
#define CHUNK_SIZE 65536

typedef HTTP(own_outgoing_request_t) call_t;
typedef HTTP(own_future_incoming_response_t) future_t;
typedef HTTP(own_incoming_response_t) response_t;

static const char *const ERROR_NAMES[] = {
  "DNS-timeout", "DNS-error", "destination-not-found", "destination-unavailable",
  "destination-IP-prohibited", "destination-IP-unroutable", "connection-refused",
  "connection-terminated", "connection-timeout", "connection-read-timeout",
  "connection-write-timeout", "connection-limit-reached", "TLS-protocol-error",
  "TLS-certificate-error", "TLS-alert-received", "HTTP-request-denied",
  "HTTP-request-length-required", "HTTP-request-body-size", "HTTP-request-method-invalid",
  "HTTP-request-URI-invalid", "HTTP-request-URI-too-long", "HTTP-request-header-section-size",
  "HTTP-request-header-size", "HTTP-request-trailer-section-size", "HTTP-request-trailer-size",
  "HTTP-response-incomplete", "HTTP-response-header-section-size", "HTTP-response-header-size",
  "HTTP-response-body-size", "HTTP-response-trailer-section-size", "HTTP-response-trailer-size",
  "HTTP-response-transfer-coding", "HTTP-response-content-coding", "HTTP-response-timeout",
  "HTTP-upgrade-failed", "HTTP-protocol-error", "loop-detected", "configuration-error",
  "internal-error",
};

/** What the guest was asked to do. */
typedef struct {
  guest_string_t target;
  request_t request;
} order_t;

static uint64_t number(const order_t *order, const char *name, uint64_t otherwise) {
  guest_string_t value = target_param(order->target, name);
  return value.ptr == NULL ? otherwise : parse_number(value, otherwise);
}

static void wait_for(pollable_t pollable) {
  POLL(method_pollable_block)(POLL(borrow_pollable)(pollable));
  POLL(pollable_drop_own)(pollable);
}

static void add_error(text_t *text, const char *where, const HTTP(error_code_t) *error) {
  text_add(text, where);
  text_add(text, " ");
  text_add(text, ERROR_NAMES[error->tag]);
  text_add(text, "\n");
}

static void add_stream_error(text_t *text, const char *where, IO(stream_error_t) *error) {
  HTTP(error_code_t) code;
  if (error->tag == WASI_IO_STREAMS_STREAM_ERROR_CLOSED) {
    text_add(text, where);
    text_add(text, " closed\n");
  } else if (HTTP(http_error_code)(wasi_io_error_borrow_error(error->val.last_operation_failed), &code)) {
    add_error(text, where, &code);
  } else {
    text_add(text, where);
    text_add(text, " failed\n");
  }
}

/** The lines of the guest's own request that begin with `x-`, and `content-length` if it is asked for. */
static fields_t call_headers(const order_t *order) {
  fields_t headers = HTTP(constructor_fields)();
  fields_t theirs = HTTP(method_incoming_request_headers)(HTTP(borrow_incoming_request)(order->request));
  HTTP(list_tuple2_field_name_field_value_t) entries;
  HTTP(method_fields_entries)(HTTP(borrow_fields)(theirs), &entries);
  for (size_t i = 0; i < entries.len; i++) {
    HTTP(header_error_t) error;
    if (str_starts(entries.ptr[i].f0, "x-")) {
      HTTP(method_fields_append)(HTTP(borrow_fields)(headers), &entries.ptr[i].f0, &entries.ptr[i].f1, &error);
    }
  }
  HTTP(fields_drop_own)(theirs);
  guest_string_t length = target_param(order->target, "length");
  if (length.ptr != NULL) fields_add(headers, "content-length", length.ptr, length.len);
  return headers;
}

static call_t make_call(const order_t *order) {
  guest_string_t value;
  call_t call = HTTP(constructor_outgoing_request)(call_headers(order));
  HTTP(borrow_outgoing_request_t) borrowed = HTTP(borrow_outgoing_request)(call);
  HTTP(scheme_t) scheme = {.tag = WASI_HTTP_TYPES_SCHEME_HTTP};
  value = target_param(order->target, "scheme");
  if (value.ptr != NULL && str_is(value, "https")) scheme.tag = WASI_HTTP_TYPES_SCHEME_HTTPS;
  if (value.ptr != NULL && str_is(value, "ftp")) {
    scheme.tag = WASI_HTTP_TYPES_SCHEME_OTHER;
    scheme.val.other = value;
  }
  HTTP(method_outgoing_request_set_scheme)(borrowed, &scheme);
  value = target_param(order->target, "authority");
  if (value.ptr != NULL) HTTP(method_outgoing_request_set_authority)(borrowed, &value);
  value = target_param(order->target, "path");
  if (value.ptr != NULL) HTTP(method_outgoing_request_set_path_with_query)(borrowed, &value);
  value = target_param(order->target, "method");
  if (value.ptr != NULL) {
    HTTP(method_t) method = {.tag = WASI_HTTP_TYPES_METHOD_OTHER, .val.other = value};
    HTTP(method_outgoing_request_set_method)(borrowed, &method);
  }
  return call;
}

static bool send_call(const order_t *order, call_t call, future_t *future, HTTP(error_code_t) *error) {
  HTTP(own_request_options_t) options = HTTP(constructor_request_options)();
  HTTP(borrow_request_options_t) borrowed = HTTP(borrow_request_options)(options);
  uint64_t connect = number(order, "connect", 0) * 1000000, first = number(order, "first", 0) * 1000000,
           between = number(order, "between", 0) * 1000000;
  if (connect > 0) HTTP(method_request_options_set_connect_timeout)(borrowed, &connect);
  if (first > 0) HTTP(method_request_options_set_first_byte_timeout)(borrowed, &first);
  if (between > 0) HTTP(method_request_options_set_between_bytes_timeout)(borrowed, &between);
  return OUT(handle)(call, &options, future, error);
}

/** Waits for the response; false with a line of text when there is none. */
static bool take_response(future_t future, response_t *response, text_t *text) {
  HTTP(result_result_own_incoming_response_error_code_void_t) result;
  HTTP(borrow_future_incoming_response_t) borrowed = HTTP(borrow_future_incoming_response)(future);
  wait_for(HTTP(method_future_incoming_response_subscribe)(borrowed));
  if (!HTTP(method_future_incoming_response_get)(borrowed, &result) || result.is_err) __builtin_trap();
  bool ok = !result.val.ok.is_err;
  if (ok) *response = result.val.ok.val.ok;
  else add_error(text, "response", &result.val.ok.val.err);
  HTTP(future_incoming_response_drop_own)(future);
  return ok;
}

static void add_fields(text_t *text, const char *what, fields_t fields) {
  HTTP(list_tuple2_field_name_field_value_t) entries;
  HTTP(method_fields_entries)(HTTP(borrow_fields)(fields), &entries);
  for (size_t i = 0; i < entries.len; i++) {
    text_add(text, what);
    text_add(text, " ");
    text_string(text, entries.ptr[i].f0);
    text_add(text, ": ");
    text_bytes(text, entries.ptr[i].f1.ptr, entries.ptr[i].f1.len);
    text_add(text, "\n");
  }
  HTTP(fields_drop_own)(fields);
}

static void add_trailers(text_t *text, HTTP(own_incoming_body_t) body) {
  HTTP(result_result_option_own_trailers_error_code_void_t) result;
  HTTP(own_future_trailers_t) future = HTTP(static_incoming_body_finish)(body);
  HTTP(borrow_future_trailers_t) borrowed = HTTP(borrow_future_trailers)(future);
  wait_for(HTTP(method_future_trailers_subscribe)(borrowed));
  if (!HTTP(method_future_trailers_get)(borrowed, &result) || result.is_err) __builtin_trap();
  if (result.val.ok.is_err) add_error(text, "trailers", &result.val.ok.val.err);
  else if (result.val.ok.val.ok.is_some) add_fields(text, "trailer", result.val.ok.val.ok.val);
  HTTP(future_trailers_drop_own)(future);
}

/** Reads up to `most` bytes of the body, to `out` or to nowhere; how many there were. */
static uint64_t read_body(input_t input, uint64_t most, reply_t *out, text_t *text) {
  uint64_t total = 0;
  size_t mark = arena_mark();
  while (total < most) {
    guest_list_u8_t chunk;
    IO(stream_error_t) error;
    if (!out) arena_reset(mark);
    uint64_t length = most - total < CHUNK_SIZE ? most - total : CHUNK_SIZE;
    if (!IO(method_input_stream_blocking_read)(IO(borrow_input_stream)(input), length, &chunk, &error)) {
      if (error.tag != WASI_IO_STREAMS_STREAM_ERROR_CLOSED) add_stream_error(text, "body", &error);
      break;
    }
    total += chunk.len;
    if (out && !reply_write(out, chunk.ptr, chunk.len)) break;
    if (out) arena_reset(mark);
  }
  return total;
}

/** `response`, and what it consists of, a line each. */
static void report(const order_t *order, response_t response, text_t *text) {
  HTTP(own_incoming_body_t) body;
  input_t input;
  HTTP(borrow_incoming_response_t) borrowed = HTTP(borrow_incoming_response)(response);
  text_add(text, "status ");
  text_number(text, HTTP(method_incoming_response_status)(borrowed));
  text_add(text, "\n");
  add_fields(text, "header", HTTP(method_incoming_response_headers)(borrowed));
  if (!HTTP(method_incoming_response_consume)(borrowed, &body) ||
      !HTTP(method_incoming_body_stream)(HTTP(borrow_incoming_body)(body), &input)) {
    __builtin_trap();
  }
  // The report must not be in the way of the pieces that are read and forgotten.
  text_t after = {malloc(256), 0, 256};
  uint64_t total = read_body(input, number(order, "most", UINT64_MAX), NULL, &after);
  text_add(text, "bytes ");
  text_number(text, total);
  text_add(text, "\n");
  text_bytes(text, after.ptr, after.len);
  IO(input_stream_drop_own)(input);
  if (number(order, "most", 0) > 0) HTTP(incoming_body_drop_own)(body);
  else add_trailers(text, body);
  HTTP(incoming_response_drop_own)(response);
}

/** Writes `count` bytes, of the guest's own request where `forward` says so. */
static void write_body(const order_t *order, HTTP(own_outgoing_body_t) body, text_t *text) {
  output_t output;
  HTTP(error_code_t) code;
  IO(stream_error_t) error;
  if (!HTTP(method_outgoing_body_write)(HTTP(borrow_outgoing_body)(body), &output)) __builtin_trap();
  bool ok = true;
  if (number(order, "forward", 0)) {
    HTTP(own_incoming_body_t) theirs;
    input_t input;
    HTTP(borrow_incoming_request_t) request = HTTP(borrow_incoming_request)(order->request);
    if (!HTTP(method_incoming_request_consume)(request, &theirs) ||
        !HTTP(method_incoming_body_stream)(HTTP(borrow_incoming_body)(theirs), &input)) {
      __builtin_trap();
    }
    reply_t sink = {body, output};
    read_body(input, UINT64_MAX, &sink, text);
    IO(input_stream_drop_own)(input);
    HTTP(incoming_body_drop_own)(theirs);
  } else {
    uint8_t *chunk = malloc(4096);
    memset(chunk, 'x', 4096);
    for (uint64_t rest = number(order, "send", 0); ok && rest > 0;) {
      guest_list_u8_t part = {chunk, rest < 4096 ? (size_t)rest : 4096};
      ok = IO(method_output_stream_blocking_write_and_flush)(IO(borrow_output_stream)(output), &part, &error);
      rest -= part.len;
    }
    if (!ok) add_stream_error(text, "write", &error);
  }
  IO(output_stream_drop_own)(output);
  if (number(order, "unfinished", 0)) {
    HTTP(outgoing_body_drop_own)(body);
    return;
  }
  fields_t trailers;
  bool some = number(order, "trailers", 0);
  if (some) {
    trailers = HTTP(constructor_fields)();
    fields_add(trailers, "x-sent-behind", "yes", 3);
  }
  if (!HTTP(static_outgoing_body_finish)(body, some ? &trailers : NULL, &code)) add_error(text, "finish", &code);
}

/** Whether the call has a body. */
static bool has_body(const order_t *order) {
  return target_param(order->target, "send").ptr != NULL || target_param(order->target, "forward").ptr != NULL;
}

static bool call(const order_t *order, response_t *response, text_t *text) {
  HTTP(own_outgoing_body_t) body;
  HTTP(error_code_t) error;
  future_t future;
  call_t made = make_call(order);
  bool sends = has_body(order);
  if (sends && !HTTP(method_outgoing_request_body)(HTTP(borrow_outgoing_request)(made), &body)) __builtin_trap();
  if (!send_call(order, made, &future, &error)) {
    add_error(text, "handle", &error);
    if (sends) write_body(order, body, text);
    return false;
  }
  if (sends) write_body(order, body, text);
  return take_response(future, response, text);
}

/** Begins `n` calls, waits for none before the last has begun, and says how each ended. */
static void call_many(const order_t *order, text_t *text) {
  uint64_t n = number(order, "n", 1), begun = 0;
  bool one_by_one = number(order, "serial", 0);
  future_t *futures = malloc(n * sizeof(future_t));
  HTTP(error_code_t) error;
  response_t response;
  for (uint64_t i = 0; i < n; i++) {
    if (!send_call(order, make_call(order), &futures[begun], &error)) {
      add_error(text, "handle", &error);
    } else if (!one_by_one) {
      begun++;
    } else if (take_response(futures[begun], &response, text)) {
      text_add(text, "ok\n");
      HTTP(incoming_response_drop_own)(response);
    }
  }
  for (uint64_t i = 0; i < begun; i++) {
    if (take_response(futures[i], &response, text)) {
      text_add(text, "ok\n");
      HTTP(incoming_response_drop_own)(response);
    }
  }
}

/** Hands the response on as it comes. */
static void stream_back(const order_t *order, outparam_t out) {
  text_t text = {0};
  response_t response;
  HTTP(own_incoming_body_t) body;
  input_t input;
  if (!call(order, &response, &text)) {
    reply_text(out, 502, text.ptr, text.len);
    return;
  }
  HTTP(borrow_incoming_response_t) borrowed = HTTP(borrow_incoming_response)(response);
  reply_t reply = reply_start(out, HTTP(method_incoming_response_status)(borrowed), HTTP(constructor_fields)());
  if (!HTTP(method_incoming_response_consume)(borrowed, &body) ||
      !HTTP(method_incoming_body_stream)(HTTP(borrow_incoming_body)(body), &input)) {
    __builtin_trap();
  }
  read_body(input, UINT64_MAX, &reply, &text);
  IO(input_stream_drop_own)(input);
  HTTP(incoming_body_drop_own)(body);
  HTTP(incoming_response_drop_own)(response);
  reply_end(&reply);
}

static void drop_future(const order_t *order, text_t *text) {
  HTTP(error_code_t) error;
  future_t future;
  if (!send_call(order, make_call(order), &future, &error)) {
    add_error(text, "handle", &error);
    return;
  }
  // The client's body comes when the test wants the guest to go on.
  HTTP(own_incoming_body_t) theirs;
  input_t input;
  HTTP(borrow_incoming_request_t) request = HTTP(borrow_incoming_request)(order->request);
  if (!HTTP(method_incoming_request_consume)(request, &theirs) ||
      !HTTP(method_incoming_body_stream)(HTTP(borrow_incoming_body)(theirs), &input)) {
    __builtin_trap();
  }
  read_body(input, UINT64_MAX, NULL, text);
  IO(input_stream_drop_own)(input);
  HTTP(incoming_body_drop_own)(theirs);
  HTTP(future_incoming_response_drop_own)(future);
  text_add(text, "dropped\n");
}

void exports_wasi_http_incoming_handler_handle(request_t request, outparam_t out) {
  size_t mark = arena_mark();
  order_t order = {request_target(request), request};
  guest_string_t path = target_path(order.target);
  text_t text = {0};
  response_t response;
  if (str_is(path, "/stream")) {
    stream_back(&order, out);
  } else {
    if (str_is(path, "/many")) call_many(&order, &text);
    else if (str_is(path, "/drop")) drop_future(&order, &text);
    else if (call(&order, &response, &text)) report(&order, response, &text);
    reply_text(out, 200, text.ptr, text.len);
  }
  HTTP(incoming_request_drop_own)(request);
  arena_reset(mark);
}
