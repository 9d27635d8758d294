// Guests that trap, run on, or end themselves.
#include "misbehave.h"

static void unreachable(guest_string_t target, outparam_t out) { __builtin_trap(); }

static void out_of_bounds(guest_string_t target, outparam_t out) {
  *(volatile uint8_t *)0xfffffff0 = 1;
  answer_survived(out);
}

static void divide_by_zero(guest_string_t target, outparam_t out) {
  volatile int zero = 0;
  volatile int result = 1000 / zero;
  (void)result;
  answer_survived(out);
}

__attribute__((noinline)) static int recurse(volatile int depth) {
  volatile int here = depth;
  return here < 0 ? 0 : recurse(here + 1) + here;
}

static void stack(guest_string_t target, outparam_t out) {
  if (recurse(0) == 1) return;
  answer_survived(out);
}

/** Recursion that uses no shadow stack, so that it is the host's stack that gives out. */
__attribute__((noinline)) static uint64_t count_down(uint64_t n) {
  __asm__ volatile("");
  return n == 0 ? 0 : count_down(n - 1) * 3 + 1;
}

static void native_stack(guest_string_t target, outparam_t out) {
  if (count_down(UINT64_MAX) == 1) return;
  answer_survived(out);
}

static void trap_after_headers(guest_string_t target, outparam_t out) {
  reply_t reply = reply_start(out, 200, HTTP(constructor_fields)());
  reply_write(&reply, "some of the body\n", 17);
  __builtin_trap();
}

static void trap_after_body(guest_string_t target, outparam_t out) {
  reply_text(out, 200, "all of the body\n", 16);
  __builtin_trap();
}

static void panic_message(guest_string_t target, outparam_t out) {
  output_t err = wasi_cli_stderr_get_stderr();
  IO(stream_error_t) error;
  guest_list_u8_t text = {
    (uint8_t *)"thread 'main' panicked at src/lib.rs:1:1:\nthe guest's own words, no newline at the end", 87};
  text.len = strlen((const char *)text.ptr);
  IO(method_output_stream_blocking_write_and_flush)(IO(borrow_output_stream)(err), &text, &error);
  __builtin_trap();
}

static void never(guest_string_t target, outparam_t out) {
  POLL(method_pollable_block)(POLL(borrow_pollable)(timer(3600ull * 1000000000)));
  answer_survived(out);
}

static void never_after_headers(guest_string_t target, outparam_t out) {
  reply_t reply = reply_start(out, 200, HTTP(constructor_fields)());
  reply_write(&reply, "some of the body\n", 17);
  POLL(method_pollable_block)(POLL(borrow_pollable)(timer(3600ull * 1000000000)));
  reply_end(&reply);
}

static void spin(guest_string_t target, outparam_t out) {
  volatile uint32_t turns = 0;
  for (;;) turns++;
}

/** Waits in a loop that never sleeps: the host gets a turn at each call. */
static void spin_ready(guest_string_t target, outparam_t out) {
  pollable_t far = timer(3600ull * 1000000000);
  while (!POLL(method_pollable_ready)(POLL(borrow_pollable)(far))) {}
  answer_survived(out);
}

static void exit_guest(guest_string_t target, outparam_t out) {
  guest_string_t code = target_param(target, "code");
  if (code.ptr != NULL) wasi_cli_exit_exit_with_code((uint8_t)parse_number(code, 1));
  wasi_cli_exit_result_void_void_t status = {parse_number(target_param(target, "ok"), 0) == 0};
  wasi_cli_exit_exit(&status);
  answer_survived(out);
}

static void grow(guest_string_t target, outparam_t out) {
  while (__builtin_wasm_memory_grow(0, 16) != (size_t)-1) {}
  __builtin_trap();
}

/** `mb` megabytes, touched, and a normal answer: for the memory limit. */
static void allocate(guest_string_t target, outparam_t out) {
  uint64_t megabytes = parse_number(target_param(target, "mb"), 64);
  for (uint64_t i = 0; i < megabytes; i++) {
    uint8_t *block = malloc(1048576);
    for (size_t at = 0; at < 1048576; at += 4096) block[at] = 1;
  }
  answer_survived(out);
}

const route_t TRAPS[] = {
  {"/trap", unreachable},
  {"/trap-oob", out_of_bounds},
  {"/trap-divide", divide_by_zero},
  {"/stack", stack},
  {"/native-stack", native_stack},
  {"/trap-after-headers", trap_after_headers},
  {"/trap-after-body", trap_after_body},
  {"/panic-message", panic_message},
  {"/never", never},
  {"/never-after-headers", never_after_headers},
  {"/spin", spin},
  {"/spin-ready", spin_ready},
  {"/exit", exit_guest},
  {"/grow", grow},
  {"/allocate", allocate},
  {NULL, NULL},
};
