// A component, but none that serves HTTP.
#include "guest.h"

uint32_t exports_acme_stuff_thing_make(guest_string_t *name) { return name->len; }

bool exports_acme_stuff_thing_break(uint32_t number, guest_string_t *error) {
  guest_string_set(error, "it does not break");
  return number == 0;
}
