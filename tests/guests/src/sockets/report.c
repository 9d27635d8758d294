#include "sockets.h"

void check_code(bool succeeded, code_t code, code_t expected, const char *what) {
  if (!succeeded && code == expected) return;
  check(false, what);
  check_says("  it is ");
  check_says(succeeded ? "no error" : code_name(code));
  check_says("\n");
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
