// Each area calls every function of its interfaces and reports a line for each:
//   ok <interface>#<function>
//   FAIL <interface>#<function>: <what was wrong>
//   skip <interface>#<function>: <why it cannot be called>
//   # <something worth reading>
#ifndef EVERY_IMPORT_H
#define EVERY_IMPORT_H
#include "http.h"
#include "text.h"

#define SECOND 1000000000ull
#define MILLISECOND 1000000ull

/** Opens the line of a function; every check() until the next one belongs to it. */
void check_begin(const char *function);
/** A check of the function; the first that does not hold is reported. */
void check(bool holds, const char *what);
void check_skip(const char *function, const char *reason);
/** A line at the end of the report, for the test to look at. */
void note(const char *what, guest_string_t name, guest_string_t value);
/** Closes the last line; true when nothing failed. */
bool check_end(text_t *report);

/** An io error, from a body that is longer than its content-length; false if the host lets that pass. */
bool provoke_error(wasi_io_error_own_error_t *error);
/** A response that is never sent, for what can be tried without a client. */
HTTP(own_outgoing_response_t) unsent_response(const char *content_length);
void block_on(pollable_t pollable);
bool bytes_are(const uint8_t *bytes, size_t length, const char *expected);

void check_poll(void);
void check_input(request_t request, output_t sink);
void check_output(void);
void check_clocks(void);
void check_random(void);
void check_cli(void);
void check_filesystem(void);
void check_fields(void);
void check_fields_immutable(request_t request);
void check_incoming(request_t request);
void check_outgoing_request(void);
void check_request_options(void);
void check_outgoing_response(void);
void check_incoming_response(void);
void check_keyvalue(guest_string_t bucket);
void check_config(void);
void check_logging(void);
/** Writes its own response by every writing function; the test knows the bytes. */
void write_every_way(request_t request, outparam_t out);
#endif
