#include "keyvalue.h"

#define KEYS 5

static guest_string_t listed_key(size_t index) {
  const char *names[KEYS] = {"list/0", "list/1", "list/2", "list/3", "list/4"};
  return own_key(names[index]);
}

/** Goes through all pages and counts how often each key of ours is listed. */
static bool count_keys(bucket_t bucket, size_t counts[KEYS]) {
  KV(key_response_t) page;
  KV(error_t) error;
  uint64_t cursor = 0, *from = NULL;
  for (size_t i = 0; i < KEYS; i++) counts[i] = 0;
  for (int pages = 0; pages < 10000; pages++) {
    if (!KV(method_bucket_list_keys)(bucket, from, &page, &error)) return false;
    for (size_t k = 0; k < page.keys.len; k++) {
      for (size_t i = 0; i < KEYS; i++) {
        guest_string_t key = listed_key(i), listed = page.keys.ptr[k];
        if (listed.len == key.len && memcmp(listed.ptr, key.ptr, key.len) == 0) counts[i]++;
      }
    }
    if (!page.cursor.is_some) return true;
    cursor = page.cursor.val;
    from = &cursor;
  }
  return false;
}

void check_listing(bucket_t bucket) {
  size_t counts[KEYS];
  KV(key_response_t) page;
  KV(error_t) error;
  check_begin("wasi:keyvalue/store@0.2.0-draft#[method]bucket.list-keys");
  for (size_t i = 0; i < KEYS; i++) check(set_text(bucket, listed_key(i), "x"), "set fails");
  check(count_keys(bucket, counts), "it fails, or never comes to an end");
  for (size_t i = 0; i < KEYS; i++) {
    check(counts[i] > 0, "a key is not listed");
    check(counts[i] < 2, "a key is listed twice");
  }
  // A cursor is any number a guest cares to invent: the answer may be an error, not a trap.
  uint64_t forged = UINT64_MAX;
  KV(method_bucket_list_keys)(bucket, &forged, &page, &error);
  for (size_t i = 0; i < KEYS; i++) {
    guest_string_t key = listed_key(i);
    KV(method_bucket_delete)(bucket, &key, &error);
  }
  check(count_keys(bucket, counts), "it fails after the keys were deleted");
  for (size_t i = 0; i < KEYS; i++) check(counts[i] == 0, "a deleted key is listed");
}

static bool increment(bucket_t bucket, guest_string_t key, uint64_t delta, uint64_t *sum) {
  wasi_keyvalue_atomics_error_t error;
  return wasi_keyvalue_atomics_increment(bucket, &key, delta, sum, &error);
}

void check_increment(bucket_t bucket) {
  guest_string_t key = own_key("counter"), text = own_key("text"), full = own_key("full");
  KV(error_t) error;
  uint64_t sum;
  check_begin("wasi:keyvalue/atomics@0.2.0-draft#increment");
  check(increment(bucket, key, 5, &sum) && sum == 5, "a missing key does not count as 0");
  check(increment(bucket, key, 37, &sum) && sum == 42, "5 and 37 are not 42");
  check(increment(bucket, key, 0, &sum) && sum == 42, "to add 0 changes it");
  check(value_is(bucket, key, "42"), "get does not give the decimal digits");
  check(set_text(bucket, key, "100") && increment(bucket, key, 1, &sum) && sum == 101, "it does not read what set wrote");
  check(set_text(bucket, text, "not a number") && !increment(bucket, text, 1, &sum), "a text can be incremented");
  check(value_is(bucket, text, "not a number"), "a failed increment changes the value");
  check(set_text(bucket, full, "18446744073709551615") && !increment(bucket, full, 1, &sum), "an overflow is no error");
  check(value_is(bucket, full, "18446744073709551615"), "an overflow changes the value");
  KV(method_bucket_delete)(bucket, &key, &error);
  KV(method_bucket_delete)(bucket, &text, &error);
  KV(method_bucket_delete)(bucket, &full, &error);
}

void check_batch(bucket_t bucket) {
  guest_string_t a = own_key("batch/a"), b = own_key("batch/b"), missing = own_key("batch/missing");
  wasi_keyvalue_batch_error_t error;

  check_begin("wasi:keyvalue/batch@0.2.0-draft#set-many");
  guest_tuple2_string_list_u8_t pairs[2] = {{a, list_of("value a")}, {b, list_of("")}};
  guest_list_tuple2_string_list_u8_t two = {pairs, 2}, none = {pairs, 0};
  check(wasi_keyvalue_batch_set_many(bucket, &two, &error), "fails");
  check(value_is(bucket, a, "value a") && value_is(bucket, b, ""), "a value is not there after");
  check(wasi_keyvalue_batch_set_many(bucket, &none, &error), "an empty list fails");

  check_begin("wasi:keyvalue/batch@0.2.0-draft#get-many");
  guest_string_t keys[4] = {b, missing, a, b};
  guest_list_string_t asked = {keys, 4}, nothing = {keys, 0};
  guest_list_option_tuple2_string_list_u8_t got = {0};
  check(wasi_keyvalue_batch_get_many(bucket, &asked, &got, &error), "fails");
  check(got.len == 4, "there are not as many answers as keys");
  bool right = got.len == 4 && got.ptr[0].is_some && !got.ptr[1].is_some && got.ptr[2].is_some && got.ptr[3].is_some &&
    got.ptr[0].val.f1.len == 0 && bytes_are(got.ptr[2].val.f1.ptr, got.ptr[2].val.f1.len, "value a") &&
    got.ptr[2].val.f0.len == a.len && memcmp(got.ptr[2].val.f0.ptr, a.ptr, a.len) == 0;
  check(right, "[b, missing, a, b] is not answered in that order, with none for the missing one");
  check(wasi_keyvalue_batch_get_many(bucket, &nothing, &got, &error) && got.len == 0, "an empty list is not empty");

  check_begin("wasi:keyvalue/batch@0.2.0-draft#delete-many");
  guest_string_t gone[3] = {a, missing, b};
  guest_list_string_t all = {gone, 3};
  check(wasi_keyvalue_batch_delete_many(bucket, &all, &error), "a missing key among them fails");
  check(value_is(bucket, a, NULL) && value_is(bucket, b, NULL), "a key is still there");
  check(wasi_keyvalue_batch_delete_many(bucket, &nothing, &error), "an empty list fails");
}
