#include "every_import.h"

static void check_http(request_t request) {
  check_fields();
  check_fields_immutable(request);
  check_incoming(request);
  check_outgoing_request();
  check_request_options();
  check_outgoing_response();
  check_incoming_response();
}

static void check_streams(request_t request) {
  check_poll();
  check_output();
  output_t sink = wasi_cli_stdout_get_stdout();
  check_input(request, sink);
  IO(output_stream_drop_own)(sink);
}

static void index(outparam_t out) {
  const char *text = "/streams /streams-body /clocks /random /cli /fs /http /kv /config /logging\n"
                     "/exit?ok=1 /exit?ok=0 /exit-with-code?code=3\n";
  reply_text(out, 200, text, strlen(text));
}

void exports_wasi_http_incoming_handler_handle(request_t request, outparam_t out) {
  size_t mark = arena_mark();
  guest_string_t target = request_target(request), path = target_path(target);
  text_t report = {0};

  if (str_is(path, "/streams")) {
    check_streams(request);
  } else if (str_is(path, "/clocks")) {
    check_clocks();
  } else if (str_is(path, "/random")) {
    check_random();
  } else if (str_is(path, "/cli")) {
    check_cli();
  } else if (str_is(path, "/fs")) {
    check_filesystem();
  } else if (str_is(path, "/http")) {
    check_http(request);
  } else if (str_is(path, "/kv")) {
    guest_string_t bucket = target_param(target, "bucket");
    check_keyvalue(bucket.ptr != NULL ? bucket : str("in_memory"));
  } else if (str_is(path, "/config")) {
    check_config();
  } else if (str_is(path, "/logging")) {
    check_logging();
  } else if (str_is(path, "/streams-body")) {
    write_every_way(request, out);
    goto done;
  } else if (str_is(path, "/exit")) {
    wasi_cli_exit_result_void_void_t status = {parse_number(target_param(target, "ok"), 1) == 0};
    wasi_cli_exit_exit(&status);
  } else if (str_is(path, "/exit-with-code")) {
    wasi_cli_exit_exit_with_code((uint8_t)parse_number(target_param(target, "code"), 3));
  } else {
    index(out);
    goto done;
  }
  bool passed = check_end(&report);
  reply_text(out, passed ? 200 : 500, report.ptr, report.len);
done:
  HTTP(incoming_request_drop_own)(request);
  arena_reset(mark);
}
