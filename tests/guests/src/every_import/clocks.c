#include "every_import.h"

#define MONOTONIC "wasi:clocks/monotonic-clock@0.2.12#"
#define WALL "wasi:clocks/wall-clock@0.2.12#"

void check_clocks(void) {
  check_begin(MONOTONIC "now");
  uint64_t first = wasi_clocks_monotonic_clock_now(), second = wasi_clocks_monotonic_clock_now();
  check(second >= first, "it goes backwards");

  check_begin(MONOTONIC "resolution");
  uint64_t resolution = wasi_clocks_monotonic_clock_resolution();
  check(resolution > 0 && resolution <= SECOND, "it is not between 1 ns and 1 s");

  check_begin(MONOTONIC "subscribe-instant");
  block_on(wasi_clocks_monotonic_clock_subscribe_instant(0));
  block_on(wasi_clocks_monotonic_clock_subscribe_instant(wasi_clocks_monotonic_clock_now()));
  uint64_t when = wasi_clocks_monotonic_clock_now() + 20 * MILLISECOND;
  block_on(wasi_clocks_monotonic_clock_subscribe_instant(when));
  check(wasi_clocks_monotonic_clock_now() >= when, "it is ready before its time");
  check(wasi_clocks_monotonic_clock_now() < when + 5 * SECOND, "it is 5 seconds late");

  check_begin(MONOTONIC "subscribe-duration");
  block_on(wasi_clocks_monotonic_clock_subscribe_duration(0));
  uint64_t start = wasi_clocks_monotonic_clock_now();
  block_on(wasi_clocks_monotonic_clock_subscribe_duration(20 * MILLISECOND));
  uint64_t took = wasi_clocks_monotonic_clock_now() - start;
  check(took >= 20 * MILLISECOND, "20 ms are over too soon");
  check(took < 5 * SECOND, "20 ms take 5 seconds");
  pollable_t longest = wasi_clocks_monotonic_clock_subscribe_duration(UINT64_MAX);
  check(!POLL(method_pollable_ready)(POLL(borrow_pollable)(longest)), "the longest duration is ready at once");
  POLL(pollable_drop_own)(longest);

  wasi_clocks_wall_clock_datetime_t time;
  check_begin(WALL "now");
  wasi_clocks_wall_clock_now(&time);
  check(time.seconds > 1700000000 && time.seconds < 10000000000ull, "it is not this age");
  check(time.nanoseconds < 1000000000, "its nanoseconds are a second or more");

  check_begin(WALL "resolution");
  wasi_clocks_wall_clock_resolution(&time);
  check(time.seconds > 0 || time.nanoseconds > 0, "it is 0");
  check(time.seconds <= 1 && time.nanoseconds < 1000000000, "it is over a second");
}
