// wasi:keyvalue@0.2.0-draft2 as Spin has it; support/draft2.c says what it answers.
#include "draft2.h"

typedef guest_tuple2_string_option_list_u8_t found_t;

static bool is(found_t found, guest_string_t key, const char *value) {
  bool same = found.f0.len == key.len && memcmp(found.f0.ptr, key.ptr, key.len) == 0;
  if (value == NULL || !found.f1.is_some) return same && value == NULL && !found.f1.is_some;
  return same && bytes_are(found.f1.val.ptr, found.f1.val.len, value);
}

bool get_many_is_right(bucket_t bucket, guest_string_t first, guest_string_t missing, guest_string_t second) {
  guest_string_t keys[4] = {first, missing, second, first};
  guest_list_string_t asked = {keys, 4};
  guest_list_tuple2_string_option_list_u8_t found;
  BATCH(error_t) error;
  return BATCH(get_many)(bucket, &asked, &found, &error) && found.len == 4 && is(found.ptr[0], first, "one") &&
    is(found.ptr[1], missing, NULL) && is(found.ptr[2], second, "") && is(found.ptr[3], first, "one");
}
