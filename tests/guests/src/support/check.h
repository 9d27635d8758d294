// A report of what a guest has checked, a line for each function:
//   ok <interface>#<function>
//   FAIL <interface>#<function>: <what was wrong>
//   skip <interface>#<function>: <why it cannot be called>
//   # <something worth reading>
#ifndef GUEST_CHECK_H
#define GUEST_CHECK_H
#include "http.h"
#include "text.h"

/** Opens the line of a function; every check() until the next one belongs to it. */
void check_begin(const char *function);
/** A check of the function; the first that does not hold is reported. */
void check(bool holds, const char *what);
void check_skip(const char *function, const char *reason);
/** Adds to the report as it stands. */
void check_says(const char *text);
/** A line at the end of the report, for the test to look at. */
void note(const char *what, guest_string_t name, guest_string_t value);
/** Closes the last line; true when nothing failed. */
bool check_end(text_t *report);
void block_on(pollable_t pollable);
#endif
