#include "every_import.h"

#define IN "wasi:http/types@0.2.12#"

typedef HTTP(borrow_fields_t) fields_ref;

/** What an operation on fields answered: -1 for ok, else the tag of header-error. */
enum { OK = -1, SYNTAX = 0, FORBIDDEN = 1, IMMUTABLE = 2 };

static int append(fields_ref fields, const char *name, const char *value) {
  guest_string_t key = str(name);
  HTTP(field_value_t) bytes = {(uint8_t *)value, strlen(value)};
  HTTP(header_error_t) error;
  return HTTP(method_fields_append)(fields, &key, &bytes, &error) ? OK : error.tag;
}

static int set(fields_ref fields, const char *name, const char *a, const char *b) {
  guest_string_t key = str(name);
  HTTP(field_value_t) values[2];
  HTTP(list_field_value_t) list = {values, 0};
  HTTP(header_error_t) error;
  if (a != NULL) values[list.len++] = (HTTP(field_value_t)){(uint8_t *)a, strlen(a)};
  if (b != NULL) values[list.len++] = (HTTP(field_value_t)){(uint8_t *)b, strlen(b)};
  return HTTP(method_fields_set)(fields, &key, &list, &error) ? OK : error.tag;
}

static int delete(fields_ref fields, const char *name) {
  guest_string_t key = str(name);
  HTTP(header_error_t) error;
  return HTTP(method_fields_delete)(fields, &key, &error) ? OK : error.tag;
}

static bool has(fields_ref fields, const char *name) {
  guest_string_t key = str(name);
  return HTTP(method_fields_has)(fields, &key);
}

/** Whether the values of the name are these; NULL for "no such value". */
static bool values_are(fields_ref fields, const char *name, const char *a, const char *b) {
  guest_string_t key = str(name);
  HTTP(list_field_value_t) values;
  HTTP(method_fields_get)(fields, &key, &values);
  size_t expected = (a != NULL) + (b != NULL);
  return values.len == expected && (a == NULL || bytes_are(values.ptr[0].ptr, values.ptr[0].len, a)) &&
    (b == NULL || bytes_are(values.ptr[1].ptr, values.ptr[1].len, b));
}

static HTTP(list_tuple2_field_name_field_value_t) entries(fields_ref fields) {
  HTTP(list_tuple2_field_name_field_value_t) list;
  HTTP(method_fields_entries)(fields, &list);
  return list;
}

static bool entry_is(HTTP(tuple2_field_name_field_value_t) entry, const char *name, const char *value) {
  return str_is_any_case(entry.f0, name) && bytes_are(entry.f1.ptr, entry.f1.len, value);
}

static int from_list(const char *pairs[][2], size_t count, fields_t *fields) {
  HTTP(tuple2_field_name_field_value_t) items[4];
  for (size_t i = 0; i < count; i++) {
    items[i].f0 = str(pairs[i][0]);
    items[i].f1 = (HTTP(field_value_t)){(uint8_t *)pairs[i][1], strlen(pairs[i][1])};
  }
  HTTP(list_tuple2_field_name_field_value_t) list = {items, count};
  HTTP(header_error_t) error;
  return HTTP(static_fields_from_list)(&list, fields, &error) ? OK : error.tag;
}

static void check_from_list(void) {
  fields_t fields;
  const char *good[][2] = {{"x-a", "1"}, {"x-b", "2"}, {"X-A", "3"}, {"x-empty", ""}};
  const char *bad_name[][2] = {{"x a", "1"}};
  const char *bad_value[][2] = {{"x-a", "1\r\nx-b: 2"}};
  const char *forbidden[][2] = {{"x-a", "1"}, {"Transfer-Encoding", "chunked"}};

  check_begin(IN "[static]fields.from-list");
  check(from_list(bad_name, 1, &fields) == SYNTAX, "a name with a space is not invalid-syntax");
  check(from_list(bad_value, 1, &fields) == SYNTAX, "a value with a line end is not invalid-syntax");
  check(from_list(forbidden, 2, &fields) == FORBIDDEN, "transfer-encoding is not forbidden");
  bool made = from_list(good, 4, &fields) == OK;
  check(made, "a good list fails");
  if (!made) return;
  fields_ref ref = HTTP(borrow_fields)(fields);
  check(values_are(ref, "x-a", "1", "3"), "repeats are not kept in order");
  check(values_are(ref, "x-empty", "", NULL), "an empty value is lost");
  check(entries(ref).len == 4, "there are not 4 entries");
  HTTP(fields_drop_own)(fields);
}

static void check_append(fields_ref fields) {
  check_begin(IN "[method]fields.append");
  check(append(fields, "x-one", "1") == OK, "a good header fails");
  check(append(fields, "X-One", "2") == OK, "a second value fails");
  check(append(fields, "x-bytes", "\x80\xff caf\xe9\ttab") == OK, "bytes above 127 fail");
  check(append(fields, "", "1") == SYNTAX, "an empty name is not invalid-syntax");
  check(append(fields, "x bad", "1") == SYNTAX, "a name with a space is not invalid-syntax");
  check(append(fields, "x:bad", "1") == SYNTAX, "a name with a colon is not invalid-syntax");
  check(append(fields, "x-caf\xc3\xa9", "1") == SYNTAX, "a name beyond ASCII is not invalid-syntax");
  check(append(fields, "x-bad", "a\nb") == SYNTAX, "a value with a line end is not invalid-syntax");
  check(append(fields, "x-bad", "a\rb") == SYNTAX, "a value with a carriage return is not invalid-syntax");
  check(append(fields, "connection", "close") == FORBIDDEN, "connection is not forbidden");
  check(append(fields, "Transfer-Encoding", "chunked") == FORBIDDEN, "Transfer-Encoding is not forbidden");
  check(append(fields, "keep-alive", "1") == FORBIDDEN, "keep-alive is not forbidden");
  check(append(fields, "upgrade", "h2c") == FORBIDDEN, "upgrade is not forbidden");
  check(!has(fields, "x-bad") && !has(fields, "connection"), "a refused header is there all the same");
}

void check_fields(void) {
  check_from_list();

  check_begin(IN "[constructor]fields");
  fields_t own = HTTP(constructor_fields)();
  fields_ref fields = HTTP(borrow_fields)(own);
  check(entries(fields).len == 0, "new fields are not empty");

  check_append(fields);

  check_begin(IN "[method]fields.get");
  check(values_are(fields, "x-one", "1", "2"), "it does not give both values in order");
  check(values_are(fields, "X-ONE", "1", "2"), "the case of the name matters");
  check(values_are(fields, "x-bytes", "\x80\xff caf\xe9\ttab", NULL), "bytes above 127 are changed");
  check(values_are(fields, "x-none", NULL, NULL), "an absent name has values");
  check(values_are(fields, "x bad", NULL, NULL), "a bad name has values");

  check_begin(IN "[method]fields.has");
  check(has(fields, "X-oNe"), "the case of the name matters");
  check(!has(fields, "x-none"), "an absent name is there");
  check(!has(fields, "x bad"), "a bad name is there");

  check_begin(IN "[method]fields.entries");
  HTTP(list_tuple2_field_name_field_value_t) list = entries(fields);
  check(list.len == 3, "there are not 3 entries");
  check(list.len == 3 && entry_is(list.ptr[0], "x-one", "1") && entry_is(list.ptr[1], "x-one", "2") &&
          entry_is(list.ptr[2], "x-bytes", "\x80\xff caf\xe9\ttab"),
        "they are not as they were appended");

  check_begin(IN "[method]fields.clone");
  fields_t twin = HTTP(method_fields_clone)(fields);
  fields_ref clone = HTTP(borrow_fields)(twin);
  check(values_are(clone, "x-one", "1", "2"), "the clone lacks values");
  check(append(clone, "x-clone", "1") == OK && !has(fields, "x-clone"), "a change of the clone changes the original");
  check(append(fields, "x-original", "1") == OK && !has(clone, "x-original"), "the other way round");
  HTTP(fields_drop_own)(twin);

  check_begin(IN "[method]fields.set");
  check(set(fields, "X-One", "a", "b") == OK && values_are(fields, "x-one", "a", "b"), "it does not replace the values");
  check(set(fields, "x-new", "n", NULL) == OK && values_are(fields, "x-new", "n", NULL), "a new name fails");
  check(set(fields, "x-new", NULL, NULL) == OK && values_are(fields, "x-new", NULL, NULL),
        "no values do not take the old ones away");
  check(set(fields, "x bad", "1", NULL) == SYNTAX, "a bad name is not invalid-syntax");
  check(set(fields, "x-one", "good", "b\nad") == SYNTAX, "a bad value is not invalid-syntax");
  check(set(fields, "connection", "close", NULL) == FORBIDDEN, "connection is not forbidden");

  check_begin(IN "[method]fields.delete");
  check(delete(fields, "x-none") == OK, "an absent name fails");
  check(delete(fields, "X-ONE") == OK && !has(fields, "x-one"), "it is still there");
  check(delete(fields, "x bad") == SYNTAX, "a bad name is not invalid-syntax");
  HTTP(fields_drop_own)(own);
}

/** Fields that belong to something else cannot be changed; a copy of them can. */
static void check_immutable(fields_t own, const char *append_fails, const char *set_fails, const char *delete_fails) {
  fields_ref fields = HTTP(borrow_fields)(own);
  check(append(fields, "x-a", "1") == IMMUTABLE, append_fails);
  check(set(fields, "x-a", "1", NULL) == IMMUTABLE, set_fails);
  check(delete(fields, "x-a") == IMMUTABLE, delete_fails);
  fields_t copy = HTTP(method_fields_clone)(fields);
  check(append(HTTP(borrow_fields)(copy), "x-a", "1") == OK, "a clone of them cannot be changed");
  HTTP(fields_drop_own)(copy);
  HTTP(fields_drop_own)(own);
}

void check_fields_immutable(request_t request) {
  check_begin(IN "[method]incoming-request.headers");
  fields_t headers = HTTP(method_incoming_request_headers)(HTTP(borrow_incoming_request)(request));
  check(entries(HTTP(borrow_fields)(headers)).len > 0, "there are none");
  check_immutable(headers, "append is not immutable", "set is not immutable", "delete is not immutable");

  check_begin(IN "[method]outgoing-response.headers");
  HTTP(own_outgoing_response_t) response = unsent_response("3");
  headers = HTTP(method_outgoing_response_headers)(HTTP(borrow_outgoing_response)(response));
  check(values_are(HTTP(borrow_fields)(headers), "content-length", "3", NULL), "they are not those it was made with");
  check_immutable(headers, "append is not immutable", "set is not immutable", "delete is not immutable");
  HTTP(outgoing_response_drop_own)(response);

  check_begin(IN "[method]outgoing-request.headers");
  fields_t given = HTTP(constructor_fields)();
  fields_add(given, "x-given", "1", 1);
  HTTP(own_outgoing_request_t) outgoing = HTTP(constructor_outgoing_request)(given);
  headers = HTTP(method_outgoing_request_headers)(HTTP(borrow_outgoing_request)(outgoing));
  check(values_are(HTTP(borrow_fields)(headers), "x-given", "1", NULL), "they are not those it was made with");
  check_immutable(headers, "append is not immutable", "set is not immutable", "delete is not immutable");
  HTTP(outgoing_request_drop_own)(outgoing);
}
