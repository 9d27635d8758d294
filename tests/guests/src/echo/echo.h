#ifndef ECHO_H
#define ECHO_H
#include "http.h"

/** What the request body is read in, and so all that is ever held of it. */
#define CHUNK_SIZE 65536

/** Hands the request body back as it comes, then the trailers. */
void echo(request_t request, outparam_t out);
/** The request as the guest sees it: a line of text each, and a response header for each header. */
void reflect(request_t request, outparam_t out);
/** /status/204 and the like. */
void answer_status(outparam_t out, uint16_t status);
/** Response headers that are easy to lose: two Set-Cookie, bytes above 127, an empty value. */
void answer_headers(outparam_t out);
/** `n` lines with `ms` milliseconds before each. */
void answer_slowly(outparam_t out, uint64_t n, uint64_t ms);
/** `bytes` bytes of "0123456789ABCDEF" over and over, as fast as the host takes them. */
void answer_source(outparam_t out, uint64_t bytes);
/** Reads the body to its end and answers how many bytes it had. */
void answer_sink(request_t request, outparam_t out);

/** Waits until the pollable is ready, by poll(). */
void wait_for(pollable_t pollable);
/** Writes it all by check-write, write and poll; false when the client is gone. */
bool write_checked(output_t stream, const uint8_t *bytes, size_t length);
/** Takes the body out of the request; the request stays the caller's. */
bool open_body(request_t request, HTTP(own_incoming_body_t) *body, input_t *stream);
#endif
