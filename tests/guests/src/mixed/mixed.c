// http@0.2.0 over io@0.2.3, with clocks@0.2.6 and random@0.2.12: a pollable of io@0.2.3 comes from
// clocks@0.2.6. Answers "mixed".
#include "http.h"

void exports_wasi_http_incoming_handler_handle(request_t request, outparam_t out) {
  size_t mark = arena_mark();
  HTTP(incoming_request_drop_own)(request);
  pollable_t now = wasi_clocks_monotonic_clock_subscribe_duration(0);
  POLL(method_pollable_block)(POLL(borrow_pollable)(now));
  POLL(pollable_drop_own)(now);
  wasi_random_random_get_random_u64();
  reply_text(out, 200, "mixed\n", 6);
  arena_reset(mark);
}
