// There are no preopens, so no descriptor can be had and its methods cannot be called. They are
// imported all the same: a guest of a real toolchain imports them and has to link. Should
// there be a preopen, every one of them is called on it.
#include "every_import.h"

#define FS(name) wasi_filesystem_types_##name
#define IN "wasi:filesystem/types@0.2.12#"
#define NO_PREOPEN "there is no preopen, so there is no descriptor"

static const char *NEEDS_DESCRIPTOR[] = {
  IN "[method]descriptor.read-via-stream", IN "[method]descriptor.write-via-stream",
  IN "[method]descriptor.append-via-stream", IN "[method]descriptor.advise", IN "[method]descriptor.sync-data",
  IN "[method]descriptor.get-flags", IN "[method]descriptor.get-type", IN "[method]descriptor.set-size",
  IN "[method]descriptor.set-times", IN "[method]descriptor.read", IN "[method]descriptor.write",
  IN "[method]descriptor.read-directory", IN "[method]descriptor.sync", IN "[method]descriptor.create-directory-at",
  IN "[method]descriptor.stat", IN "[method]descriptor.stat-at", IN "[method]descriptor.set-times-at",
  IN "[method]descriptor.link-at", IN "[method]descriptor.open-at", IN "[method]descriptor.readlink-at",
  IN "[method]descriptor.remove-directory-at", IN "[method]descriptor.rename-at", IN "[method]descriptor.symlink-at",
  IN "[method]descriptor.unlink-file-at", IN "[method]descriptor.is-same-object",
  IN "[method]descriptor.metadata-hash", IN "[method]descriptor.metadata-hash-at",
  IN "[method]directory-entry-stream.read-directory-entry",
};

/** Calls every method of a directory with something harmless; only that it answers counts. */
static void call_all(FS(borrow_descriptor_t) dir) {
  FS(error_code_t) error;
  FS(own_input_stream_t) input;
  FS(own_output_stream_t) output;
  FS(own_directory_entry_stream_t) entries;
  FS(option_directory_entry_t) entry;
  FS(own_descriptor_t) opened;
  FS(descriptor_stat_t) stat;
  FS(metadata_hash_value_t) hash;
  FS(new_timestamp_t) keep = {WASI_FILESYSTEM_TYPES_NEW_TIMESTAMP_NO_CHANGE, {{0, 0}}};
  FS(filesize_t) size;
  guest_tuple2_list_u8_bool_t bytes;
  guest_list_u8_t nothing = {(uint8_t *)"", 0};
  guest_string_t name = str("every_import-no-such-name"), found;
  uint8_t small;

  if (FS(method_descriptor_read_via_stream)(dir, 0, &input, &error)) IO(input_stream_drop_own)(input);
  if (FS(method_descriptor_write_via_stream)(dir, 0, &output, &error)) IO(output_stream_drop_own)(output);
  if (FS(method_descriptor_append_via_stream)(dir, &output, &error)) IO(output_stream_drop_own)(output);
  FS(method_descriptor_advise)(dir, 0, 0, 0, &error);
  FS(method_descriptor_sync_data)(dir, &error);
  FS(method_descriptor_get_flags)(dir, &small, &error);
  FS(method_descriptor_get_type)(dir, &small, &error);
  FS(method_descriptor_set_size)(dir, 0, &error);
  FS(method_descriptor_set_times)(dir, &keep, &keep, &error);
  FS(method_descriptor_read)(dir, 0, 0, &bytes, &error);
  FS(method_descriptor_write)(dir, &nothing, 0, &size, &error);
  if (FS(method_descriptor_read_directory)(dir, &entries, &error)) {
    FS(method_directory_entry_stream_read_directory_entry)(FS(borrow_directory_entry_stream)(entries), &entry, &error);
    FS(directory_entry_stream_drop_own)(entries);
  }
  FS(method_descriptor_sync)(dir, &error);
  FS(method_descriptor_stat)(dir, &stat, &error);
  FS(method_descriptor_stat_at)(dir, 0, &name, &stat, &error);
  FS(method_descriptor_set_times_at)(dir, 0, &name, &keep, &keep, &error);
  FS(method_descriptor_link_at)(dir, 0, &name, dir, &name, &error);
  if (FS(method_descriptor_open_at)(dir, 0, &name, 0, 1, &opened, &error)) FS(descriptor_drop_own)(opened);
  FS(method_descriptor_readlink_at)(dir, &name, &found, &error);
  FS(method_descriptor_rename_at)(dir, &name, dir, &name, &error);
  FS(method_descriptor_symlink_at)(dir, &name, &name, &error);
  FS(method_descriptor_unlink_file_at)(dir, &name, &error);
  FS(method_descriptor_create_directory_at)(dir, &name, &error);
  FS(method_descriptor_remove_directory_at)(dir, &name, &error);
  FS(method_descriptor_is_same_object)(dir, dir);
  FS(method_descriptor_metadata_hash)(dir, &hash, &error);
  FS(method_descriptor_metadata_hash_at)(dir, 0, &name, &hash, &error);
}

void check_filesystem(void) {
  wasi_filesystem_preopens_list_tuple2_own_descriptor_string_t preopens;
  check_begin("wasi:filesystem/preopens@0.2.12#get-directories");
  wasi_filesystem_preopens_get_directories(&preopens);

  size_t count = sizeof NEEDS_DESCRIPTOR / sizeof NEEDS_DESCRIPTOR[0];
  for (size_t i = 0; i < preopens.len; i++) {
    call_all(FS(borrow_descriptor)(preopens.ptr[i].f0));
    note("preopen", preopens.ptr[i].f1, str(""));
    FS(descriptor_drop_own)(preopens.ptr[i].f0);
  }
  for (size_t i = 0; i < count; i++) {
    if (preopens.len > 0) {
      check_begin(NEEDS_DESCRIPTOR[i]);
    } else {
      check_skip(NEEDS_DESCRIPTOR[i], NO_PREOPEN);
    }
  }

  check_begin(IN "filesystem-error-code");
  wasi_io_error_own_error_t io_error;
  bool provoked = provoke_error(&io_error);
  check(provoked, "a body longer than its content-length is no error, so there is none to ask");
  if (provoked) {
    FS(error_code_t) code;
    check(!FS(filesystem_error_code)(wasi_io_error_borrow_error(io_error), &code),
          "an error of HTTP has a code of the filesystem");
    wasi_io_error_error_drop_own(io_error);
  }
}
