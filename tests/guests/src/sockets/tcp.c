// The server at the port echoes, and closes when it has read the end.
#include "sockets.h"

#define T "wasi:sockets/tcp@0.2.12#[method]tcp-socket."
#define FAMILY(ipv6) ((ipv6) ? WASI_SOCKETS_NETWORK_IP_ADDRESS_FAMILY_IPV6 : WASI_SOCKETS_NETWORK_IP_ADDRESS_FAMILY_IPV4)

typedef TCP(borrow_tcp_socket_t) socket_t;

/** An option that a host may not have: 0 is no value, any other is taken or not supported. */
#define CHECK_OPTION(name, c_name, type)                                                                     \
  do {                                                                                                       \
    type value;                                                                                              \
    check_begin(T name);                                                                                     \
    check_code(SOCKET(c_name)(socket, &value, &code), code, CODE(NOT_SUPPORTED), "reading is supported");    \
    check_begin(T "set-" name);                                                                              \
    check_code(SOCKET(set_##c_name)(socket, 0, &code), code, CODE(INVALID_ARGUMENT), "0 is taken");          \
    check_code(SOCKET(set_##c_name)(socket, 1, &code), code, CODE(NOT_SUPPORTED), "setting is supported");   \
  } while (0)

static void check_options(socket_t socket) {
  code_t code;
  bool enabled = true;
  check_begin(T "set-listen-backlog-size");
  check_code(SOCKET(set_listen_backlog_size)(socket, 0, &code), code, CODE(INVALID_ARGUMENT), "0 is taken");
  check(SOCKET(set_listen_backlog_size)(socket, 8, &code), "8 is refused");
  check_begin(T "keep-alive-enabled");
  check(SOCKET(keep_alive_enabled)(socket, &enabled, &code) && !enabled, "it is on from the start");
  check_begin(T "set-keep-alive-enabled");
  check(SOCKET(set_keep_alive_enabled)(socket, true, &code), "it cannot be set");
  check(SOCKET(keep_alive_enabled)(socket, &enabled, &code) && enabled, "it is not what was set");
  CHECK_OPTION("keep-alive-idle-time", keep_alive_idle_time, uint64_t);
  CHECK_OPTION("keep-alive-interval", keep_alive_interval, uint64_t);
  CHECK_OPTION("keep-alive-count", keep_alive_count, uint32_t);
  CHECK_OPTION("hop-limit", hop_limit, uint8_t);
  CHECK_OPTION("receive-buffer-size", receive_buffer_size, uint64_t);
  CHECK_OPTION("send-buffer-size", send_buffer_size, uint64_t);
}

static void check_bind(socket_t socket, network_t network, bool ipv6) {
  code_t code;
  address_t any = address_at(ipv6, 0), other = address_at(!ipv6, 0), fixed = address_at(ipv6, 1);
  check_begin(T "start-bind");
  check_code(SOCKET(finish_bind)(socket, &code), code, CODE(NOT_IN_PROGRESS), "finish-bind before start-bind");
  check_code(SOCKET(start_bind)(socket, network, &other, &code), code, CODE(INVALID_ARGUMENT), "the other family");
  check_code(SOCKET(start_bind)(socket, network, &fixed, &code), code, CODE(ADDRESS_NOT_BINDABLE), "a fixed port");
  check(SOCKET(start_bind)(socket, network, &any, &code), "any address is refused");
  check_code(SOCKET(start_bind)(socket, network, &any, &code), code, CODE(CONCURRENCY_CONFLICT), "a second one");
  check_code(SOCKET(start_connect)(socket, network, &fixed, &code), code, CODE(CONCURRENCY_CONFLICT),
             "a connect while it is being bound");
  check_begin(T "finish-bind");
  check(SOCKET(finish_bind)(socket, &code), "it fails");
  check_code(SOCKET(start_bind)(socket, network, &any, &code), code, CODE(INVALID_STATE), "start-bind after it");
  check_begin(T "start-listen");
  check_code(SOCKET(start_listen)(socket, &code), code, CODE(ACCESS_DENIED), "a component listens");
  check_begin(T "finish-listen");
  check_code(SOCKET(finish_listen)(socket, &code), code, CODE(NOT_IN_PROGRESS), "nothing was started");
}

static bool check_connect(socket_t socket, network_t network, address_t to, input_t *input, output_t *output) {
  code_t code;
  address_t nowhere = to;
  TCP(tuple2_own_input_stream_own_output_stream_t) streams;
  nowhere.val.ipv4.port = 0;  // the first field of either family
  check_begin(T "start-connect");
  check_code(SOCKET(start_connect)(socket, network, &nowhere, &code), code, CODE(INVALID_ARGUMENT), "port 0");
  check_code(SOCKET(finish_connect)(socket, &streams, &code), code, CODE(NOT_IN_PROGRESS), "finish before start");
  check(SOCKET(start_connect)(socket, network, &to, &code), "it fails");
  check_code(SOCKET(start_connect)(socket, network, &to, &code), code, CODE(CONCURRENCY_CONFLICT), "a second one");
  check_begin(T "subscribe");
  pollable_t pollable = SOCKET(subscribe)(socket);
  check(!POLL(method_pollable_ready)(POLL(borrow_pollable)(pollable)), "it is ready before it is connected");
  check_code(SOCKET(finish_connect)(socket, &streams, &code), code, CODE(WOULD_BLOCK), "finish-connect before that");
  block_on(pollable);
  check_begin(T "finish-connect");
  bool connected = SOCKET(finish_connect)(socket, &streams, &code);
  check(connected, "it fails");
  if (!connected) return false;
  TCP(tuple2_own_input_stream_own_output_stream_t) again;
  check_code(SOCKET(finish_connect)(socket, &again, &code), code, CODE(NOT_IN_PROGRESS), "a second one");
  check_code(SOCKET(start_connect)(socket, network, &to, &code), code, CODE(INVALID_STATE), "connecting again");
  check_code(SOCKET(set_listen_backlog_size)(socket, 8, &code), code, CODE(INVALID_STATE), "a backlog after it");
  check(SOCKET(set_keep_alive_enabled)(socket, true, &code), "keep-alive cannot be set after it");
  *input = streams.f0;
  *output = streams.f1;
  return true;
}

static void check_echo(socket_t socket, IO(borrow_input_stream_t) input, IO(borrow_output_stream_t) output) {
  code_t code;
  IO(stream_error_t) error;
  uint8_t echoed[64];
  size_t length = 0;
  guest_list_u8_t bytes = {(uint8_t *)"hello over TCP", 14}, got;
  check_begin(T "shutdown");
  check(IO(method_output_stream_blocking_write_and_flush)(output, &bytes, &error), "writing fails");
  while (length < 14 && IO(method_input_stream_blocking_read)(input, 64 - length, &got, &error)) {
    memcpy(echoed + length, got.ptr, got.len);
    length += got.len;
  }
  check(length == 14 && memcmp(echoed, "hello over TCP", 14) == 0, "the echo is another");
  check(SOCKET(shutdown)(socket, WASI_SOCKETS_TCP_SHUTDOWN_TYPE_SEND, &code), "of sending fails");
  check(SOCKET(shutdown)(socket, WASI_SOCKETS_TCP_SHUTDOWN_TYPE_SEND, &code), "of sending fails the second time");
  check(!IO(method_output_stream_write)(output, &bytes, &error) && error.tag == WASI_IO_STREAMS_STREAM_ERROR_CLOSED,
        "writing after it is not closed");
  check(!IO(method_input_stream_blocking_read)(input, 1, &got, &error) && error.tag == WASI_IO_STREAMS_STREAM_ERROR_CLOSED,
        "the server's end is not closed");
  check(SOCKET(shutdown)(socket, WASI_SOCKETS_TCP_SHUTDOWN_TYPE_RECEIVE, &code), "of receiving fails");
  check(SOCKET(shutdown)(socket, WASI_SOCKETS_TCP_SHUTDOWN_TYPE_BOTH, &code), "of both fails");
}

void check_tcp(network_t network, bool ipv6, uint16_t port) {
  code_t code;
  TCP(own_tcp_socket_t) own;
  TCP(tuple3_own_tcp_socket_own_input_stream_own_output_stream_t) accepted;
  address_t local, remote, to = address_at(ipv6, port);
  input_t input;
  output_t output;
  check_begin("wasi:sockets/tcp-create-socket@0.2.12#create-tcp-socket");
  bool made = wasi_sockets_tcp_create_socket_create_tcp_socket(FAMILY(ipv6), &own, &code);
  check(made, "it fails");
  if (!made) return;
  socket_t socket = TCP(borrow_tcp_socket)(own);
  check_begin(T "address-family");
  check(SOCKET(address_family)(socket) == FAMILY(ipv6), "it is the other one");
  check_begin(T "is-listening");
  check(!SOCKET(is_listening)(socket), "it is");
  check_begin(T "accept");
  check_code(SOCKET(accept)(socket, &accepted, &code), code, CODE(INVALID_STATE), "it does not listen");
  check_options(socket);
  check_code(SOCKET(local_address)(socket, &local, &code), code, CODE(INVALID_STATE), "local-address before it is bound");
  check_code(SOCKET(remote_address)(socket, &remote, &code), code, CODE(INVALID_STATE), "remote-address before it");
  check_code(SOCKET(start_listen)(socket, &code), code, CODE(INVALID_STATE), "start-listen before it is bound");
  check_code(SOCKET(shutdown)(socket, WASI_SOCKETS_TCP_SHUTDOWN_TYPE_BOTH, &code), code, CODE(INVALID_STATE), "shutdown");
  check_bind(socket, network, ipv6);
  check(SOCKET(local_address)(socket, &local, &code) && port_of(local) == 0, "local-address once it is bound");
  if (!check_connect(socket, network, to, &input, &output)) return;
  check_begin(T "local-address");
  check(SOCKET(local_address)(socket, &local, &code) && port_of(local) != 0, "it has no port");
  check_begin(T "remote-address");
  check(SOCKET(remote_address)(socket, &remote, &code) && same_address(remote, to), "it is another");
  check_echo(socket, IO(borrow_input_stream)(input), IO(borrow_output_stream)(output));
  IO(input_stream_drop_own)(input);
  IO(output_stream_drop_own)(output);
  TCP(tcp_socket_drop_own)(own);
}

void connect_to(network_t network, address_t address, text_t *answer) {
  code_t code;
  TCP(own_tcp_socket_t) own;
  TCP(tuple2_own_input_stream_own_output_stream_t) streams;
  wasi_sockets_tcp_create_socket_create_tcp_socket(address.tag, &own, &code);
  socket_t socket = TCP(borrow_tcp_socket)(own);
  bool connected = SOCKET(start_connect)(socket, network, &address, &code);
  if (connected) {
    block_on(SOCKET(subscribe)(socket));
    connected = SOCKET(finish_connect)(socket, &streams, &code);
  }
  if (!connected) {
    text_add(answer, code_name(code));
  } else {
    IO(stream_error_t) error;
    guest_list_u8_t got;
    text_add(answer, "connected");
    while (IO(method_input_stream_blocking_read)(IO(borrow_input_stream)(streams.f0), 1024, &got, &error)) {
      text_add(answer, " ");
      text_bytes(answer, got.ptr, got.len);
    }
    IO(input_stream_drop_own)(streams.f0);
    IO(output_stream_drop_own)(streams.f1);
  }
  TCP(tcp_socket_drop_own)(own);
}

void leave_open(network_t network, uint16_t port) {
  code_t code;
  TCP(own_tcp_socket_t) own;
  TCP(tuple2_own_input_stream_own_output_stream_t) streams;
  address_t to = address_at(false, port), any = address_at(false, 0);
  guest_string_t name = str("localhost");
  IO(stream_error_t) error;
  guest_list_u8_t bytes = {(uint8_t *)"left", 4};
  wasi_sockets_ip_name_lookup_own_resolve_address_stream_t lookup;
  UDP(own_udp_socket_t) udp;
  wasi_sockets_ip_name_lookup_resolve_addresses(network, &name, &lookup, &code);
  wasi_sockets_udp_create_socket_create_udp_socket(WASI_SOCKETS_NETWORK_IP_ADDRESS_FAMILY_IPV4, &udp, &code);
  UDP_SOCKET(start_bind)(UDP(borrow_udp_socket)(udp), network, &any, &code);
  wasi_sockets_tcp_create_socket_create_tcp_socket(WASI_SOCKETS_NETWORK_IP_ADDRESS_FAMILY_IPV4, &own, &code);
  SOCKET(start_connect)(TCP(borrow_tcp_socket)(own), network, &to, &code);
  block_on(SOCKET(subscribe)(TCP(borrow_tcp_socket)(own)));
  if (!SOCKET(finish_connect)(TCP(borrow_tcp_socket)(own), &streams, &code)) return;
  IO(method_output_stream_write)(IO(borrow_output_stream)(streams.f1), &bytes, &error);
}
