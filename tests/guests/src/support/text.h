// A text that grows.
#ifndef GUEST_TEXT_H
#define GUEST_TEXT_H
#include "http.h"

typedef struct {
  uint8_t *ptr;
  size_t len, capacity;
} text_t;

void text_bytes(text_t *text, const void *bytes, size_t length);
void text_add(text_t *text, const char *more);
void text_string(text_t *text, guest_string_t more);
void text_number(text_t *text, uint64_t number);
void text_hex(text_t *text, const uint8_t *bytes, size_t length);
#endif
