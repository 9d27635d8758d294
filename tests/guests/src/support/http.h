// What every guest that answers HTTP does: read the path, send a reply.
#ifndef GUEST_HTTP_H
#define GUEST_HTTP_H
#include "guest.h"
#include "guest_libc.h"

// The bindings' names, shorter: HTTP(x) is wasi_http_types_x.
#define HTTP(name) wasi_http_types_##name
#ifdef HTTP_OVER_IO_0_2_0  // a guest with two versions of wasi:io: the bindings tell them apart
#define IO(name) wasi_io_0_2_0_streams_##name
#define POLL(name) wasi_io_0_2_0_poll_##name
#else
#define IO(name) wasi_io_streams_##name
#define POLL(name) wasi_io_poll_##name
#endif

typedef HTTP(own_incoming_request_t) request_t;
typedef HTTP(own_response_outparam_t) outparam_t;
typedef HTTP(own_fields_t) fields_t;
typedef IO(own_input_stream_t) input_t;
typedef IO(own_output_stream_t) output_t;
typedef POLL(own_pollable_t) pollable_t;

/** A response that has left, and the body that follows it. */
typedef struct {
  HTTP(own_outgoing_body_t) body;
  output_t stream;
} reply_t;

/** A string of the bindings over a C string; nothing is copied. */
guest_string_t str(const char *text);
bool str_is(guest_string_t text, const char *expected);
bool str_starts(guest_string_t text, const char *prefix);
/** The same, and ASCII letters of either case are equal. */
bool str_is_any_case(guest_string_t text, const char *expected);

/** The request's path and query; empty if it has none. */
guest_string_t request_target(request_t request);
/** The part before `?`. */
guest_string_t target_path(guest_string_t target);
/** The value of `name` in the query, as it stands; `ptr` is NULL if it is absent. */
guest_string_t target_param(guest_string_t target, const char *name);
/** Decimal digits at the front of the text. */
uint64_t parse_number(guest_string_t text, uint64_t otherwise);

void fields_add(fields_t fields, const char *name, const void *value, size_t length);
/** Sends status and headers (taking them), and opens the body. */
reply_t reply_start(outparam_t out, uint16_t status, fields_t headers);
/** Writes it all, waiting as needed; false when the client is gone. */
bool reply_write(reply_t *reply, const void *bytes, size_t length);
void reply_end(reply_t *reply);
/** All of the above for a text. */
void reply_text(outparam_t out, uint16_t status, const void *bytes, size_t length);
#endif
