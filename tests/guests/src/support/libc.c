// The little of libc that a guest needs, so that it imports nothing but WIT functions.
// malloc is a bump allocator: free does nothing, arena_reset() takes everything back.
#include "guest_libc.h"

extern unsigned char __heap_base;
static uintptr_t next_free;

size_t arena_mark(void) {
  if (next_free == 0) next_free = (uintptr_t)&__heap_base;
  return next_free;
}

void arena_reset(size_t mark) { next_free = mark; }

void *malloc(size_t size) {
  uintptr_t start = (arena_mark() + 15) & ~(uintptr_t)15;
  uintptr_t end = start + size;
  uintptr_t have = __builtin_wasm_memory_size(0) * 65536;
  if (end < start) __builtin_trap();
  if (end > have) {
    size_t pages = (end - have + 65535) / 65536;
    if (__builtin_wasm_memory_grow(0, pages) == (size_t)-1) __builtin_trap();
  }
  next_free = end;
  return (void *)start;
}

// Only cabi_realloc calls this, and it never shrinks: copying `size` bytes may read past
// the old block, which does no harm in one arena.
void *realloc(void *old, size_t size) {
  void *new = malloc(size);
  if (old != NULL) __builtin_memmove(new, old, size);
  return new;
}

void free(void *block) { (void)block; }

void abort(void) { __builtin_trap(); }

size_t strlen(const char *text) {
  size_t length = 0;
  while (text[length]) length++;
  return length;
}

// With -mbulk-memory these are single instructions, not calls to themselves.
void *memcpy(void *to, const void *from, size_t size) { return __builtin_memcpy(to, from, size); }
void *memset(void *to, int byte, size_t size) { return __builtin_memset(to, byte, size); }
void *memmove(void *to, const void *from, size_t size) { return __builtin_memmove(to, from, size); }

int memcmp(const void *a, const void *b, size_t size) {
  const unsigned char *x = a, *y = b;
  for (size_t i = 0; i < size; i++) {
    if (x[i] != y[i]) return x[i] < y[i] ? -1 : 1;
  }
  return 0;
}
