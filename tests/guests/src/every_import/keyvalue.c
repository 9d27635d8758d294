#include "keyvalue.h"

#define IN "wasi:keyvalue/store@0.2.0-draft#"

static text_t prefix;

guest_string_t own_key(const char *name) {
  text_t key = {0};
  text_bytes(&key, prefix.ptr, prefix.len);
  text_add(&key, name);
  return (guest_string_t){key.ptr, key.len};
}

guest_list_u8_t list_of(const char *text) { return (guest_list_u8_t){(uint8_t *)text, strlen(text)}; }

bool set_text(bucket_t bucket, guest_string_t key, const char *text) {
  KV(error_t) error;
  guest_list_u8_t value = list_of(text);
  return KV(method_bucket_set)(bucket, &key, &value, &error);
}

bool value_is(bucket_t bucket, guest_string_t key, const char *text) {
  guest_option_list_u8_t value;
  KV(error_t) error;
  if (!KV(method_bucket_get)(bucket, &key, &value, &error)) return false;
  if (text == NULL || !value.is_some) return text == NULL && !value.is_some;
  return bytes_are(value.val.ptr, value.val.len, text);
}

static bool exists(bucket_t bucket, guest_string_t key, bool *answer) {
  KV(error_t) error;
  return KV(method_bucket_exists)(bucket, &key, answer, &error);
}

static bool delete(bucket_t bucket, guest_string_t key) {
  KV(error_t) error;
  return KV(method_bucket_delete)(bucket, &key, &error);
}

static void check_values(bucket_t bucket, bucket_t second) {
  guest_string_t key = own_key("value"), odd = own_key("\xd0\xba\xd0\xbb\xd1\x8e\xd1\x87 \xf0\x9f\x94\x91/../%2F:*?");
  guest_string_t empty = own_key("empty"), binary = own_key("binary");
  KV(error_t) error;

  check_begin(IN "[method]bucket.set");
  check(set_text(bucket, key, "first"), "fails");
  check(set_text(bucket, key, "second"), "a second set fails");
  check(set_text(bucket, empty, ""), "an empty value fails");
  check(set_text(bucket, odd, "odd"), "a key with every kind of character fails");
  guest_list_u8_t all = {malloc(256), 256};
  for (size_t i = 0; i < 256; i++) all.ptr[i] = (uint8_t)i;
  check(KV(method_bucket_set)(bucket, &binary, &all, &error), "a value of all bytes fails");

  check_begin(IN "[method]bucket.get");
  check(value_is(bucket, key, "second"), "it does not give what was set last");
  check(value_is(second, key, "second"), "a second handle of the bucket does not see it");
  check(value_is(bucket, empty, ""), "an empty value is not an empty value after");
  check(value_is(bucket, odd, "odd"), "a key with every kind of character does not come back");
  check(value_is(bucket, own_key("missing"), NULL), "a missing key is not none");
  guest_option_list_u8_t got = {false};
  check(KV(method_bucket_get)(bucket, &binary, &got, &error) && got.is_some && got.val.len == 256 &&
          memcmp(got.val.ptr, all.ptr, 256) == 0,
        "a value of all bytes is changed");

  bool answer = false;
  check_begin(IN "[method]bucket.exists");
  check(exists(bucket, key, &answer) && answer, "a key that was set is not there");
  check(exists(bucket, empty, &answer) && answer, "a key with an empty value is not there");
  check(exists(bucket, own_key("missing"), &answer) && !answer, "a missing key is there");

  check_begin(IN "[method]bucket.delete");
  check(delete(bucket, key) && value_is(bucket, key, NULL), "the key is still there");
  check(exists(second, key, &answer) && !answer, "a second handle still has it");
  check(delete(bucket, key), "to delete it again fails");
  check(delete(bucket, own_key("missing")), "to delete a missing key fails");
  check(delete(bucket, empty) && delete(bucket, odd) && delete(bucket, binary), "fails");
}

void check_keyvalue(guest_string_t name) {
  KV(own_bucket_t) own, own_second;
  KV(error_t) error;
  prefix = (text_t){0};
  text_add(&prefix, "every_import/");
  text_number(&prefix, wasi_random_random_get_random_u64());
  text_add(&prefix, "/");

  check_begin(IN "open");
  bool opened = KV(open)(&name, &own, &error) && KV(open)(&name, &own_second, &error);
  check(opened, "fails");
  if (!opened) return;
  bucket_t bucket = KV(borrow_bucket)(own), second = KV(borrow_bucket)(own_second);

  check_values(bucket, second);
  check_listing(bucket);
  check_increment(bucket);
  check_batch(bucket);
  KV(bucket_drop_own)(own);
  KV(bucket_drop_own)(own_second);
}
