#include "every_import.h"

typedef void (*get_bytes_t)(uint64_t length, guest_list_u8_t *bytes);
typedef uint64_t (*get_u64_t)(void);

/** More than crypto.getRandomValues gives at once. */
#define MANY 100000

static void check_bytes(get_bytes_t get) {
  guest_list_u8_t a, b;
  get(0, &a);
  check(a.len == 0, "none asked for, some given");
  get(33, &a);
  get(33, &b);
  check(a.len == 33 && b.len == 33, "33 asked for, another number given");
  check(a.len == b.len && memcmp(a.ptr, b.ptr, a.len) != 0, "two calls give the same");
  get(MANY, &a);
  check(a.len == MANY, "100000 asked for, another number given");
  bool zeroes = true;
  for (size_t i = MANY - 64; i < a.len; i++) zeroes = zeroes && a.ptr[i] == 0;
  check(!zeroes, "the last of 100000 bytes are zeroes");
}

static void check_u64(get_u64_t get) {
  uint64_t a = get(), b = get(), c = get();
  check(a != b || b != c, "three calls give the same");
  check((a | b | c) >> 32 != 0, "the upper half is always 0");
}

void check_random(void) {
  check_begin("wasi:random/random@0.2.12#get-random-bytes");
  check_bytes(wasi_random_random_get_random_bytes);
  check_begin("wasi:random/random@0.2.12#get-random-u64");
  check_u64(wasi_random_random_get_random_u64);
  check_begin("wasi:random/insecure@0.2.12#get-insecure-random-bytes");
  check_bytes(wasi_random_insecure_get_insecure_random_bytes);
  check_begin("wasi:random/insecure@0.2.12#get-insecure-random-u64");
  check_u64(wasi_random_insecure_get_insecure_random_u64);
  check_begin("wasi:random/insecure-seed@0.2.12#insecure-seed");
  guest_tuple2_u64_u64_t seed;
  wasi_random_insecure_seed_insecure_seed(&seed);
  check(seed.f0 != 0 || seed.f1 != 0, "it is 0");
}
