#include "http.h"

guest_string_t str(const char *text) {
  return (guest_string_t){(uint8_t *)text, strlen(text)};
}

bool str_is(guest_string_t text, const char *expected) {
  return text.len == strlen(expected) && memcmp(text.ptr, expected, text.len) == 0;
}

bool str_starts(guest_string_t text, const char *prefix) {
  size_t length = strlen(prefix);
  return text.len >= length && memcmp(text.ptr, prefix, length) == 0;
}

static uint8_t lower(uint8_t byte) { return byte >= 'A' && byte <= 'Z' ? byte + 32 : byte; }

bool str_is_any_case(guest_string_t text, const char *expected) {
  if (text.len != strlen(expected)) return false;
  for (size_t i = 0; i < text.len; i++) {
    if (lower(text.ptr[i]) != lower((uint8_t)expected[i])) return false;
  }
  return true;
}

guest_string_t request_target(request_t request) {
  guest_string_t target = {0, 0};
  HTTP(method_incoming_request_path_with_query)(HTTP(borrow_incoming_request)(request), &target);
  return target;
}

guest_string_t target_path(guest_string_t target) {
  for (size_t i = 0; i < target.len; i++) {
    if (target.ptr[i] == '?') target.len = i;
  }
  return target;
}

guest_string_t target_param(guest_string_t target, const char *name) {
  size_t length = strlen(name);
  guest_string_t rest = target_path(target);
  uint8_t *end = target.ptr + target.len, *at = rest.ptr + rest.len;
  while (at < end) {
    uint8_t *start = ++at;
    while (at < end && *at != '&') at++;
    guest_string_t pair = {start, (size_t)(at - start)};
    if (pair.len > length && pair.ptr[length] == '=' && str_starts(pair, name)) {
      return (guest_string_t){pair.ptr + length + 1, pair.len - length - 1};
    }
  }
  return (guest_string_t){NULL, 0};
}

uint64_t parse_number(guest_string_t text, uint64_t otherwise) {
  if (text.len == 0 || text.ptr[0] < '0' || text.ptr[0] > '9') return otherwise;
  uint64_t number = 0;
  for (size_t i = 0; i < text.len && text.ptr[i] >= '0' && text.ptr[i] <= '9'; i++) {
    number = number * 10 + (text.ptr[i] - '0');
  }
  return number;
}

void fields_add(fields_t fields, const char *name, const void *value, size_t length) {
  guest_string_t key = str(name);
  HTTP(field_value_t) bytes = {(uint8_t *)value, length};
  HTTP(header_error_t) error;
  HTTP(method_fields_append)(HTTP(borrow_fields)(fields), &key, &bytes, &error);
}

reply_t reply_start(outparam_t out, uint16_t status, fields_t headers) {
  HTTP(result_own_outgoing_response_error_code_t) result = {false};
  reply_t reply;
  result.val.ok = HTTP(constructor_outgoing_response)(headers);
  HTTP(borrow_outgoing_response_t) response = HTTP(borrow_outgoing_response)(result.val.ok);
  HTTP(method_outgoing_response_set_status_code)(response, status);
  HTTP(method_outgoing_response_body)(response, &reply.body);
  HTTP(method_outgoing_body_write)(HTTP(borrow_outgoing_body)(reply.body), &reply.stream);
  HTTP(static_response_outparam_set)(out, &result);
  return reply;
}

bool reply_write(reply_t *reply, const void *bytes, size_t length) {
  const uint8_t *at = bytes;
  IO(stream_error_t) error;
  while (length > 0) {
    // blocking-write-and-flush takes 4096 bytes at most
    guest_list_u8_t part = {(uint8_t *)at, length < 4096 ? length : 4096};
    if (!IO(method_output_stream_blocking_write_and_flush)(
            IO(borrow_output_stream)(reply->stream), &part, &error)) {
      return false;
    }
    at += part.len;
    length -= part.len;
  }
  return true;
}

void reply_end(reply_t *reply) {
  HTTP(error_code_t) error;
  IO(output_stream_drop_own)(reply->stream);
  HTTP(static_outgoing_body_finish)(reply->body, NULL, &error);
}

void reply_text(outparam_t out, uint16_t status, const void *bytes, size_t length) {
  reply_t reply = reply_start(out, status, HTTP(constructor_fields)());
  reply_write(&reply, bytes, length);
  reply_end(&reply);
}
