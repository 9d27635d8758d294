#include "every_import.h"

#define IN "wasi:http/types@0.2.12#"

typedef HTTP(borrow_outgoing_request_t) request_ref;

static bool set_other_method(request_ref request, const char *name) {
  HTTP(method_t) method = {WASI_HTTP_TYPES_METHOD_OTHER, {str(name)}};
  return HTTP(method_outgoing_request_set_method)(request, &method);
}

static bool set_other_scheme(request_ref request, const char *name) {
  HTTP(scheme_t) scheme = {WASI_HTTP_TYPES_SCHEME_OTHER, {str(name)}};
  return HTTP(method_outgoing_request_set_scheme)(request, &scheme);
}

static bool set_path(request_ref request, const char *path) {
  guest_string_t text = str(path);
  return HTTP(method_outgoing_request_set_path_with_query)(request, &text);
}

static bool set_authority(request_ref request, const char *authority) {
  guest_string_t text = str(authority);
  return HTTP(method_outgoing_request_set_authority)(request, &text);
}

static void check_method(request_ref request) {
  HTTP(method_t) method;
  check_begin(IN "[method]outgoing-request.method");
  HTTP(method_outgoing_request_method)(request, &method);
  check(method.tag == WASI_HTTP_TYPES_METHOD_GET, "a new request is no GET");

  check_begin(IN "[method]outgoing-request.set-method");
  check(set_other_method(request, "BREW"), "BREW fails");
  HTTP(method_outgoing_request_method)(request, &method);
  check(method.tag == WASI_HTTP_TYPES_METHOD_OTHER && str_is(method.val.other, "BREW"), "BREW is not BREW after");
  check(!set_other_method(request, "BAD METHOD"), "a method with a space is no error");
  check(!set_other_method(request, ""), "an empty method is no error");
  method.tag = WASI_HTTP_TYPES_METHOD_PATCH;
  check(HTTP(method_outgoing_request_set_method)(request, &method), "PATCH fails");
  HTTP(method_outgoing_request_method)(request, &method);
  check(method.tag == WASI_HTTP_TYPES_METHOD_PATCH, "PATCH is not PATCH after");
}

static void check_scheme(request_ref request) {
  HTTP(scheme_t) scheme;
  check_begin(IN "[method]outgoing-request.scheme");
  check(!HTTP(method_outgoing_request_scheme)(request, &scheme), "a new request has one");

  check_begin(IN "[method]outgoing-request.set-scheme");
  scheme.tag = WASI_HTTP_TYPES_SCHEME_HTTPS;
  check(HTTP(method_outgoing_request_set_scheme)(request, &scheme), "HTTPS fails");
  check(HTTP(method_outgoing_request_scheme)(request, &scheme) && scheme.tag == WASI_HTTP_TYPES_SCHEME_HTTPS,
        "HTTPS is not HTTPS after");
  check(set_other_scheme(request, "ftp"), "ftp fails");
  check(HTTP(method_outgoing_request_scheme)(request, &scheme) && scheme.tag == WASI_HTTP_TYPES_SCHEME_OTHER &&
          str_is(scheme.val.other, "ftp"),
        "ftp is not ftp after");
  check(!set_other_scheme(request, "b@d scheme"), "a bad scheme is no error");
  check(HTTP(method_outgoing_request_set_scheme)(request, NULL), "none fails");
  check(!HTTP(method_outgoing_request_scheme)(request, &scheme), "none is not none after");
}

static void check_target(request_ref request) {
  guest_string_t text;
  check_begin(IN "[method]outgoing-request.path-with-query");
  check(!HTTP(method_outgoing_request_path_with_query)(request, &text), "a new request has one");

  check_begin(IN "[method]outgoing-request.set-path-with-query");
  check(set_path(request, "/a%20b?c=d&e"), "a good path fails");
  check(HTTP(method_outgoing_request_path_with_query)(request, &text) && str_is(text, "/a%20b?c=d&e"),
        "it is changed");
  check(!set_path(request, "/bad path\n"), "a path with a line end is no error");
  check(HTTP(method_outgoing_request_set_path_with_query)(request, NULL), "none fails");
  check(!HTTP(method_outgoing_request_path_with_query)(request, &text), "none is not none after");

  check_begin(IN "[method]outgoing-request.authority");
  check(!HTTP(method_outgoing_request_authority)(request, &text), "a new request has one");

  check_begin(IN "[method]outgoing-request.set-authority");
  check(set_authority(request, "example.com:8080"), "a good authority fails");
  check(HTTP(method_outgoing_request_authority)(request, &text) && str_is(text, "example.com:8080"), "it is changed");
  check(!set_authority(request, "bad host\n"), "an authority with a line end is no error");
  check(HTTP(method_outgoing_request_set_authority)(request, NULL), "none fails");
  check(!HTTP(method_outgoing_request_authority)(request, &text), "none is not none after");
}

void check_outgoing_request(void) {
  check_begin(IN "[constructor]outgoing-request");
  HTTP(own_outgoing_request_t) own = HTTP(constructor_outgoing_request)(HTTP(constructor_fields)());
  request_ref request = HTTP(borrow_outgoing_request)(own);
  check_method(request);
  check_scheme(request);
  check_target(request);

  HTTP(own_outgoing_body_t) body, second;
  check_begin(IN "[method]outgoing-request.body");
  check(HTTP(method_outgoing_request_body)(request, &body), "fails");
  check(!HTTP(method_outgoing_request_body)(request, &second), "a second body is no error");
  HTTP(outgoing_body_drop_own)(body);
  HTTP(outgoing_request_drop_own)(own);
}

// The three timeouts differ in name alone.
#define CHECK_TIMEOUT(name, wit)                                                                           \
  do {                                                                                                     \
    uint64_t duration = 0, wanted = 1500 * MILLISECOND;                                                    \
    check_begin(IN "[method]request-options." wit);                                                        \
    check(!HTTP(method_request_options_##name)(options, &duration), "new options have one");               \
    check_begin(IN "[method]request-options.set-" wit);                                                    \
    if (HTTP(method_request_options_set_##name)(options, &wanted)) {                                       \
      check(HTTP(method_request_options_##name)(options, &duration) && duration == wanted, "it is changed"); \
      check(HTTP(method_request_options_set_##name)(options, NULL), "none fails");                         \
      check(!HTTP(method_request_options_##name)(options, &duration), "none is not none after");           \
    }                                                                                                      \
  } while (0)

void check_request_options(void) {
  check_begin(IN "[constructor]request-options");
  HTTP(own_request_options_t) own = HTTP(constructor_request_options)();
  HTTP(borrow_request_options_t) options = HTTP(borrow_request_options)(own);
  CHECK_TIMEOUT(connect_timeout, "connect-timeout");
  CHECK_TIMEOUT(first_byte_timeout, "first-byte-timeout");
  CHECK_TIMEOUT(between_bytes_timeout, "between-bytes-timeout");
  HTTP(request_options_drop_own)(own);
}
