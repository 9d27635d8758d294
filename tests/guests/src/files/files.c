// The first preopen over HTTP: GET /check calls every function and answers a line for each, 500
// where one is wrong. GET /read?path=P streams a file, POST /write?path=P makes one of the body.
// GET /code?way=W&path=P answers "ok", or the number of the error code. GET /preopens lists them.
#include "files.h"

static bool open_file(borrowed_t root, guest_string_t path, int open_flags, int flags, descriptor_t *file,
                      FS(error_code_t) *error) {
  return FS(method_descriptor_open_at)(root, FLAG(PATH_FLAGS_SYMLINK_FOLLOW), &path, open_flags, flags, file, error);
}

/** Moves all bytes; nothing of them comes into the guest's memory. */
static uint64_t splice_all(input_t input, output_t output) {
  IO(stream_error_t) error;
  uint64_t moved, total = 0;
  while (IO(method_output_stream_blocking_splice)(IO(borrow_output_stream)(output), IO(borrow_input_stream)(input),
                                                  65536, &moved, &error)) {
    total += moved;
  }
  IO(method_output_stream_blocking_flush)(IO(borrow_output_stream)(output), &error);
  return total;
}

static void answer_number(outparam_t out, uint16_t status, uint64_t number) {
  text_t text = {0};
  text_number(&text, number);
  reply_text(out, status, text.ptr, text.len);
}

static void answer_file(borrowed_t root, guest_string_t path, outparam_t out) {
  FS(error_code_t) error;
  descriptor_t file;
  input_t input = {0};
  if (!open_file(root, path, 0, FLAG(DESCRIPTOR_FLAGS_READ), &file, &error)) {
    answer_number(out, 404, error);
    return;
  }
  if (!FS(method_descriptor_read_via_stream)(FS(borrow_descriptor)(file), 0, &input, &error)) __builtin_trap();
  FS(descriptor_drop_own)(file);
  reply_t reply = reply_start(out, 200, HTTP(constructor_fields)());
  splice_all(input, reply.stream);
  IO(input_stream_drop_own)(input);
  reply_end(&reply);
}

static void take_file(borrowed_t root, guest_string_t path, request_t request, outparam_t out) {
  FS(error_code_t) error;
  HTTP(own_incoming_body_t) body;
  descriptor_t file;
  input_t input = {0};
  output_t output = {0};
  int create = FLAG(OPEN_FLAGS_CREATE) | FLAG(OPEN_FLAGS_TRUNCATE);
  if (!open_file(root, path, create, FLAG(DESCRIPTOR_FLAGS_WRITE), &file, &error)) {
    answer_number(out, 403, error);
    return;
  }
  if (!FS(method_descriptor_write_via_stream)(FS(borrow_descriptor)(file), 0, &output, &error) ||
      !HTTP(method_incoming_request_consume)(HTTP(borrow_incoming_request)(request), &body) ||
      !HTTP(method_incoming_body_stream)(HTTP(borrow_incoming_body)(body), &input)) {
    __builtin_trap();
  }
  uint64_t total = splice_all(input, output);
  IO(input_stream_drop_own)(input);
  HTTP(incoming_body_drop_own)(body);
  IO(output_stream_drop_own)(output);
  FS(descriptor_drop_own)(file);
  answer_number(out, 200, total);
}

static void answer_code(borrowed_t root, guest_string_t way, guest_string_t path, outparam_t out) {
  FS(error_code_t) error = 0;
  FS(descriptor_stat_t) stat;
  descriptor_t file;
  guest_string_t text, target = str("anywhere");
  bool ok = false;
  if (str_is(way, "open")) {
    ok = open_file(root, path, 0, FLAG(DESCRIPTOR_FLAGS_READ), &file, &error);
  } else if (str_is(way, "create")) {
    ok = open_file(root, path, FLAG(OPEN_FLAGS_CREATE), FLAG(DESCRIPTOR_FLAGS_WRITE), &file, &error);
  } else if (str_is(way, "stat")) {
    ok = FS(method_descriptor_stat_at)(root, FLAG(PATH_FLAGS_SYMLINK_FOLLOW), &path, &stat, &error);
  } else if (str_is(way, "unlink")) {
    ok = FS(method_descriptor_unlink_file_at)(root, &path, &error);
  } else if (str_is(way, "mkdir")) {
    ok = FS(method_descriptor_create_directory_at)(root, &path, &error);
  } else if (str_is(way, "symlink")) {
    ok = FS(method_descriptor_symlink_at)(root, &target, &path, &error);
  } else if (str_is(way, "readlink")) {
    ok = FS(method_descriptor_readlink_at)(root, &path, &text, &error);
  }
  if (ok) {
    reply_text(out, 200, "ok", 2);
  } else {
    answer_number(out, 200, error);
  }
}

void exports_wasi_http_incoming_handler_handle(request_t request, outparam_t out) {
  guest_string_t target = request_target(request), path = target_path(target), name = target_param(target, "path");
  wasi_filesystem_preopens_list_tuple2_own_descriptor_string_t preopens;
  text_t report = {0};
  wasi_filesystem_preopens_get_directories(&preopens);
  if (str_is(path, "/preopens")) {
    for (size_t i = 0; i < preopens.len; i++) {
      text_string(&report, preopens.ptr[i].f1);
      text_add(&report, "\n");
    }
    reply_text(out, 200, report.ptr, report.len);
  } else if (preopens.len == 0) {
    reply_text(out, 500, "no preopen", 10);
  } else {
    borrowed_t root = FS(borrow_descriptor)(preopens.ptr[0].f0);
    if (str_is(path, "/read")) {
      answer_file(root, name, out);
    } else if (str_is(path, "/write")) {
      take_file(root, name, request, out);
    } else if (str_is(path, "/code")) {
      answer_code(root, target_param(target, "way"), name, out);
    } else {
      bool passed = check_files(root, &report);
      reply_text(out, passed ? 200 : 500, report.ptr, report.len);
    }
  }
  HTTP(incoming_request_drop_own)(request);
}
