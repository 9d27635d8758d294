// wasi:blobstore over HTTP. GET /check calls every function and answers a line for each, 500 where
// one is wrong. POST /put?name=N makes an object of the body in container "c", GET /get?name=N
// streams it, with &start=A&end=B a part of it. GET /drop?name=N writes one and never finishes it.
#include "http.h"
#include "text.h"

#define TYPES(name) wasi_blobstore_types_##name
#define BOX(name) wasi_blobstore_container_##name
#define BLOBS(name) wasi_blobstore_blobstore_##name

typedef BOX(own_container_t) container_t;
typedef BOX(borrow_container_t) borrowed_t;
typedef TYPES(own_outgoing_value_t) outgoing_t;
typedef TYPES(own_incoming_value_t) incoming_t;

static text_t report;
static bool failed;
static guest_string_t error;

static void check(const char *function, bool holds) {
  text_add(&report, holds ? "ok " : "FAIL ");
  text_add(&report, function);
  text_add(&report, "\n");
  if (!holds) failed = true;
}

static uint64_t splice_all(input_t input, output_t output) {
  IO(stream_error_t) broken;
  uint64_t moved, total = 0;
  while (IO(method_output_stream_blocking_splice)(IO(borrow_output_stream)(output), IO(borrow_input_stream)(input),
                                                  65536, &moved, &broken)) {
    total += moved;
  }
  IO(method_output_stream_blocking_flush)(IO(borrow_output_stream)(output), &broken);
  return total;
}

static container_t container_c(void) {
  guest_string_t name = str("c");
  container_t container;
  bool exists;
  if (!BLOBS(container_exists)(&name, &exists, &error)) __builtin_trap();
  if (!(exists ? BLOBS(get_container)(&name, &container, &error)
               : BLOBS(create_container)(&name, &container, &error))) {
    __builtin_trap();
  }
  return container;
}

static bool put_text(borrowed_t container, const char *name, const char *text, bool body_first) {
  guest_string_t object = str(name);
  output_t stream = {0}, again;
  IO(stream_error_t) broken;
  guest_list_u8_t bytes = {(uint8_t *)text, strlen(text)};
  outgoing_t value = TYPES(static_outgoing_value_new_outgoing_value)();
  TYPES(borrow_outgoing_value_t) borrowed = TYPES(borrow_outgoing_value)(value);
  bool ok = body_first || BOX(method_container_write_data)(container, &object, borrowed, &error);
  ok = ok && TYPES(method_outgoing_value_outgoing_value_write_body)(borrowed, &stream) &&
    !TYPES(method_outgoing_value_outgoing_value_write_body)(borrowed, &again) &&
    IO(method_output_stream_blocking_write_and_flush)(IO(borrow_output_stream)(stream), &bytes, &broken);
  IO(output_stream_drop_own)(stream);
  ok = ok && (!body_first || BOX(method_container_write_data)(container, &object, borrowed, &error)) &&
    !BOX(method_container_write_data)(container, &object, borrowed, &error);
  return TYPES(static_outgoing_value_finish)(value, &error) && ok;
}

static bool part_is(borrowed_t container, const char *name, uint64_t start, uint64_t end, const char *text) {
  guest_string_t object = str(name);
  incoming_t value;
  TYPES(incoming_value_sync_body_t) bytes;
  return BOX(method_container_get_data)(container, &object, start, end, &value, &error) &&
    TYPES(method_incoming_value_size)(TYPES(borrow_incoming_value)(value)) == strlen(text) &&
    TYPES(static_incoming_value_incoming_value_consume_sync)(value, &bytes, &error) && bytes.len == strlen(text) &&
    memcmp(bytes.ptr, text, bytes.len) == 0;
}

static bool streams(borrowed_t container, const char *name, const char *text) {
  guest_string_t object = str(name);
  incoming_t value;
  input_t input = {0};
  IO(stream_error_t) broken;
  guest_list_u8_t bytes;
  bool ok = BOX(method_container_get_data)(container, &object, 0, (uint64_t)-1, &value, &error) &&
    TYPES(static_incoming_value_incoming_value_consume_async)(value, &input, &error) &&
    IO(method_input_stream_blocking_read)(IO(borrow_input_stream)(input), 100, &bytes, &broken) &&
    bytes.len == strlen(text) && memcmp(bytes.ptr, text, bytes.len) == 0 &&
    !IO(method_input_stream_blocking_read)(IO(borrow_input_stream)(input), 100, &bytes, &broken);
  IO(input_stream_drop_own)(input);
  return ok;
}

static void check_container(borrowed_t box) {
  guest_string_t name, a = str("a"), gone[2] = {str("b"), str("none")};
  BOX(container_metadata_t) metadata;
  BOX(object_metadata_t) object;
  BOX(own_stream_object_names_t) names = {0};
  BOX(tuple2_list_object_name_bool_t) page;
  BOX(list_object_name_t) both = {gone, 2};
  guest_tuple2_u64_bool_t skipped;
  incoming_t value;
  bool has;
  check("container.name", BOX(method_container_name)(box, &name, &error) && str_is(name, "check"));
  check("container.info", BOX(method_container_info)(box, &metadata, &error) && str_is(metadata.name, "check") &&
    metadata.created_at > 1700000000);
  check("container.write-data", put_text(box, "a", "hello world", false) && put_text(box, "b", "2", true) &&
    put_text(box, "a/../\xc3\xbc", "3", true));
  check("outgoing-value.finish", part_is(box, "a", 0, 100, "hello world"));
  check("container.get-data", part_is(box, "a", 4, 6, "o w") && part_is(box, "a", 11, 11, "") &&
    !BOX(method_container_get_data)(box, &a, 12, 13, &value, &error) &&
    !BOX(method_container_get_data)(box, &a, 3, 2, &value, &error));
  check("incoming-value.incoming-value-consume-async", streams(box, "a", "hello world"));
  check("container.object-info", BOX(method_container_object_info)(box, &a, &object, &error) && object.size == 11 &&
    str_is(object.name, "a") && str_is(object.container, "check") && object.created_at > 1700000000);
  check("container.list-objects", BOX(method_container_list_objects)(box, &names, &error));
  BOX(borrow_stream_object_names_t) borrowed = BOX(borrow_stream_object_names)(names);
  check("stream-object-names.skip-stream-object-names",
        BOX(method_stream_object_names_skip_stream_object_names)(borrowed, 1, &skipped, &error) && skipped.f0 == 1 &&
          !skipped.f1);
  check("stream-object-names.read-stream-object-names",
        BOX(method_stream_object_names_read_stream_object_names)(borrowed, 1, &page, &error) && page.f0.len == 1 &&
          !page.f1 && BOX(method_stream_object_names_read_stream_object_names)(borrowed, 5, &page, &error) &&
          page.f0.len == 1 && page.f1);
  BOX(stream_object_names_drop_own)(names);
  check("container.delete-objects", BOX(method_container_delete_objects)(box, &both, &error));
  check("container.has-object", BOX(method_container_has_object)(box, &gone[0], &has, &error) && !has &&
    BOX(method_container_has_object)(box, &a, &has, &error) && has);
  check("container.delete-object", BOX(method_container_delete_object)(box, &a, &error) &&
    BOX(method_container_has_object)(box, &a, &has, &error) && !has);
  check("container.clear", BOX(method_container_clear)(box, &error) && put_text(box, "a", "again", false));
}

static void check_store(void) {
  guest_string_t name = str("check"), other = str("other");
  BLOBS(object_id_t) from = {name, str("a")}, to = {other, str("copy")}, moved = {other, str("moved")};
  container_t container = {0}, second = {0};
  bool exists;
  check("create-container", BLOBS(create_container)(&name, &container, &error) &&
    !BLOBS(create_container)(&name, &second, &error));
  check("get-container", BLOBS(get_container)(&name, &second, &error));
  BOX(container_drop_own)(second);
  check("container-exists", BLOBS(container_exists)(&name, &exists, &error) && exists &&
    BLOBS(container_exists)(&other, &exists, &error) && !exists);
  check_container(BOX(borrow_container)(container));
  BOX(container_drop_own)(container);
  check("copy-object", !BLOBS(copy_object)(&from, &to, &error) && BLOBS(create_container)(&other, &second, &error) &&
    BLOBS(copy_object)(&from, &to, &error));
  check("move-object", BLOBS(move_object)(&to, &moved, &error) && !BLOBS(move_object)(&to, &moved, &error) &&
    part_is(BOX(borrow_container)(second), "moved", 0, 9, "again"));
  BOX(container_drop_own)(second);
  check("delete-container", BLOBS(delete_container)(&name, &error) && BLOBS(delete_container)(&other, &error) &&
    !BLOBS(get_container)(&name, &container, &error));
}

static void put_body(guest_string_t name, request_t request, outparam_t out) {
  HTTP(own_incoming_body_t) body;
  input_t input = {0};
  output_t output = {0};
  text_t text = {0};
  container_t container = container_c();
  outgoing_t value = TYPES(static_outgoing_value_new_outgoing_value)();
  TYPES(borrow_outgoing_value_t) borrowed = TYPES(borrow_outgoing_value)(value);
  if (!TYPES(method_outgoing_value_outgoing_value_write_body)(borrowed, &output) ||
      !BOX(method_container_write_data)(BOX(borrow_container)(container), &name, borrowed, &error) ||
      !HTTP(method_incoming_request_consume)(HTTP(borrow_incoming_request)(request), &body) ||
      !HTTP(method_incoming_body_stream)(HTTP(borrow_incoming_body)(body), &input)) {
    __builtin_trap();
  }
  text_number(&text, splice_all(input, output));
  IO(input_stream_drop_own)(input);
  HTTP(incoming_body_drop_own)(body);
  IO(output_stream_drop_own)(output);
  BOX(container_drop_own)(container);
  if (!TYPES(static_outgoing_value_finish)(value, &error)) {
    reply_text(out, 500, error.ptr, error.len);
  } else {
    reply_text(out, 200, text.ptr, text.len);
  }
}

static void get_body(guest_string_t target, outparam_t out) {
  guest_string_t name = target_param(target, "name");
  container_t container = container_c();
  incoming_t value;
  input_t input = {0};
  if (!BOX(method_container_get_data)(BOX(borrow_container)(container), &name,
                                      parse_number(target_param(target, "start"), 0),
                                      parse_number(target_param(target, "end"), (uint64_t)-1), &value, &error)) {
    reply_text(out, 404, error.ptr, error.len);
    return;
  }
  BOX(container_drop_own)(container);
  if (!TYPES(static_incoming_value_incoming_value_consume_async)(value, &input, &error)) __builtin_trap();
  reply_t reply = reply_start(out, 200, HTTP(constructor_fields)());
  splice_all(input, reply.stream);
  IO(input_stream_drop_own)(input);
  reply_end(&reply);
}

static void drop_value(guest_string_t name, outparam_t out) {
  container_t container = container_c();
  output_t output = {0};
  IO(stream_error_t) broken;
  guest_list_u8_t bytes = {(uint8_t *)"half", 4};
  outgoing_t value = TYPES(static_outgoing_value_new_outgoing_value)();
  TYPES(borrow_outgoing_value_t) borrowed = TYPES(borrow_outgoing_value)(value);
  if (!BOX(method_container_write_data)(BOX(borrow_container)(container), &name, borrowed, &error) ||
      !TYPES(method_outgoing_value_outgoing_value_write_body)(borrowed, &output) ||
      !IO(method_output_stream_blocking_write_and_flush)(IO(borrow_output_stream)(output), &bytes, &broken)) {
    __builtin_trap();
  }
  reply_text(out, 200, "dropped", 7);  // and all that is open with the instance
}

void exports_wasi_http_incoming_handler_handle(request_t request, outparam_t out) {
  guest_string_t target = request_target(request), path = target_path(target), name = target_param(target, "name");
  report = (text_t){0};
  failed = false;
  if (str_is(path, "/put")) {
    put_body(name, request, out);
  } else if (str_is(path, "/get")) {
    get_body(target, out);
  } else if (str_is(path, "/drop")) {
    drop_value(name, out);
  } else {
    check_store();
    reply_text(out, failed ? 500 : 200, report.ptr, report.len);
  }
  HTTP(incoming_request_drop_own)(request);
}
