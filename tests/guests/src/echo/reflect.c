#include "echo.h"
#include "text.h"

static const char *METHODS[] = {
  "GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH",
};

static void optional(text_t *text, const char *name, bool some, guest_string_t value) {
  text_add(text, name);
  if (some) {
    text_add(text, ": ");
    text_string(text, value);
  } else {
    text_add(text, " is none");
  }
  text_add(text, "\n");
}

void reflect(request_t request, outparam_t out) {
  HTTP(borrow_incoming_request_t) borrowed = HTTP(borrow_incoming_request)(request);
  text_t text = {0};
  guest_string_t value;
  bool some;

  HTTP(method_t) method;
  HTTP(method_incoming_request_method)(borrowed, &method);
  text_add(&text, method.tag == WASI_HTTP_TYPES_METHOD_OTHER ? "method other: " : "method: ");
  if (method.tag == WASI_HTTP_TYPES_METHOD_OTHER) {
    text_string(&text, method.val.other);
  } else {
    text_add(&text, METHODS[method.tag]);
  }
  text_add(&text, "\n");

  some = HTTP(method_incoming_request_path_with_query)(borrowed, &value);
  optional(&text, "path-with-query", some, value);

  HTTP(scheme_t) scheme;
  some = HTTP(method_incoming_request_scheme)(borrowed, &scheme);
  if (some && scheme.tag == WASI_HTTP_TYPES_SCHEME_OTHER) {
    optional(&text, "scheme other", true, scheme.val.other);
  } else {
    optional(&text, "scheme", some, str(some && scheme.tag == WASI_HTTP_TYPES_SCHEME_HTTPS ? "HTTPS" : "HTTP"));
  }

  some = HTTP(method_incoming_request_authority)(borrowed, &value);
  optional(&text, "authority", some, value);

  fields_t reply_headers = HTTP(constructor_fields)();
  fields_t headers = HTTP(method_incoming_request_headers)(borrowed);
  HTTP(list_tuple2_field_name_field_value_t) entries;
  HTTP(method_fields_entries)(HTTP(borrow_fields)(headers), &entries);
  for (size_t i = 0; i < entries.len; i++) {
    guest_string_t name = entries.ptr[i].f0;
    HTTP(field_value_t) bytes = entries.ptr[i].f1;
    text_add(&text, "header ");
    text_string(&text, name);
    text_add(&text, ": ");
    text_hex(&text, bytes.ptr, bytes.len);
    text_add(&text, "\n");

    text_t echo_name = {0};
    text_add(&echo_name, "x-echo-");
    text_string(&echo_name, name);
    text_bytes(&echo_name, "", 1);
    fields_add(reply_headers, (const char *)echo_name.ptr, bytes.ptr, bytes.len);
  }
  HTTP(fields_drop_own)(headers);

  reply_t reply = reply_start(out, 200, reply_headers);
  reply_write(&reply, text.ptr, text.len);
  reply_end(&reply);
}
