#include "every_import.h"

// The two drafts differ in nothing but their version, so one text serves both.
#define CHECK_CONFIG(draft, version)                                                              \
  do {                                                                                            \
    guest_list_tuple2_string_string_t all = {0};                                                  \
    draft##_error_t error;                                                                        \
    guest_option_string_t value;                                                                  \
    check_begin("wasi:config/store@" version "#get-all");                                         \
    check(draft##_get_all(&all, &error), "fails");                                                \
    check_begin("wasi:config/store@" version "#get");                                             \
    for (size_t i = 0; i < all.len; i++) {                                                        \
      guest_string_t key = all.ptr[i].f0, expected = all.ptr[i].f1;                               \
      check(draft##_get(&key, &value, &error) && value.is_some, "a key of get-all is missing");   \
      check(value.is_some && value.val.len == expected.len &&                                     \
              memcmp(value.val.ptr, expected.ptr, expected.len) == 0,                             \
            "a value differs from that of get-all");                                              \
    }                                                                                             \
    guest_string_t missing = str("every_import: no such key");                                    \
    check(draft##_get(&missing, &value, &error) && !value.is_some, "a missing key is not none");  \
    for (size_t i = 0; i < all.len; i++) note("config " version, all.ptr[i].f0, all.ptr[i].f1);   \
  } while (0)

void check_config(void) {
  CHECK_CONFIG(wasi_config_0_2_0_rc_1_store, "0.2.0-rc.1");
#ifndef FOR_WASMTIME  // which has only the other
  CHECK_CONFIG(wasi_config_0_2_0_draft_store, "0.2.0-draft");
#endif
}
