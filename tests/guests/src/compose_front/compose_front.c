// Answers HTTP with what other components say; README.md lists the paths.
#include "text.h"

#define ADD(name) acme_math_add_##name
#define UPPER(name) acme_text_upper_##name
#define TALLY(name) acme_text_tally_##name
#define KV(name) wasi_keyvalue_store_##name

static void line(text_t *text, const char *name, bool is_right) {
  text_add(text, is_right ? "ok " : "FAIL ");
  text_add(text, name);
  text_add(text, "\n");
}

static bool point_is(ADD(point_t) *point, float x, double y, const char *label) {
  bool is_labelled = label != NULL;
  return point->x == x && point->y == y && point->label.is_some == is_labelled &&
    (!is_labelled || str_is(point->label.val, label));
}

static ADD(point_t) point(float x, double y, const char *label) {
  ADD(point_t) made = {x, y, {label != NULL, label == NULL ? (guest_string_t){0} : str(label)}};
  return made;
}

static void check_shapes(text_t *text) {
  ADD(shape_t) shape = {ACME_MATH_ADD_SHAPE_EMPTY}, back;
  ADD(axis_t) axis = 9;
  bool got = ADD(mirror)(&shape, 0, &back, &axis);
  line(text, "mirror: an enum as the error", !got && axis == ACME_MATH_ADD_AXIS_HORIZONTAL);
  got = ADD(mirror)(&shape, ACME_MATH_ADD_SIDES_RIGHT, &back, &axis);
  line(text, "mirror: a case without payload", got && back.tag == ACME_MATH_ADD_SHAPE_EMPTY);
  shape.tag = ACME_MATH_ADD_SHAPE_DOT;
  shape.val.dot = point(1.5f, -2.25, "here");
  got = ADD(mirror)(&shape, ACME_MATH_ADD_SIDES_LEFT | ACME_MATH_ADD_SIDES_TOP, &back, &axis);
  line(text, "mirror: a record", got && back.tag == ACME_MATH_ADD_SHAPE_DOT && point_is(&back.val.dot, -1.5f, 2.25, "here"));
  shape.tag = ACME_MATH_ADD_SHAPE_LINE;
  shape.val.line.f0 = point(1, 2, NULL);
  shape.val.line.f1 = point(3, 4, "end");
  got = ADD(mirror)(&shape, ACME_MATH_ADD_SIDES_RIGHT, &back, &axis);
  line(text, "mirror: a tuple", got && back.tag == ACME_MATH_ADD_SHAPE_LINE &&
    point_is(&back.val.line.f0, 3, 4, "end") && point_is(&back.val.line.f1, 1, 2, NULL));
  shape.tag = ACME_MATH_ADD_SHAPE_NUMBER;
  shape.val.number = 0xfedcba9876543210;
  got = ADD(mirror)(&shape, ACME_MATH_ADD_SIDES_RIGHT, &back, &axis);
  line(text, "mirror: a u64", got && back.tag == ACME_MATH_ADD_SHAPE_NUMBER && back.val.number == 0xfedcba9876543210);
  shape.tag = ACME_MATH_ADD_SHAPE_TEXT;
  shape.val.text = str("\xc3\xa4");
  got = ADD(mirror)(&shape, ACME_MATH_ADD_SIDES_RIGHT, &back, &axis);
  line(text, "mirror: a string", got && back.tag == ACME_MATH_ADD_SHAPE_TEXT && str_is(back.val.text, "\xc3\xa4"));
}

static void check_numbers(text_t *text) {
  line(text, "add", ADD(add)(4000000000u, 5) == 4000000005u);
  int64_t numbers[] = {1, -9000000000000000000, 3}, sum = 0;
  guest_list_s64_t list = {numbers, 3};
  guest_string_t error = {0};
  bool got = ADD(sum)(&list, &sum, &error);
  line(text, "sum: the value of a result", got && sum == -8999999999999999996);
  list.len = 0;
  got = ADD(sum)(&list, &sum, &error);
  line(text, "sum: the error of a result", !got && str_is(error, "nothing to add"));
  ADD(axis_t) axis = 9;
  line(text, "check: a result without value", ADD(check)(7, &axis));
  line(text, "check: its error", !ADD(check)(-7, &axis) && axis == ACME_MATH_ADD_AXIS_VERTICAL);
  guest_tuple5_char32_bool_s8_u16_f32_t tuple;
  ADD(letter)(0x1f600, true, &tuple);
  line(text, "letter: a tuple", tuple.f0 == 0x1f601 && !tuple.f1 && tuple.f2 == -7 && tuple.f3 == 65535 && tuple.f4 == 0.5f);
}

static void check_nested(text_t *text) {
  guest_option_u8_t inner = {true, 7}, back = {false, 0};
  bool got = ADD(nested)(NULL, &back);
  line(text, "nested: none", !got);
  got = ADD(nested)(&inner, &back);
  line(text, "nested: some of some", got && back.is_some && back.val == 7);
  inner.is_some = false;
  got = ADD(nested)(&inner, &back);
  line(text, "nested: some of none", got && !back.is_some);
}

static void check_lists(text_t *text) {
  ADD(point_t) points[] = {point(1, 2, "one"), point(3, 4, NULL)};
  ADD(list_point_t) list = {points, 2}, back;
  ADD(points)(&list, &back);
  line(text, "points: a list of records",
    back.len == 2 && point_is(&back.ptr[0], 3, 4, NULL) && point_is(&back.ptr[1], 1, 2, "one"));
  list.len = 0;
  ADD(points)(&list, &back);
  line(text, "points: an empty list", back.len == 0);
  ADD(wide_t) wide = {str("a"), str("b"), str(""), str("d"), str("e"), str("f"), str("g"), str("h"), 1}, turned;
  ADD(turned)(&wide, &turned);
  line(text, "turned: more than sixteen core values",
    str_is(turned.a, "h") && str_is(turned.f, "") && str_is(turned.h, "a") && turned.i == 2);
}

static void check_bucket(text_t *text) {
  guest_string_t name = str("in_memory"), nowhere = str("nats"), key = str("key"), value = str("value"), error;
  KV(own_bucket_t) bucket, other;
  KV(error_t) kv_error;
  guest_option_list_u8_t found = {false};
  line(text, "open: an error", !UPPER(open)(&nowhere, &bucket, &error) && str_is(error, "no such store"));
  line(text, "open: a resource of the host as result", UPPER(open)(&name, &bucket, &error));
  KV(borrow_bucket_t) lent = KV(borrow_bucket)(bucket);
  line(text, "put: one that is lent", UPPER(put)(lent, &key, &value));
  line(text, "put: the same once more", UPPER(put)(lent, &key, &value));
  bool got = KV(method_bucket_get)(lent, &key, &found, &kv_error);
  line(text, "the owner uses it afterwards", got && found.is_some && found.val.len == 5);
  line(text, "close: one that is given away", UPPER(close)(bucket));
  got = KV(open)(&name, &other, &kv_error);
  line(text, "put: one of the caller's", got && UPPER(put)(KV(borrow_bucket)(other), &key, &value));
  KV(bucket_drop_own)(other);
}

static void check_tally(text_t *text) {
  TALLY(own_tally_t) a = TALLY(constructor_tally)(40), b = TALLY(constructor_tally)(2);
  line(text, "bump: a method", TALLY(method_tally_bump)(TALLY(borrow_tally)(a), 1) == 41);
  TALLY(borrow_tally_t) both[] = {TALLY(borrow_tally)(a), TALLY(borrow_tally)(b)};
  TALLY(list_borrow_tally_t) list = {both, 2};
  uint32_t best = 0;
  line(text, "best: a list of those that are lent", TALLY(best)(&list, &best) && best == 41);
  TALLY(own_tally_t) joined = TALLY(static_tally_joined)(a, TALLY(borrow_tally)(b));
  line(text, "joined: one given away, one lent", TALLY(freed)() == 1);
  line(text, "bump: what came back", TALLY(method_tally_bump)(TALLY(borrow_tally)(joined), 0) == 43);
  TALLY(tally_drop_own)(b);
  line(text, "dropping one calls its destructor", TALLY(freed)() == 2);
  line(text, "take", TALLY(take)(joined) == 43 && TALLY(freed)() == 3);
}

static void optional(text_t *text, bool is_some, guest_string_t value) {
  if (is_some) text_string(text, value);
  else text_add(text, "none");
  text_add(text, "\n");
}

static void settings(text_t *text) {
  guest_string_t name = str("GREETING"), key = str("greeting"), value = {0};
  guest_option_string_t own = {false};
  wasi_config_0_2_0_rc_1_store_error_t error;
  bool is_some = UPPER(variable)(&name, &value);
  optional(text, is_some, value);
  is_some = UPPER(setting)(&key, &value);
  optional(text, is_some, value);
  wasi_config_0_2_0_rc_1_store_get(&key, &own, &error);
  optional(text, own.is_some, own.val);
}

static void use_twice(guest_string_t path) {
  guest_string_t name = str("in_memory"), key = str("key"), error;
  KV(own_bucket_t) bucket;
  UPPER(open)(&name, &bucket, &error);
  if (str_is(path, "/keep")) UPPER(keep)(KV(borrow_bucket)(bucket));
  if (str_is(path, "/given")) {
    UPPER(close)(bucket);
    UPPER(put)(KV(borrow_bucket)(bucket), &key, &key);
  }
}

static void pour(request_t request, outparam_t out) {
  HTTP(own_incoming_body_t) body;
  input_t source;
  HTTP(method_incoming_request_consume)(HTTP(borrow_incoming_request)(request), &body);
  HTTP(method_incoming_body_stream)(HTTP(borrow_incoming_body)(body), &source);
  reply_t reply = reply_start(out, 200, HTTP(constructor_fields)());
  text_t text = {0};
  text_number(&text, UPPER(pour)(IO(borrow_input_stream)(source), IO(borrow_output_stream)(reply.stream)));
  text_add(&text, " bytes\n");
  reply_write(&reply, text.ptr, text.len);
  IO(input_stream_drop_own)(source);
  reply_end(&reply);
}

void exports_wasi_http_incoming_handler_handle(request_t request, outparam_t out) {
  size_t mark = arena_mark();
  guest_string_t target = request_target(request), path = target_path(target);
  text_t text = {0};
  if (str_is(path, "/pour")) {
    pour(request, out);
    return;
  }
  if (str_is(path, "/upper")) {
    guest_string_t word = target_param(target, "text"), upper;
    UPPER(upper)(&word, &upper);
    text_string(&text, upper);
  } else if (str_is(path, "/values")) {
    check_numbers(&text);
    check_lists(&text);
    check_nested(&text);
    check_shapes(&text);
  } else if (str_is(path, "/bucket")) {
    check_bucket(&text);
  } else if (str_is(path, "/tally")) {
    check_tally(&text);
  } else if (str_is(path, "/settings")) {
    settings(&text);
  } else if (str_is(path, "/calls")) {
    text_number(&text, UPPER(calls)());
    text_number(&text, UPPER(calls)());
  } else if (str_is(path, "/say")) {
    guest_string_t said = str("said by text\n");
    UPPER(say)(&said);
  } else if (str_is(path, "/trap")) {
    ADD(trap)();
  } else if (str_is(path, "/far-trap")) {
    UPPER(far_trap)();
  } else if (str_is(path, "/keep") || str_is(path, "/given")) {
    use_twice(path);
  } else {
    text_add(&text, "alone\n");
  }
  reply_text(out, 200, text.ptr, text.len);
  arena_reset(mark);
}
