#include "files.h"

#define FOLLOW FLAG(PATH_FLAGS_SYMLINK_FOLLOW)
#define METHOD(name) FS(method_descriptor_##name)

static text_t *lines;
static bool failed;
static FS(error_code_t) error;

static void check(const char *function, bool holds) {
  text_add(lines, holds ? "ok " : "FAIL ");
  text_add(lines, function);
  text_add(lines, "\n");
  if (!holds) failed = true;
}

static bool bytes_are(guest_list_u8_t bytes, const char *text) {
  return bytes.len == strlen(text) && memcmp(bytes.ptr, text, bytes.len) == 0;
}

static bool says(borrowed_t file, const char *text) {
  guest_tuple2_list_u8_bool_t found;
  return METHOD(read)(file, 1000, 0, &found, &error) && bytes_are(found.f0, text);
}

static bool put(output_t stream, const char *text) {
  IO(stream_error_t) broken;
  guest_list_u8_t bytes = {(uint8_t *)text, strlen(text)};
  bool ok = IO(method_output_stream_blocking_write_and_flush)(IO(borrow_output_stream)(stream), &bytes, &broken);
  IO(output_stream_drop_own)(stream);
  return ok;
}

static descriptor_t open(borrowed_t root, const char *path, int open_flags, int flags) {
  guest_string_t name = str(path);
  descriptor_t opened;
  if (!METHOD(open_at)(root, 0, &name, open_flags, flags, &opened, &error)) __builtin_trap();
  return opened;
}

static void check_bytes(borrowed_t file) {
  guest_list_u8_t hello = {(uint8_t *)"hello", 5};
  guest_tuple2_list_u8_bool_t found;
  FS(filesize_t) written;
  input_t input = {0};
  output_t output = {0};
  IO(stream_error_t) broken;
  guest_list_u8_t bytes;
  check("write", METHOD(write)(file, &hello, 0, &written, &error) && written == 5);
  check("read", METHOD(read)(file, 2, 1, &found, &error) && bytes_are(found.f0, "el") && !found.f1 &&
    METHOD(read)(file, 2, 5, &found, &error) && found.f0.len == 0 && found.f1);
  check("write-via-stream", METHOD(write_via_stream)(file, 4, &output, &error) && put(output, "0 wor") &&
    says(file, "hell0 wor"));
  check("append-via-stream", METHOD(append_via_stream)(file, &output, &error) && put(output, "ld") &&
    says(file, "hell0 world"));
  bool streamed = METHOD(read_via_stream)(file, 6, &input, &error) &&
    IO(method_input_stream_blocking_read)(IO(borrow_input_stream)(input), 100, &bytes, &broken) &&
    bytes_are(bytes, "world") &&
    !IO(method_input_stream_blocking_read)(IO(borrow_input_stream)(input), 100, &bytes, &broken) &&
    broken.tag == WASI_IO_STREAMS_STREAM_ERROR_CLOSED;
  check("read-via-stream", streamed);
  IO(input_stream_drop_own)(input);
  check("set-size", METHOD(set_size)(file, 4, &error) && says(file, "hell"));
  check("advise", METHOD(advise)(file, 0, 4, 0, &error));
  check("sync-data", METHOD(sync_data)(file, &error));
  check("sync", METHOD(sync)(file, &error));
}

static void check_facts(borrowed_t root, borrowed_t file) {
  FS(descriptor_flags_t) flags;
  FS(descriptor_type_t) type;
  FS(descriptor_stat_t) stat;
  FS(metadata_hash_value_t) one, two;
  guest_string_t name = str("check/file");
  FS(new_timestamp_t) keep = {FLAG(NEW_TIMESTAMP_NO_CHANGE), {{0, 0}}};
  FS(new_timestamp_t) then = {FLAG(NEW_TIMESTAMP_TIMESTAMP), {{1000000000, 500000000}}};
  check("get-flags", METHOD(get_flags)(file, &flags, &error) &&
    flags == (FLAG(DESCRIPTOR_FLAGS_READ) | FLAG(DESCRIPTOR_FLAGS_WRITE)) && METHOD(get_flags)(root, &flags, &error) &&
    (flags & FLAG(DESCRIPTOR_FLAGS_MUTATE_DIRECTORY)));
  check("get-type", METHOD(get_type)(file, &type, &error) && type == FLAG(DESCRIPTOR_TYPE_REGULAR_FILE));
  check("set-times", METHOD(set_times)(file, &keep, &then, &error));
  check("stat", METHOD(stat)(file, &stat, &error) && stat.size == 4 && stat.link_count == 1 &&
    stat.type == FLAG(DESCRIPTOR_TYPE_REGULAR_FILE) && stat.data_modification_timestamp.is_some &&
    stat.data_modification_timestamp.val.seconds == 1000000000 &&
    stat.data_modification_timestamp.val.nanoseconds == 500000000);
  check("set-times-at", METHOD(set_times_at)(root, FOLLOW, &name, &then, &keep, &error));
  check("stat-at", METHOD(stat_at)(root, FOLLOW, &name, &stat, &error) &&
    stat.data_access_timestamp.val.seconds == 1000000000);
  check("metadata-hash", METHOD(metadata_hash)(file, &one, &error));
  check("metadata-hash-at", METHOD(metadata_hash_at)(root, FOLLOW, &name, &two, &error) && one.lower == two.lower &&
    one.upper == two.upper);
  check("is-same-object", METHOD(is_same_object)(file, file) && !METHOD(is_same_object)(file, root));
}

static void check_names(borrowed_t root) {
  guest_string_t file = str("check/file"), second = str("check/second"), link = str("check/link");
  guest_string_t target = str("second"), found, folder = str("check"), moved = str("moved");
  FS(own_directory_entry_stream_t) stream = {0};
  FS(option_directory_entry_t) entry;
  FS(descriptor_stat_t) stat;
  check("link-at", METHOD(link_at)(root, 0, &file, root, &second, &error) &&
    METHOD(stat_at)(root, 0, &second, &stat, &error) && stat.link_count == 2);
  check("symlink-at", METHOD(symlink_at)(root, &target, &link, &error));
  check("readlink-at", METHOD(readlink_at)(root, &link, &found, &error) && str_is(found, "second"));
  descriptor_t directory = open(root, "check", FLAG(OPEN_FLAGS_DIRECTORY), FLAG(DESCRIPTOR_FLAGS_READ));
  check("read-directory", METHOD(read_directory)(FS(borrow_descriptor)(directory), &stream, &error));
  int files = 0, links = 0;
  bool ended = false;
  while (!ended && FS(method_directory_entry_stream_read_directory_entry)(FS(borrow_directory_entry_stream)(stream),
                                                                          &entry, &error)) {
    ended = !entry.is_some;
    if (entry.is_some && entry.val.type == FLAG(DESCRIPTOR_TYPE_REGULAR_FILE)) files++;
    if (entry.is_some && entry.val.type == FLAG(DESCRIPTOR_TYPE_SYMBOLIC_LINK)) links++;
  }
  check("read-directory-entry", ended && files == 2 && links == 1);
  FS(directory_entry_stream_drop_own)(stream);
  FS(descriptor_drop_own)(directory);
  check("rename-at", METHOD(rename_at)(root, &link, root, &moved, &error) &&
    !METHOD(stat_at)(root, 0, &link, &stat, &error) && error == FLAG(ERROR_CODE_NO_ENTRY));
  check("unlink-file-at", METHOD(unlink_file_at)(root, &moved, &error) && METHOD(unlink_file_at)(root, &file, &error) &&
    METHOD(unlink_file_at)(root, &second, &error));
  check("remove-directory-at", METHOD(remove_directory_at)(root, &folder, &error));
}

static void check_error_code(borrowed_t file) {
  // A file that ends where no file can: the stream fails, and says why by a code.
  IO(stream_error_t) broken = {0};
  FS(error_code_t) code;
  output_t output = {0};
  guest_list_u8_t byte = {(uint8_t *)"x", 1};
  bool ok = METHOD(write_via_stream)(file, 9007199254740991, &output, &error) &&
    !IO(method_output_stream_blocking_write_and_flush)(IO(borrow_output_stream)(output), &byte, &broken) &&
    broken.tag == WASI_IO_STREAMS_STREAM_ERROR_LAST_OPERATION_FAILED &&
    FS(filesystem_error_code)(wasi_io_error_borrow_error(broken.val.last_operation_failed), &code) &&
    code == FLAG(ERROR_CODE_FILE_TOO_LARGE);
  check("filesystem-error-code", ok);
  IO(output_stream_drop_own)(output);
}

bool check_files(borrowed_t root, text_t *report) {
  guest_string_t folder = str("check");
  lines = report;
  failed = false;
  check("create-directory-at", METHOD(create_directory_at)(root, &folder, &error));
  descriptor_t file = open(root, "check/file", FLAG(OPEN_FLAGS_CREATE) | FLAG(OPEN_FLAGS_EXCLUSIVE),
                           FLAG(DESCRIPTOR_FLAGS_READ) | FLAG(DESCRIPTOR_FLAGS_WRITE));
  borrowed_t borrowed = FS(borrow_descriptor)(file);
  check("open-at", METHOD(is_same_object)(borrowed, borrowed));
  check_bytes(borrowed);
  check_facts(root, borrowed);
  check_error_code(borrowed);
  FS(descriptor_drop_own)(file);
  check_names(root);
  return !failed;
}
