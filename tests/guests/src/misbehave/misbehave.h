#ifndef MISBEHAVE_H
#define MISBEHAVE_H
#include "http.h"

/** One fault: what it does with the request's target and the outparam is its own business. */
typedef void (*fault_t)(guest_string_t target, outparam_t out);

typedef struct {
  const char *path;
  fault_t fault;
} route_t;

// The tables of the other files, each ended by a route without a path.
extern const route_t TRAPS[], RESPONSES[], HANDLES[], MEMORY[];

/** The response of a fault that was not refused: 200 and a sentence that says so. */
void answer_survived(outparam_t out);
/** A bucket "in_memory". */
wasi_keyvalue_store_borrow_bucket_t open_bucket(void);
pollable_t timer(uint64_t nanoseconds);

/** What cabi_realloc does from now on. */
enum { REALLOC_WELL, REALLOC_OUT_OF_BOUNDS, REALLOC_MISALIGNED, REALLOC_TRAP };
extern int realloc_mode;
#endif
