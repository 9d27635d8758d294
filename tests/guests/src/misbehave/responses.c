// Guests that answer wrongly.
#include "misbehave.h"

static void no_response(guest_string_t target, outparam_t out) { HTTP(response_outparam_drop_own)(out); }

static void no_response_leak(guest_string_t target, outparam_t out) {}

static guest_option_string_t some(const char *text) { return (guest_option_string_t){true, str(text)}; }

/** `n` is the case of error-code; those with a payload get one. */
static void error_code(guest_string_t target, outparam_t out) {
  HTTP(result_own_outgoing_response_error_code_t) result = {.is_err = true};
  HTTP(error_code_t) *code = &result.val.err;
  code->tag = (uint8_t)parse_number(target_param(target, "n"), WASI_HTTP_TYPES_ERROR_CODE_INTERNAL_ERROR);
  HTTP(field_size_payload_t) field = {some("x-big"), {true, 70000}};
  switch (code->tag) {
    case WASI_HTTP_TYPES_ERROR_CODE_DNS_ERROR:
      code->val.dns_error = (HTTP(dns_error_payload_t)){some("NXDOMAIN"), {true, 3}};
      break;
    case WASI_HTTP_TYPES_ERROR_CODE_TLS_ALERT_RECEIVED:
      code->val.tls_alert_received = (HTTP(tls_alert_received_payload_t)){{true, 40}, some("handshake failure")};
      break;
    case WASI_HTTP_TYPES_ERROR_CODE_HTTP_REQUEST_BODY_SIZE:
      code->val.http_request_body_size = (guest_option_u64_t){true, 1ull << 40};
      break;
    case WASI_HTTP_TYPES_ERROR_CODE_HTTP_RESPONSE_BODY_SIZE:
      code->val.http_response_body_size = (guest_option_u64_t){false};
      break;
    case WASI_HTTP_TYPES_ERROR_CODE_HTTP_REQUEST_HEADER_SECTION_SIZE:
    case WASI_HTTP_TYPES_ERROR_CODE_HTTP_REQUEST_TRAILER_SECTION_SIZE:
    case WASI_HTTP_TYPES_ERROR_CODE_HTTP_RESPONSE_HEADER_SECTION_SIZE:
    case WASI_HTTP_TYPES_ERROR_CODE_HTTP_RESPONSE_TRAILER_SECTION_SIZE:
      code->val.http_request_header_section_size = (guest_option_u32_t){true, 65536};
      break;
    case WASI_HTTP_TYPES_ERROR_CODE_HTTP_REQUEST_HEADER_SIZE:
      code->val.http_request_header_size = (HTTP(option_field_size_payload_t)){true, field};
      break;
    case WASI_HTTP_TYPES_ERROR_CODE_HTTP_REQUEST_TRAILER_SIZE:
    case WASI_HTTP_TYPES_ERROR_CODE_HTTP_RESPONSE_HEADER_SIZE:
    case WASI_HTTP_TYPES_ERROR_CODE_HTTP_RESPONSE_TRAILER_SIZE:
      code->val.http_response_header_size = field;
      break;
    case WASI_HTTP_TYPES_ERROR_CODE_HTTP_RESPONSE_TRANSFER_CODING:
    case WASI_HTTP_TYPES_ERROR_CODE_HTTP_RESPONSE_CONTENT_CODING:
      code->val.http_response_transfer_coding = some("brotli");
      break;
    case WASI_HTTP_TYPES_ERROR_CODE_INTERNAL_ERROR:
      code->val.internal_error = some("the guest's own words");
      break;
    default: break;
  }
  HTTP(static_response_outparam_set)(out, &result);
}

static void set_twice(guest_string_t target, outparam_t out) {
  reply_text(out, 200, "first\n", 6);
  reply_text(out, 500, "second\n", 7);  // its handle went with the first
}

static fields_t length_10(void) {
  fields_t headers = HTTP(constructor_fields)();
  fields_add(headers, "content-length", "10", 2);
  return headers;
}

static void too_few_bytes(guest_string_t target, outparam_t out) {
  reply_t reply = reply_start(out, 200, length_10());
  reply_write(&reply, "123", 3);
  reply_end(&reply);
}

static void too_many_bytes(guest_string_t target, outparam_t out) {
  reply_t reply = reply_start(out, 200, length_10());
  reply_write(&reply, "1234567890abc", 13);
  reply_end(&reply);
}

/** Two content-lengths, of which one is no number. */
static void bad_length(guest_string_t target, outparam_t out) {
  fields_t headers = length_10();
  fields_add(headers, "content-length", "ten", 3);
  reply_t reply = reply_start(out, 200, headers);
  reply_write(&reply, "1234567890", 10);
  reply_end(&reply);
}

static void finish_early(guest_string_t target, outparam_t out) {
  HTTP(error_code_t) error;
  reply_t reply = reply_start(out, 200, HTTP(constructor_fields)());
  reply_write(&reply, "some\n", 5);
  HTTP(static_outgoing_body_finish)(reply.body, NULL, &error);  // its stream is still there
}

static void drop_body(guest_string_t target, outparam_t out) {
  reply_t reply = reply_start(out, 200, HTTP(constructor_fields)());
  reply_write(&reply, "some\n", 5);
  IO(output_stream_drop_own)(reply.stream);
  HTTP(outgoing_body_drop_own)(reply.body);
}

/** Returns while it holds the body and the stream. */
static void leak_body(guest_string_t target, outparam_t out) {
  reply_t reply = reply_start(out, 200, HTTP(constructor_fields)());
  reply_write(&reply, "some\n", 5);
}

/** Never asks for the body at all. */
static void no_body(guest_string_t target, outparam_t out) {
  HTTP(result_own_outgoing_response_error_code_t) result = {false};
  result.val.ok = HTTP(constructor_outgoing_response)(HTTP(constructor_fields)());
  HTTP(static_response_outparam_set)(out, &result);
}

static void write_unchecked(guest_string_t target, outparam_t out) {
  reply_t reply = reply_start(out, 200, HTTP(constructor_fields)());
  IO(borrow_output_stream_t) stream = IO(borrow_output_stream)(reply.stream);
  IO(stream_error_t) error;
  guest_list_u8_t much = {malloc(64 * 1048576), 64 * 1048576};
  for (int i = 0; i < 4; i++) {
    if (!IO(method_output_stream_write)(stream, &much, &error)) break;
  }
  reply_end(&reply);
}

/** Over the 4096 bytes that blocking-write-and-flush takes. */
static void write_too_much(guest_string_t target, outparam_t out) {
  reply_t reply = reply_start(out, 200, HTTP(constructor_fields)());
  IO(stream_error_t) error;
  guest_list_u8_t bytes = {malloc(4097), 4097};
  IO(method_output_stream_blocking_write_and_flush)(IO(borrow_output_stream)(reply.stream), &bytes, &error);
  reply_end(&reply);
}

/** A header of `kb` kilobytes. */
static void big_header(guest_string_t target, outparam_t out) {
  size_t length = parse_number(target_param(target, "kb"), 1024) * 1024;
  uint8_t *value = malloc(length);
  memset(value, 'x', length);
  fields_t headers = HTTP(constructor_fields)();
  fields_add(headers, "x-big", value, length);
  reply_t reply = reply_start(out, 200, headers);
  reply_write(&reply, "big header\n", 11);
  reply_end(&reply);
}

static void many_headers(guest_string_t target, outparam_t out) {
  fields_t headers = HTTP(constructor_fields)();
  for (uint64_t i = 0, n = parse_number(target_param(target, "n"), 100000); i < n; i++) {
    fields_add(headers, "x-many", "1", 1);
  }
  reply_t reply = reply_start(out, 200, headers);
  reply_write(&reply, "many headers\n", 13);
  reply_end(&reply);
}

const route_t RESPONSES[] = {
  {"/no-response", no_response},
  {"/no-response-leak", no_response_leak},
  {"/error-code", error_code},
  {"/set-twice", set_twice},
  {"/too-few-bytes", too_few_bytes},
  {"/too-many-bytes", too_many_bytes},
  {"/bad-length", bad_length},
  {"/finish-early", finish_early},
  {"/drop-body", drop_body},
  {"/leak-body", leak_body},
  {"/no-body", no_body},
  {"/write-unchecked", write_unchecked},
  {"/write-too-much", write_too_much},
  {"/big-header", big_header},
  {"/many-headers", many_headers},
  {NULL, NULL},
};
