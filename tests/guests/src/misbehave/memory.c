// Guests that hand over memory they do not have, or text that is none.
#include "misbehave.h"

#define KV(name) wasi_keyvalue_store_##name

static void get(guest_string_t key) {
  guest_option_list_u8_t value;
  KV(error_t) error;
  KV(method_bucket_get)(open_bucket(), &key, &value, &error);
}

static void bad_pointer(guest_string_t target, outparam_t out) {
  get((guest_string_t){(uint8_t *)0xfffffff0, 10});
  answer_survived(out);
}

/** The last byte of the memory and one more. */
static void over_the_end(guest_string_t target, outparam_t out) {
  get((guest_string_t){(uint8_t *)(__builtin_wasm_memory_size(0) * 65536 - 1), 2});
  answer_survived(out);
}

static void huge_length(guest_string_t target, outparam_t out) {
  get((guest_string_t){(uint8_t *)16, 0xffffffff});
  answer_survived(out);
}

static void huge_list(guest_string_t target, outparam_t out) {
  guest_string_t key = str("misbehave/huge");
  guest_list_u8_t value = {(uint8_t *)16, 0x7fffffff};
  KV(error_t) error;
  KV(method_bucket_set)(open_bucket(), &key, &value, &error);
  answer_survived(out);
}

/** 2^30 + 1 handles of 4 bytes: the product does not fit in 32 bits. */
static void list_overflow(guest_string_t target, outparam_t out) {
  POLL(list_borrow_pollable_t) list = {(POLL(borrow_pollable_t) *)16, 0x40000001};
  guest_list_u32_t ready;
  POLL(poll)(&list, &ready);
  answer_survived(out);
}

static void misaligned_list(guest_string_t target, outparam_t out) {
  char *buffer = malloc(16);
  POLL(list_borrow_pollable_t) list = {(POLL(borrow_pollable_t) *)(buffer + 1), 1};
  int32_t handle = timer(0).__handle;
  memcpy(buffer + 1, &handle, 4);
  guest_list_u32_t ready;
  POLL(poll)(&list, &ready);
  answer_survived(out);
}

static void bad_utf8(guest_string_t target, outparam_t out) {
  get(str("key \xff\xfe"));
  answer_survived(out);
}

/** UTF-16's halves, which UTF-8 must not have. */
static void surrogate(guest_string_t target, outparam_t out) {
  get(str("key \xed\xa0\x80"));
  answer_survived(out);
}

static void bad_utf8_name(guest_string_t target, outparam_t out) {
  KV(own_bucket_t) bucket;
  KV(error_t) error;
  guest_string_t name = str("\xc3");
  KV(open)(&name, &bucket, &error);
  answer_survived(out);
}

/** The host is to write its answer where there is no memory. */
static void bad_realloc(guest_string_t target, outparam_t out) {
  wasi_keyvalue_store_borrow_bucket_t bucket = open_bucket();
  guest_string_t key = str("misbehave/value");
  guest_list_u8_t value = {(uint8_t *)"value", 5};
  guest_option_list_u8_t got;
  KV(error_t) error;
  KV(method_bucket_set)(bucket, &key, &value, &error);
  realloc_mode = (int)parse_number(target_param(target, "mode"), REALLOC_OUT_OF_BOUNDS);
  KV(method_bucket_get)(bucket, &key, &got, &error);
  realloc_mode = REALLOC_WELL;
  answer_survived(out);
}

/** A list of u32 at an odd address. */
static void misaligned_realloc(guest_string_t target, outparam_t out) {
  POLL(borrow_pollable_t) now = POLL(borrow_pollable)(timer(0));
  POLL(list_borrow_pollable_t) list = {&now, 1};
  guest_list_u32_t ready;
  realloc_mode = REALLOC_MISALIGNED;
  POLL(poll)(&list, &ready);
  realloc_mode = REALLOC_WELL;
  answer_survived(out);
}

// As the bindings declare it, with the return area where we like.
extern void raw_bucket_get(int32_t self, uint8_t *key, size_t length, uint8_t *result)
  __asm__("__wasm_import_wasi_keyvalue_store_method_bucket_get");

static void bad_result_pointer(guest_string_t target, outparam_t out) {
  raw_bucket_get(open_bucket().__handle, (uint8_t *)"k", 1, (uint8_t *)0xfffffff0);
  answer_survived(out);
}

extern void raw_set(int32_t, int32_t, int32_t, int32_t, int64_t, int32_t, int32_t, int32_t, int32_t)
  __asm__("__wasm_import_wasi_http_types_static_response_outparam_set");

/** Case 7 of a result, which has two. */
static void bad_case(guest_string_t target, outparam_t out) {
  raw_set(out.__handle, 7, 0, 0, 0, 0, 0, 0, 0);
}

/** Case 200 of error-code, which has 39. */
static void bad_error_code(guest_string_t target, outparam_t out) {
  raw_set(out.__handle, 1, 200, 0, 0, 0, 0, 0, 0);
}

/** A status that is no u16: the ABI says that only its low 16 bits count. */
extern int32_t raw_set_status(int32_t self, int32_t status)
  __asm__("__wasm_import_wasi_http_types_method_outgoing_response_set_status_code");

static void wide_status(guest_string_t target, outparam_t out) {
  HTTP(result_own_outgoing_response_error_code_t) result = {false};
  result.val.ok = HTTP(constructor_outgoing_response)(HTTP(constructor_fields)());
  raw_set_status(result.val.ok.__handle, 0x70000 + 404);
  HTTP(static_response_outparam_set)(out, &result);
}

const route_t MEMORY[] = {
  {"/bad-pointer", bad_pointer},
  {"/over-the-end", over_the_end},
  {"/huge-length", huge_length},
  {"/huge-list", huge_list},
  {"/list-overflow", list_overflow},
  {"/misaligned-list", misaligned_list},
  {"/bad-utf8", bad_utf8},
  {"/surrogate", surrogate},
  {"/bad-utf8-name", bad_utf8_name},
  {"/bad-realloc", bad_realloc},
  {"/misaligned-realloc", misaligned_realloc},
  {"/bad-result-pointer", bad_result_pointer},
  {"/bad-case", bad_case},
  {"/bad-error-code", bad_error_code},
  {"/wide-status", wide_status},
  {NULL, NULL},
};
