// A guest that puts a secret wherever it can, and one that looks for it: the next request must not
// find what the one before has left.
//
//   /keep?secret=HEX  puts it into a static buffer, the heap and the stack, and finds it there
//   /find?secret=HEX  looks for it
//   /count            how many requests this instance has been asked, this one among them
//
// Both answer in how many places of the whole memory the secret stands. HEX has each of its bytes
// inverted, so that the question itself is no such place. /keep may do one thing more:
//
//   &grow=1  grows the memory, and puts it there too
//   &hold=1  keeps a handle
//   &trap=1  traps, when all that is done
#include "http.h"
#include "text.h"

enum { MOST = 64, DEPTH = 16 };

static uint8_t kept[MOST];
static uint32_t requests;

typedef struct {
  uint8_t bytes[MOST];  // inverted
  size_t length;
} secret_t;

static uint8_t digit(uint8_t c) { return c <= '9' ? c - '0' : c - 'a' + 10; }

static secret_t read_secret(guest_string_t target) {
  guest_string_t hex = target_param(target, "secret");
  secret_t secret = {{0}, hex.len / 2};
  if (hex.ptr == NULL || secret.length == 0 || secret.length > MOST) __builtin_trap();
  for (size_t i = 0; i < secret.length; i++) {
    secret.bytes[i] = (uint8_t)(digit(hex.ptr[2 * i]) << 4 | digit(hex.ptr[2 * i + 1]));
  }
  return secret;
}

/** What is between is volatile, so that clang leaves it where it is put. */
static void put(volatile uint8_t *to, const secret_t *secret) {
  for (size_t i = 0; i < secret->length; i++) to[i] = secret->bytes[i] ^ 0xff;
}

__attribute__((noinline)) static void put_on_stack(const secret_t *secret, int depth) {
  volatile uint8_t frame[MOST];
  put(frame, secret);
  if (depth > 0) put_on_stack(secret, depth - 1);
  put(frame, secret);
}

static uint32_t places(const secret_t *secret) {
  const volatile uint8_t *memory = (const volatile uint8_t *)0;
  size_t size = __builtin_wasm_memory_size(0) * 65536;
  uint32_t found = 0;
  for (size_t start = 0; start + secret->length <= size; start++) {
    size_t same = 0;
    while (same < secret->length && (memory[start + same] ^ 0xff) == secret->bytes[same]) same++;
    found += same == secret->length;
  }
  return found;
}

static bool asked(guest_string_t target, const char *option) {
  return target_param(target, option).ptr != NULL;
}

static void keep(guest_string_t target, const secret_t *secret) {
  put(kept, secret);
  put(malloc(MOST), secret);
  put_on_stack(secret, DEPTH);
  if (asked(target, "grow")) {
    size_t pages = __builtin_wasm_memory_grow(0, 1);
    put((volatile uint8_t *)(pages * 65536 + 65536 - MOST), secret);
  }
  if (asked(target, "hold")) wasi_clocks_monotonic_clock_subscribe_duration(0);
  if (asked(target, "trap")) __builtin_trap();
}

void exports_wasi_http_incoming_handler_handle(request_t request, outparam_t out) {
  guest_string_t target = request_target(request), path = target_path(target);
  HTTP(incoming_request_drop_own)(request);
  requests++;
  uint32_t answer = requests;
  if (!str_is(path, "/count")) {
    secret_t secret = read_secret(target);
    if (str_is(path, "/keep")) keep(target, &secret);
    answer = places(&secret);
  }
  text_t text = {0};
  text_number(&text, answer);
  reply_text(out, 200, text.ptr, text.len);
}
