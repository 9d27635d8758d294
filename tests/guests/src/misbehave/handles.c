// Guests that use handles they do not have. The canonical ABI makes each of these a trap.
#include "misbehave.h"

static void bad_handle(guest_string_t target, outparam_t out) {
  POLL(borrow_pollable_t) invented = {(int32_t)parse_number(target_param(target, "n"), 4242)};
  POLL(method_pollable_ready)(invented);
  answer_survived(out);
}

/** A handle of another type: the outparam's number where a pollable is wanted. */
static void wrong_type(guest_string_t target, outparam_t out) {
  POLL(borrow_pollable_t) other = {out.__handle};
  POLL(method_pollable_ready)(other);
  answer_survived(out);
}

static void negative_handle(guest_string_t target, outparam_t out) {
  POLL(borrow_pollable_t) invented = {-1};
  POLL(method_pollable_ready)(invented);
  answer_survived(out);
}

static void bad_handle_in_list(guest_string_t target, outparam_t out) {
  POLL(borrow_pollable_t) list[] = {POLL(borrow_pollable)(timer(0)), {4242}};
  POLL(list_borrow_pollable_t) both = {list, 2};
  guest_list_u32_t ready;
  POLL(poll)(&both, &ready);
  answer_survived(out);
}

static void double_drop(guest_string_t target, outparam_t out) {
  pollable_t once = timer(0);
  POLL(pollable_drop_own)(once);
  POLL(pollable_drop_own)(once);
  answer_survived(out);
}

static void use_after_drop(guest_string_t target, outparam_t out) {
  pollable_t gone = timer(0);
  POLL(pollable_drop_own)(gone);
  POLL(method_pollable_block)(POLL(borrow_pollable)(gone));
  answer_survived(out);
}

static void use_after_move(guest_string_t target, outparam_t out) {
  fields_t headers = HTTP(constructor_fields)();
  HTTP(constructor_outgoing_response)(headers);
  fields_add(headers, "x-after", "1", 1);
  answer_survived(out);
}

/** A parent that goes before its child: the stream of a body. */
static void drop_parent(guest_string_t target, outparam_t out) {
  reply_t reply = reply_start(out, 200, HTTP(constructor_fields)());
  HTTP(outgoing_body_drop_own)(reply.body);
  reply_write(&reply, "after its parent\n", 17);
}

static void drop_stream_with_pollable(guest_string_t target, outparam_t out) {
  output_t stream = wasi_cli_stderr_get_stderr();
  pollable_t child = IO(method_output_stream_subscribe)(IO(borrow_output_stream)(stream));
  IO(output_stream_drop_own)(stream);
  POLL(method_pollable_block)(POLL(borrow_pollable)(child));
  answer_survived(out);
}

static void empty_poll(guest_string_t target, outparam_t out) {
  POLL(list_borrow_pollable_t) none = {NULL, 0};
  guest_list_u32_t ready;
  POLL(poll)(&none, &ready);
  answer_survived(out);
}

/** Makes handles until the host has enough of it; `n` of them. */
static void leak_handles(guest_string_t target, outparam_t out) {
  for (uint64_t i = 0, n = parse_number(target_param(target, "n"), 100000); i < n; i++) {
    HTTP(constructor_fields)();
  }
  answer_survived(out);
}

const route_t HANDLES[] = {
  {"/bad-handle", bad_handle},
  {"/wrong-type", wrong_type},
  {"/negative-handle", negative_handle},
  {"/bad-handle-in-list", bad_handle_in_list},
  {"/double-drop", double_drop},
  {"/use-after-drop", use_after_drop},
  {"/use-after-move", use_after_move},
  {"/drop-parent", drop_parent},
  {"/drop-stream-with-pollable", drop_stream_with_pollable},
  {"/empty-poll", empty_poll},
  {"/leak-handles", leak_handles},
  {NULL, NULL},
};
