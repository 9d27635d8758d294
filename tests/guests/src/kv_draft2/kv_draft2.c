// wasi:keyvalue@0.2.0-draft2 as upstream had it first; support/draft2.c says what it answers.
#include "draft2.h"

typedef guest_option_tuple2_string_list_u8_t found_t;

static bool is(found_t found, guest_string_t key, const char *value) {
  return found.is_some && found.val.f0.len == key.len && memcmp(found.val.f0.ptr, key.ptr, key.len) == 0 &&
    bytes_are(found.val.f1.ptr, found.val.f1.len, value);
}

bool get_many_is_right(bucket_t bucket, guest_string_t first, guest_string_t missing, guest_string_t second) {
  guest_string_t keys[4] = {first, missing, second, first};
  guest_list_string_t asked = {keys, 4};
  guest_list_option_tuple2_string_list_u8_t found;
  BATCH(error_t) error;
  return BATCH(get_many)(bucket, &asked, &found, &error) && found.len == 4 && is(found.ptr[0], first, "one") &&
    !found.ptr[1].is_some && is(found.ptr[2], second, "") && is(found.ptr[3], first, "one");
}
