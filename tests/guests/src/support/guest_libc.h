#ifndef GUEST_LIBC_H
#define GUEST_LIBC_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void *malloc(size_t size);
void *realloc(void *old, size_t size);
void free(void *block);
void abort(void) __attribute__((noreturn));
size_t strlen(const char *text);
void *memcpy(void *to, const void *from, size_t size);
void *memset(void *to, int byte, size_t size);
void *memmove(void *to, const void *from, size_t size);
int memcmp(const void *a, const void *b, size_t size);

/** Where the arena stands; arena_reset(mark) takes back all that was allocated since. */
size_t arena_mark(void);
void arena_reset(size_t mark);
#endif
