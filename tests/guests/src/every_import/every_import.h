// Each area calls every function of its interfaces; check.h says what is reported.
#ifndef EVERY_IMPORT_H
#define EVERY_IMPORT_H
#include "check.h"

#define SECOND 1000000000ull
#define MILLISECOND 1000000ull

/** An io error, from a body that is longer than its content-length; false if the host lets that pass. */
bool provoke_error(wasi_io_error_own_error_t *error);
/** A response that is never sent, for what can be tried without a client. */
HTTP(own_outgoing_response_t) unsent_response(const char *content_length);
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
