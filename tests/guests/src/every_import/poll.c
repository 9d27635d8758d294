#include "every_import.h"

#define IN "wasi:io/poll@0.2.12#"

static pollable_t after(uint64_t nanoseconds) {
  return wasi_clocks_monotonic_clock_subscribe_duration(nanoseconds);
}

static guest_list_u32_t poll(POLL(borrow_pollable_t) *pollables, size_t count) {
  POLL(list_borrow_pollable_t) list = {pollables, count};
  guest_list_u32_t ready;
  POLL(poll)(&list, &ready);
  return ready;
}

void check_poll(void) {
  pollable_t never = after(3600 * SECOND), soon = after(5 * MILLISECOND), now = after(0), now_too = after(0);
  POLL(borrow_pollable_t) NEVER = POLL(borrow_pollable)(never), SOON = POLL(borrow_pollable)(soon);
  POLL(borrow_pollable_t) NOW = POLL(borrow_pollable)(now), NOW_TOO = POLL(borrow_pollable)(now_too);

  check_begin(IN "[method]pollable.block");
  POLL(method_pollable_block)(NOW);
  POLL(method_pollable_block)(NOW);
  POLL(method_pollable_block)(NOW_TOO);

  check_begin(IN "[method]pollable.ready");
  check(!POLL(method_pollable_ready)(NEVER), "a timer of an hour is ready");
  check(POLL(method_pollable_ready)(NOW), "a timer that was waited for is not ready");
  check(POLL(method_pollable_ready)(NOW), "it is ready only once");

  check_begin(IN "poll");
  POLL(borrow_pollable_t) one_ready[] = {NEVER, NOW, NEVER};
  guest_list_u32_t ready = poll(one_ready, 3);
  check(ready.len == 1 && ready.ptr[0] == 1, "[never, now, never] does not answer [1]");

  POLL(borrow_pollable_t) two_ready[] = {NOW, NEVER, NOW_TOO};
  ready = poll(two_ready, 3);
  check(ready.len == 2 && ready.ptr[0] + ready.ptr[1] == 2, "[now, never, now] does not answer [0, 2]");

  POLL(borrow_pollable_t) same_twice[] = {NOW, NOW};
  ready = poll(same_twice, 2);
  check(ready.len == 2 && ready.ptr[0] + ready.ptr[1] == 1, "the same pollable twice is not answered twice");

  uint64_t before = wasi_clocks_monotonic_clock_now();
  POLL(borrow_pollable_t) wait_for_one[] = {NEVER, SOON};
  ready = poll(wait_for_one, 2);
  check(ready.len == 1 && ready.ptr[0] == 1, "[never, in 5 ms] does not answer [1]");
  check(wasi_clocks_monotonic_clock_now() - before < 5 * SECOND, "5 ms took over 5 seconds");

  POLL(pollable_drop_own)(never);
  POLL(pollable_drop_own)(soon);
  POLL(pollable_drop_own)(now);
  POLL(pollable_drop_own)(now_too);
}
