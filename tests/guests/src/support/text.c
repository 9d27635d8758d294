#include "text.h"

void text_bytes(text_t *text, const void *bytes, size_t length) {
  if (text->capacity - text->len < length) {
    text->capacity = (text->len + length) * 2;
    uint8_t *bigger = malloc(text->capacity);
    memcpy(bigger, text->ptr, text->len);
    text->ptr = bigger;
  }
  memcpy(text->ptr + text->len, bytes, length);
  text->len += length;
}

void text_add(text_t *text, const char *more) { text_bytes(text, more, strlen(more)); }

void text_string(text_t *text, guest_string_t more) { text_bytes(text, more.ptr, more.len); }

void text_number(text_t *text, uint64_t number) {
  char digits[20];
  int at = 20;
  do {
    digits[--at] = (char)('0' + number % 10);
    number /= 10;
  } while (number > 0);
  text_bytes(text, digits + at, 20 - at);
}

void text_hex(text_t *text, const uint8_t *bytes, size_t length) {
  for (size_t i = 0; i < length; i++) {
    char pair[2] = {"0123456789abcdef"[bytes[i] >> 4], "0123456789abcdef"[bytes[i] & 15]};
    text_bytes(text, pair, 2);
  }
}
