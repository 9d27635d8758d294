// One interface in two versions in one component: the response goes through io@0.2.0, stderr
// through io@0.2.6, as in components of older tools. Today's tools would merge the two, so the
// WIT calls the second 0.9.6, and the build puts 0.2.6 into the finished component. Answers
// "two versions".
#include "http.h"

void exports_wasi_http_incoming_handler_handle(request_t request, outparam_t out) {
  size_t mark = arena_mark();
  wasi_io_0_9_6_streams_stream_error_t error;
  HTTP(incoming_request_drop_own)(request);
  wasi_io_0_9_6_streams_own_output_stream_t err = wasi_cli_stderr_get_stderr();
  guest_list_u8_t text = {(uint8_t *)"two_versions: through io@0.2.6\n", 31};
  wasi_io_0_9_6_streams_method_output_stream_blocking_write_and_flush(
    wasi_io_0_9_6_streams_borrow_output_stream(err), &text, &error);
  wasi_io_0_9_6_streams_output_stream_drop_own(err);
  reply_text(out, 200, "two versions\n", 13);
  arena_reset(mark);
}
