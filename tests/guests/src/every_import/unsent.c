#include "every_import.h"

static text_t report, notes;
static bool failed_once, failed_here;
static const char *open_line;

static void close_line(void) {
  if (open_line != NULL && !failed_here) {
    text_add(&report, "ok ");
    text_add(&report, open_line);
    text_add(&report, "\n");
  }
  open_line = NULL;
}

void check_begin(const char *function) {
  close_line();
  open_line = function;
  failed_here = false;
}

void check(bool holds, const char *what) {
  if (holds || failed_here) return;
  failed_here = failed_once = true;
  text_add(&report, "FAIL ");
  text_add(&report, open_line);
  text_add(&report, ": ");
  text_add(&report, what);
  text_add(&report, "\n");
}

void check_skip(const char *function, const char *reason) {
  close_line();
  text_add(&report, "skip ");
  text_add(&report, function);
  text_add(&report, ": ");
  text_add(&report, reason);
  text_add(&report, "\n");
}

void note(const char *what, guest_string_t name, guest_string_t value) {
  text_add(&notes, "# ");
  text_add(&notes, what);
  text_add(&notes, " ");
  text_string(&notes, name);
  if (value.len > 0) {
    text_add(&notes, "=");
    text_string(&notes, value);
  }
  text_add(&notes, "\n");
}

bool check_end(text_t *text) {
  close_line();
  bool passed = !failed_once;
  text_bytes(&report, notes.ptr, notes.len);
  *text = report;
  report = notes = (text_t){0};
  failed_once = failed_here = false;
  return passed;
}

bool bytes_are(const uint8_t *bytes, size_t length, const char *expected) {
  return length == strlen(expected) && memcmp(bytes, expected, length) == 0;
}

void block_on(pollable_t pollable) {
  POLL(method_pollable_block)(POLL(borrow_pollable)(pollable));
  POLL(pollable_drop_own)(pollable);
}

HTTP(own_outgoing_response_t) unsent_response(const char *content_length) {
  fields_t headers = HTTP(constructor_fields)();
  if (content_length != NULL) fields_add(headers, "content-length", content_length, strlen(content_length));
  return HTTP(constructor_outgoing_response)(headers);
}

bool provoke_error(wasi_io_error_own_error_t *error) {
  HTTP(own_outgoing_response_t) response = unsent_response("3");
  HTTP(own_outgoing_body_t) body;
  output_t stream;
  uint64_t allowed = 0;
  IO(stream_error_t) stream_error;
  HTTP(method_outgoing_response_body)(HTTP(borrow_outgoing_response)(response), &body);
  HTTP(method_outgoing_body_write)(HTTP(borrow_outgoing_body)(body), &stream);
  IO(borrow_output_stream_t) output = IO(borrow_output_stream)(stream);
  guest_list_u8_t bytes = {(uint8_t *)"0123456789", 10};
  bool got = IO(method_output_stream_check_write)(output, &allowed, &stream_error) && allowed >= 10 &&
    (!IO(method_output_stream_write)(output, &bytes, &stream_error) ||
     !IO(method_output_stream_flush)(output, &stream_error) ||
     !IO(method_output_stream_check_write)(output, &allowed, &stream_error)) &&
    stream_error.tag == WASI_IO_STREAMS_STREAM_ERROR_LAST_OPERATION_FAILED;
  if (got) *error = stream_error.val.last_operation_failed;
  IO(output_stream_drop_own)(stream);
  HTTP(outgoing_body_drop_own)(body);
  HTTP(outgoing_response_drop_own)(response);
  return got;
}
