#include "every_import.h"

void check_logging(void) {
#ifndef FOR_WASMTIME  // which has no logging
  static const char *MESSAGES[] = {
    "a trace", "a debug", "an info", "a warn", "an error", "a critical",
  };
  check_begin("wasi:logging/logging@0.1.0-draft#log");
  for (uint8_t level = 0; level < 6; level++) {
    guest_string_t context = str("every_import"), message = str(MESSAGES[level]);
    wasi_logging_logging_log(level, &context, &message);
  }
  guest_string_t none = str(""), lines = str("first line\nsecond line: caf\xc3\xa9 \xf0\x9f\x94\x91");
  wasi_logging_logging_log(WASI_LOGGING_LOGGING_LEVEL_INFO, &none, &lines);
  wasi_logging_logging_log(WASI_LOGGING_LOGGING_LEVEL_INFO, &none, &none);
#endif
}
