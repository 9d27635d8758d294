#include "sockets.h"

static text_t report;
static bool failed_once, failed_here;
static const char *open_line;

static void close_line(void) {
  if (open_line != NULL && !failed_here) {
    text_add(&report, "ok ");
    text_add(&report, open_line);
    text_add(&report, "\n");
  }
  open_line = NULL;
}

void check_begin(const char *function) {
  close_line();
  open_line = function;
  failed_here = false;
}

void check(bool holds, const char *what) {
  if (holds || failed_here) return;
  failed_here = failed_once = true;
  text_add(&report, "FAIL ");
  text_add(&report, open_line);
  text_add(&report, ": ");
  text_add(&report, what);
  text_add(&report, "\n");
}

void check_code(bool succeeded, code_t code, code_t expected, const char *what) {
  if (!succeeded && code == expected) return;
  check(false, what);
  text_add(&report, "  it is ");
  text_add(&report, succeeded ? "no error" : code_name(code));
  text_add(&report, "\n");
}

bool check_end(text_t *text) {
  close_line();
  bool passed = !failed_once;
  *text = report;
  report = (text_t){0};
  failed_once = failed_here = false;
  return passed;
}

void block_on(pollable_t pollable) {
  POLL(method_pollable_block)(POLL(borrow_pollable)(pollable));
  POLL(pollable_drop_own)(pollable);
}

address_t address_at(bool ipv6, uint16_t port) {
  address_t address = {0};
  if (ipv6) {
    address.tag = WASI_SOCKETS_NETWORK_IP_SOCKET_ADDRESS_IPV6;
    address.val.ipv6.port = port;
    address.val.ipv6.address.f7 = port == 0 ? 0 : 1;
  } else {
    address.tag = WASI_SOCKETS_NETWORK_IP_SOCKET_ADDRESS_IPV4;
    address.val.ipv4.port = port;
    if (port != 0) address.val.ipv4.address = (NET(ipv4_address_t)){127, 0, 0, 1};
  }
  return address;
}

uint16_t port_of(address_t address) {
  return address.tag == WASI_SOCKETS_NETWORK_IP_SOCKET_ADDRESS_IPV6 ? address.val.ipv6.port : address.val.ipv4.port;
}

bool same_address(address_t a, address_t b) {
  if (a.tag != b.tag || port_of(a) != port_of(b)) return false;
  if (a.tag == WASI_SOCKETS_NETWORK_IP_SOCKET_ADDRESS_IPV4)
    return memcmp(&a.val.ipv4.address, &b.val.ipv4.address, sizeof a.val.ipv4.address) == 0;
  return memcmp(&a.val.ipv6.address, &b.val.ipv6.address, sizeof a.val.ipv6.address) == 0;
}

const char *code_name(code_t code) {
  static const char *const names[] = {
    "unknown", "access-denied", "not-supported", "invalid-argument", "out-of-memory", "timeout",
    "concurrency-conflict", "not-in-progress", "would-block", "invalid-state", "new-socket-limit",
    "address-not-bindable", "address-in-use", "remote-unreachable", "connection-refused", "connection-reset",
    "connection-aborted", "datagram-too-large", "name-unresolvable", "temporary-resolver-failure",
    "permanent-resolver-failure",
  };
  return names[code];
}
