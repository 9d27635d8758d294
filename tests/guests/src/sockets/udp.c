// The server at the port echoes.
#include "sockets.h"

#define U "wasi:sockets/udp@0.2.12#[method]udp-socket."
#define IN "wasi:sockets/udp@0.2.12#[method]incoming-datagram-stream."
#define OUT "wasi:sockets/udp@0.2.12#[method]outgoing-datagram-stream."
#define FAMILY(ipv6) ((ipv6) ? WASI_SOCKETS_NETWORK_IP_ADDRESS_FAMILY_IPV6 : WASI_SOCKETS_NETWORK_IP_ADDRESS_FAMILY_IPV4)
#define RECEIVE UDP(method_incoming_datagram_stream_receive)
#define SEND UDP(method_outgoing_datagram_stream_send)
#define CHECK_SEND UDP(method_outgoing_datagram_stream_check_send)

typedef UDP(borrow_udp_socket_t) socket_t;
typedef UDP(tuple2_own_incoming_datagram_stream_own_outgoing_datagram_stream_t) streams_t;

static void check_options(socket_t socket) {
  code_t code;
  uint64_t size;
  uint8_t limit;
  check_begin(U "unicast-hop-limit");
  check_code(UDP_SOCKET(unicast_hop_limit)(socket, &limit, &code), code, CODE(NOT_SUPPORTED), "it is known");
  check_begin(U "set-unicast-hop-limit");
  check_code(UDP_SOCKET(set_unicast_hop_limit)(socket, 0, &code), code, CODE(INVALID_ARGUMENT), "0 is taken");
  check(UDP_SOCKET(set_unicast_hop_limit)(socket, 9, &code), "it fails");
  check(UDP_SOCKET(unicast_hop_limit)(socket, &limit, &code) && limit == 9, "it is not what was set");
  check_begin(U "receive-buffer-size");
  check_code(UDP_SOCKET(receive_buffer_size)(socket, &size, &code), code, CODE(NOT_SUPPORTED), "it is known");
  check_begin(U "set-receive-buffer-size");
  check_code(UDP_SOCKET(set_receive_buffer_size)(socket, 0, &code), code, CODE(INVALID_ARGUMENT), "0 is taken");
  check_code(UDP_SOCKET(set_receive_buffer_size)(socket, 1, &code), code, CODE(NOT_SUPPORTED), "1 is taken");
  check_begin(U "send-buffer-size");
  check_code(UDP_SOCKET(send_buffer_size)(socket, &size, &code), code, CODE(NOT_SUPPORTED), "it is known");
  check_begin(U "set-send-buffer-size");
  check_code(UDP_SOCKET(set_send_buffer_size)(socket, 0, &code), code, CODE(INVALID_ARGUMENT), "0 is taken");
  check_code(UDP_SOCKET(set_send_buffer_size)(socket, 1, &code), code, CODE(NOT_SUPPORTED), "1 is taken");
}

static bool check_bind(socket_t socket, network_t network, bool ipv6) {
  code_t code;
  streams_t streams;
  address_t any = address_at(ipv6, 0), other = address_at(!ipv6, 0), fixed = address_at(ipv6, 9), local;
  check_begin(U "start-bind");
  check_code(UDP_SOCKET(finish_bind)(socket, &code), code, CODE(NOT_IN_PROGRESS), "finish-bind before start-bind");
  check_code(UDP_SOCKET(stream)(socket, NULL, &streams, &code), code, CODE(INVALID_STATE), "stream before it");
  check_code(UDP_SOCKET(local_address)(socket, &local, &code), code, CODE(INVALID_STATE), "local-address before it");
  check_code(UDP_SOCKET(start_bind)(socket, network, &other, &code), code, CODE(INVALID_ARGUMENT), "the other family");
  check_code(UDP_SOCKET(start_bind)(socket, network, &fixed, &code), code, CODE(ACCESS_DENIED), "a fixed port");
  check(UDP_SOCKET(start_bind)(socket, network, &any, &code), "it fails");
  check_code(UDP_SOCKET(start_bind)(socket, network, &any, &code), code, CODE(CONCURRENCY_CONFLICT), "a second one");
  check_begin(U "finish-bind");
  bool bound = UDP_SOCKET(finish_bind)(socket, &code);
  check(bound, "it fails");
  check_begin(U "subscribe");
  block_on(UDP_SOCKET(subscribe)(socket));
  check_code(UDP_SOCKET(start_bind)(socket, network, &any, &code), code, CODE(INVALID_STATE), "start-bind after it");
  check_begin(U "local-address");
  check(UDP_SOCKET(local_address)(socket, &local, &code) && port_of(local) != 0, "it has no port");
  return bound;
}

static void check_exchange(streams_t streams, address_t peer, bool named) {
  code_t code;
  uint64_t allowed, sent;
  UDP(list_incoming_datagram_t) got = {0};
  UDP(outgoing_datagram_t) both[2] = {{.data = {(uint8_t *)"one", 3}}, {.data = {(uint8_t *)"", 0}}};
  UDP(list_outgoing_datagram_t) list = {both, 2}, none = {both, 0};
  for (int i = 0; named && i < 2; i++) {
    both[i].remote_address.is_some = true;
    both[i].remote_address.val = peer;
  }
  UDP(borrow_incoming_datagram_stream_t) in = UDP(borrow_incoming_datagram_stream)(streams.f0);
  UDP(borrow_outgoing_datagram_stream_t) out = UDP(borrow_outgoing_datagram_stream)(streams.f1);
  check_begin(OUT "subscribe");
  block_on(UDP(method_outgoing_datagram_stream_subscribe)(out));
  check_begin(OUT "check-send");
  check(CHECK_SEND(out, &allowed, &code) && allowed >= 2, "it does not allow 2");
  check_begin(OUT "send");
  check(SEND(out, &none, &sent, &code) && sent == 0, "none are sent");
  check(SEND(out, &list, &sent, &code) && sent == 2, "2 are not sent");
  check_begin(IN "receive");
  check(RECEIVE(in, 0, &got, &code) && got.len == 0, "of 0 is not empty");
  bool first = false, second = false;
  while (!first || !second) {
    check_begin(IN "subscribe");
    block_on(UDP(method_incoming_datagram_stream_subscribe)(in));
    check_begin(IN "receive");
    bool done = RECEIVE(in, 10, &got, &code);
    check(done && got.len > 0, "it gives nothing when it is ready");
    if (!done || got.len == 0) return;
    for (size_t i = 0; i < got.len; i++) {
      check(same_address(got.ptr[i].remote_address, peer), "a datagram is not from the server");
      if (got.ptr[i].data.len == 0) second = true;
      else first = got.ptr[i].data.len == 3 && memcmp(got.ptr[i].data.ptr, "one", 3) == 0;
    }
  }
  check(RECEIVE(in, 10, &got, &code) && got.len == 0, "it gives more than was sent");
}

static void check_refusals(streams_t streams, address_t peer) {
  code_t code;
  uint64_t allowed, sent;
  UDP(outgoing_datagram_t) other = {.data = {(uint8_t *)"x", 1}};
  UDP(list_outgoing_datagram_t) list = {&other, 1};
  UDP(borrow_outgoing_datagram_stream_t) out = UDP(borrow_outgoing_datagram_stream)(streams.f1);
  other.remote_address.is_some = true;
  other.remote_address.val = peer;
  other.remote_address.val.val.ipv4.port ^= 1;  // the first field of either family
  check_begin(OUT "send");
  CHECK_SEND(out, &allowed, &code);
  check_code(SEND(out, &list, &sent, &code), code, CODE(INVALID_ARGUMENT), "to another peer");
  other.remote_address.is_some = false;
  other.data = (guest_list_u8_t){malloc(70000), 70000};
  check_code(SEND(out, &list, &sent, &code), code, CODE(DATAGRAM_TOO_LARGE), "of 70000 bytes");
}

static void drop(streams_t streams) {
  UDP(incoming_datagram_stream_drop_own)(streams.f0);
  UDP(outgoing_datagram_stream_drop_own)(streams.f1);
}

void check_udp(network_t network, bool ipv6, uint16_t port) {
  code_t code;
  UDP(own_udp_socket_t) own;
  streams_t streams, later;
  uint64_t allowed;
  address_t remote, peer = address_at(ipv6, port), any = address_at(ipv6, 0);
  check_begin("wasi:sockets/udp-create-socket@0.2.12#create-udp-socket");
  bool made = wasi_sockets_udp_create_socket_create_udp_socket(FAMILY(ipv6), &own, &code);
  check(made, "it fails");
  if (!made) return;
  socket_t socket = UDP(borrow_udp_socket)(own);
  check_begin(U "address-family");
  check(UDP_SOCKET(address_family)(socket) == FAMILY(ipv6), "it is the other one");
  check_options(socket);
  if (!check_bind(socket, network, ipv6)) return;

  check_begin(U "stream");
  check_code(UDP_SOCKET(stream)(socket, &any, &streams, &code), code, CODE(INVALID_ARGUMENT), "to no address");
  bool open = UDP_SOCKET(stream)(socket, NULL, &streams, &code);
  check(open, "without a peer fails");
  if (!open) return;
  check_begin(U "remote-address");
  check_code(UDP_SOCKET(remote_address)(socket, &remote, &code), code, CODE(INVALID_STATE), "there is no peer yet");
  check_exchange(streams, peer, true);

  check_begin(U "stream");
  open = UDP_SOCKET(stream)(socket, &peer, &later, &code);
  check(open, "with a peer fails");
  if (!open) return;
  check_code(CHECK_SEND(UDP(borrow_outgoing_datagram_stream)(streams.f1), &allowed, &code), code, CODE(INVALID_STATE),
             "the earlier streams go on");
  drop(streams);
  check_begin(U "remote-address");
  check(UDP_SOCKET(remote_address)(socket, &remote, &code) && same_address(remote, peer), "it is another");
  check_exchange(later, peer, false);
  check_refusals(later, peer);
  drop(later);
  UDP(udp_socket_drop_own)(own);
}
