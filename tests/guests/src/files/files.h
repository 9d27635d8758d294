#ifndef FILES_H
#define FILES_H
#include "http.h"
#include "text.h"

#define FS(name) wasi_filesystem_types_##name
#define FLAG(name) WASI_FILESYSTEM_TYPES_##name

typedef FS(own_descriptor_t) descriptor_t;
typedef FS(borrow_descriptor_t) borrowed_t;

/** Calls every function below a directory, and reports a line for each; false where one is wrong. */
bool check_files(borrowed_t root, text_t *report);
#endif
