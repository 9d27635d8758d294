#include "check.h"

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

void check_says(const char *text) {
  text_add(&report, text);
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

void block_on(pollable_t pollable) {
  POLL(method_pollable_block)(POLL(borrow_pollable)(pollable));
  POLL(pollable_drop_own)(pollable);
}
