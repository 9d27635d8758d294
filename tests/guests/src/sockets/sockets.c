// /tcp?port=N  /udp?port=N  (with &ipv6=1) call every function against an echo on this machine
// /lookup?name=NAME  a line for each address, or the error
// /connect?port=N    `connected` and all that the server says, or the error
// /reach?name=NAME&port=N  looks the name up and connects to its first IPv4 address
// /leave?port=N      answers, and leaves a connection, a UDP socket and a lookup behind
#include "sockets.h"

#define LOOKUP(name) wasi_sockets_ip_name_lookup_##name
#define STREAM LOOKUP(method_resolve_address_stream_resolve_next_address)

static void add_address(text_t *answer, NET(ip_address_t) address) {
  if (address.tag == WASI_SOCKETS_NETWORK_IP_ADDRESS_IPV6) {
    uint16_t *groups = (uint16_t *)&address.val.ipv6;
    for (int i = 0; i < 8; i++) {
      uint8_t pair[2] = {groups[i] >> 8, groups[i] & 255};
      if (i > 0) text_add(answer, ":");
      text_hex(answer, pair, 2);
    }
  } else {
    uint8_t *bytes = (uint8_t *)&address.val.ipv4;
    for (int i = 0; i < 4; i++) {
      if (i > 0) text_add(answer, ".");
      text_number(answer, bytes[i]);
    }
  }
}

/** Looks a name up; `each` is called for every address. */
static bool each_address(network_t network, guest_string_t name, text_t *answer, NET(ip_address_t) *first) {
  code_t code;
  LOOKUP(own_resolve_address_stream_t) own;
  LOOKUP(option_ip_address_t) next;
  bool any = false;
  check_begin("wasi:sockets/ip-name-lookup@0.2.12#resolve-addresses");
  if (!LOOKUP(resolve_addresses)(network, &name, &own, &code)) {
    text_add(answer, code_name(code));
    return false;
  }
  LOOKUP(borrow_resolve_address_stream_t) stream = LOOKUP(borrow_resolve_address_stream)(own);
  check_begin("wasi:sockets/ip-name-lookup@0.2.12#[method]resolve-address-stream.resolve-next-address");
  check_code(STREAM(stream, &next, &code), code, CODE(WOULD_BLOCK), "it does not wait");
  check_begin("wasi:sockets/ip-name-lookup@0.2.12#[method]resolve-address-stream.subscribe");
  block_on(LOOKUP(method_resolve_address_stream_subscribe)(stream));
  bool good;
  while ((good = STREAM(stream, &next, &code)) && next.is_some) {
    if (!any) *first = next.val;
    any = true;
    add_address(answer, next.val);
    text_add(answer, "\n");
  }
  if (!good) text_add(answer, code_name(code));
  LOOKUP(resolve_address_stream_drop_own)(own);
  return any;
}

void look_up(network_t network, guest_string_t name, text_t *answer) {
  NET(ip_address_t) first;
  each_address(network, name, answer, &first);
  text_t report;
  check_end(&report);
  text_bytes(answer, report.ptr, report.len);
}

static void reach(network_t network, guest_string_t name, uint16_t port, text_t *answer) {
  NET(ip_address_t) first;
  text_t report;
  bool found = each_address(network, name, answer, &first);
  check_end(&report);
  if (!found) return;
  address_t address = address_at(first.tag == WASI_SOCKETS_NETWORK_IP_ADDRESS_IPV6, port);
  if (first.tag == WASI_SOCKETS_NETWORK_IP_ADDRESS_IPV6) address.val.ipv6.address = first.val.ipv6;
  else address.val.ipv4.address = first.val.ipv4;
  connect_to(network, address, answer);
}

void exports_wasi_http_incoming_handler_handle(request_t request, outparam_t out) {
  size_t mark = arena_mark();
  guest_string_t target = request_target(request), path = target_path(target), name = target_param(target, "name");
  uint16_t port = parse_number(target_param(target, "port"), 0);
  bool ipv6 = target_param(target, "ipv6").ptr != NULL, passed = true;
  text_t answer = {0};
  check_begin("wasi:sockets/instance-network@0.2.12#instance-network");
  NET(own_network_t) own = wasi_sockets_instance_network_instance_network();
  network_t network = NET(borrow_network)(own);
  if (str_is(path, "/lookup")) {
    look_up(network, name, &answer);
  } else if (str_is(path, "/connect")) {
    connect_to(network, address_at(ipv6, port), &answer);
  } else if (str_is(path, "/reach")) {
    reach(network, name, port, &answer);
  } else if (str_is(path, "/leave")) {
    leave_open(network, port);
    text_add(&answer, "left");
  } else {
    if (str_is(path, "/tcp")) check_tcp(network, ipv6, port);
    if (str_is(path, "/udp")) check_udp(network, ipv6, port);
    passed = check_end(&answer);
  }
  reply_text(out, passed ? 200 : 500, answer.ptr, answer.len);
  NET(network_drop_own)(own);
  arena_reset(mark);
}
