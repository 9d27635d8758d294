// Traps below two calls, a loop and a host call, and keeps its DWARF: for the lines of a stack.
// The numbers of these lines stand in tests/faults_test.ts.
#include "http.h"

__attribute__((noinline)) static int sum(volatile const int *numbers, int count) {
  int sum = 0;
  for (int i = 0; i < count; i++) sum += numbers[i];
  if (sum == 6) __builtin_trap();
  return sum;
}

__attribute__((noinline)) static int add_up(int last) {
  volatile int numbers[3] = {1, 2, last};
  int total = 0;
  for (int times = 0; times < 3; times++) {
    total += sum(numbers, 3);
  }
  return total;
}

void exports_wasi_http_incoming_handler_handle(request_t request, outparam_t out) {
  guest_string_t target = request_target(request);
  if (str_is(target_path(target), "/trap")) {
    add_up(3);
  }
  reply_text(out, 200, "no trap\n", 8);
}
