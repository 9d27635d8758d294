// A preview1 module that uses files by wasi-libc alone: the first line of each file in /data is
// read, and what it finds is written to /data/report.txt if it may be. Answers the lines, and
// complains to stderr.
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "guest.h"

#define HTTP(name) wasi_http_types_##name

static char text[4096];

static void add(const char *line) { strncat(text, line, sizeof text - strlen(text) - 1); }

static int by_name(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

static void read_folder(void) {
  char *names[32], line[256], path[512];
  size_t count = 0;
  DIR *folder = opendir("/data");
  if (folder == NULL) {
    perror("opendir");
    return;
  }
  for (struct dirent *entry; count < 32 && (entry = readdir(folder)) != NULL;) {
    if (entry->d_name[0] != '.') names[count++] = strdup(entry->d_name);
  }
  closedir(folder);
  qsort(names, count, sizeof names[0], by_name);
  for (size_t i = 0; i < count; i++) {
    struct stat facts;
    snprintf(path, sizeof path, "/data/%s", names[i]);
    stat(path, &facts);
    FILE *file = S_ISREG(facts.st_mode) ? fopen(path, "r") : NULL;
    if (file == NULL || fgets(line, sizeof line, file) == NULL) strcpy(line, "-\n");
    if (file != NULL) fclose(file);
    snprintf(path, sizeof path, "%s %d %s", names[i], (int)facts.st_size * S_ISREG(facts.st_mode), line);
    add(path);
    free(names[i]);
  }
}

static void write_report(void) {
  FILE *file = fopen("/data/report.txt", "a");
  if (file == NULL || fputs("report\n", file) < 0 || fclose(file) != 0) {
    perror("report");
    return;
  }
  mkdir("/data/made", 0777);
  rename("/data/report.txt", "/data/made/report.txt");
  if (fopen("/data/../etc/passwd", "r") != NULL || fopen("/etc/passwd", "r") != NULL) add("it leads out\n");
}

void exports_wasi_http_incoming_handler_handle(
  exports_wasi_http_incoming_handler_own_incoming_request_t request,
  exports_wasi_http_incoming_handler_own_response_outparam_t out) {
  HTTP(result_own_outgoing_response_error_code_t) result = {false};
  HTTP(own_outgoing_body_t) body;
  HTTP(error_code_t) error;
  wasi_io_streams_own_output_stream_t stream;
  wasi_io_streams_stream_error_t stream_error;
  text[0] = '\0';
  read_folder();
  write_report();

  HTTP(incoming_request_drop_own)(request);
  result.val.ok = HTTP(constructor_outgoing_response)(HTTP(constructor_fields)());
  HTTP(method_outgoing_response_body)(HTTP(borrow_outgoing_response)(result.val.ok), &body);
  HTTP(method_outgoing_body_write)(HTTP(borrow_outgoing_body)(body), &stream);
  HTTP(static_response_outparam_set)(out, &result);
  guest_list_u8_t bytes = {(uint8_t *)text, strlen(text)};
  wasi_io_streams_method_output_stream_blocking_write_and_flush(
    wasi_io_streams_borrow_output_stream(stream), &bytes, &stream_error);
  wasi_io_streams_output_stream_drop_own(stream);
  HTTP(static_outgoing_body_finish)(body, NULL, &error);
}
