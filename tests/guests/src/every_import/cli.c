#include "every_import.h"

#define IN "wasi:cli/"

static guest_list_u8_t list(const char *text) { return (guest_list_u8_t){(uint8_t *)text, strlen(text)}; }

static void check_environment(void) {
  check_begin(IN "environment@0.2.12#get-environment");
  guest_list_tuple2_string_string_t variables;
  wasi_cli_environment_get_environment(&variables);
  for (size_t i = 0; i < variables.len; i++) {
    check(variables.ptr[i].f0.len > 0, "a variable has no name");
    for (size_t j = 0; j < i; j++) {
      guest_string_t a = variables.ptr[i].f0, b = variables.ptr[j].f0;
      check(a.len != b.len || memcmp(a.ptr, b.ptr, a.len) != 0, "a variable stands there twice");
    }
  }

  check_begin(IN "environment@0.2.12#get-arguments");
  guest_list_string_t arguments;
  wasi_cli_environment_get_arguments(&arguments);

  check_begin(IN "environment@0.2.12#initial-cwd");
  guest_string_t cwd = {0, 0};
  bool has_cwd = wasi_cli_environment_initial_cwd(&cwd);
  check(!has_cwd || cwd.len > 0, "it is empty");

  check_skip(IN "exit@0.2.12#exit", "it ends the guest: /exit?ok=1 and /exit?ok=0 call it");
  check_skip(IN "exit@0.2.12#exit-with-code", "it ends the guest: /exit-with-code?code=3 calls it");

  for (size_t i = 0; i < variables.len; i++) note("env", variables.ptr[i].f0, variables.ptr[i].f1);
  for (size_t i = 0; i < arguments.len; i++) note("argument", arguments.ptr[i], str(""));
  if (has_cwd) note("cwd", cwd, str(""));
}

static bool write_all(output_t stream, const char *text) {
  IO(stream_error_t) error;
  guest_list_u8_t bytes = list(text);
  return IO(method_output_stream_blocking_write_and_flush)(IO(borrow_output_stream)(stream), &bytes, &error);
}

static void check_standard_streams(void) {
  IO(stream_error_t) error;
  guest_list_u8_t bytes;

  check_begin(IN "stdin@0.2.12#get-stdin");
  input_t input = wasi_cli_stdin_get_stdin();
  check(!IO(method_input_stream_blocking_read)(IO(borrow_input_stream)(input), 1, &bytes, &error) &&
          error.tag == WASI_IO_STREAMS_STREAM_ERROR_CLOSED,
        "it is not closed");
  block_on(IO(method_input_stream_subscribe)(IO(borrow_input_stream)(input)));
  IO(input_stream_drop_own)(input);

  // What the host makes of these lines is for the test to look at.
  check_begin(IN "stdout@0.2.12#get-stdout");
  output_t out = wasi_cli_stdout_get_stdout();
  check(write_all(out, "stdout: one\nstdout: two in "), "a write fails");
  check(write_all(out, "pieces\nstdout: caf\xc3"), "a write that ends inside a character fails");
  output_t again = wasi_cli_stdout_get_stdout();
  check(write_all(again, "\xa9\nstdout: no newline at the end"), "a write to the second handle fails");
  IO(output_stream_drop_own)(out);
  IO(output_stream_drop_own)(again);

  check_begin(IN "stderr@0.2.12#get-stderr");
  output_t err = wasi_cli_stderr_get_stderr();
  check(write_all(err, "stderr: one\n\nstderr: after an empty line\r\n"), "a write fails");
  IO(output_stream_drop_own)(err);
}

static void check_terminals(void) {
  wasi_cli_terminal_stdin_own_terminal_input_t input;
  wasi_cli_terminal_stdout_own_terminal_output_t output;

  check_begin(IN "terminal-stdin@0.2.12#get-terminal-stdin");
  if (wasi_cli_terminal_stdin_get_terminal_stdin(&input)) {
    check(false, "a guest that serves HTTP has a terminal");
    wasi_cli_terminal_input_terminal_input_drop_own(input);
  }
  check_begin(IN "terminal-stdout@0.2.12#get-terminal-stdout");
  if (wasi_cli_terminal_stdout_get_terminal_stdout(&output)) {
    check(false, "a guest that serves HTTP has a terminal");
    wasi_cli_terminal_output_terminal_output_drop_own(output);
  }
  check_begin(IN "terminal-stderr@0.2.12#get-terminal-stderr");
  if (wasi_cli_terminal_stderr_get_terminal_stderr(&output)) {
    check(false, "a guest that serves HTTP has a terminal");
    wasi_cli_terminal_output_terminal_output_drop_own(output);
  }
}

void check_cli(void) {
  check_environment();
  check_standard_streams();
  check_terminals();
}
