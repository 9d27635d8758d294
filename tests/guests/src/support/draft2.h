// What the guests of wasi:keyvalue@0.2.0-draft2 share: all but get-many, whose type differs.
#ifndef GUEST_DRAFT2_H
#define GUEST_DRAFT2_H
#include "text.h"

#define KV(name) wasi_keyvalue_store_##name
#define ATOMICS(name) wasi_keyvalue_atomics_##name
#define BATCH(name) wasi_keyvalue_batch_##name

typedef KV(borrow_bucket_t) bucket_t;

bool bytes_are(const uint8_t *bytes, size_t length, const char *expected);

/**
 * The guest's own: whether get-many of [first, missing, second, first] answers "one" for first,
 * an empty value for second and none for missing, in that order.
 */
bool get_many_is_right(bucket_t bucket, guest_string_t first, guest_string_t missing, guest_string_t second);
#endif
