// Each area calls every function of its interfaces; check.h says what is reported.
#ifndef SOCKETS_H
#define SOCKETS_H
#include "check.h"

#define NET(name) wasi_sockets_network_##name
#define TCP(name) wasi_sockets_tcp_##name
#define SOCKET(name) wasi_sockets_tcp_method_tcp_socket_##name
#define UDP(name) wasi_sockets_udp_##name
#define UDP_SOCKET(name) wasi_sockets_udp_method_udp_socket_##name
#define CODE(name) WASI_SOCKETS_NETWORK_ERROR_CODE_##name

typedef NET(ip_socket_address_t) address_t;
typedef NET(error_code_t) code_t;
typedef NET(borrow_network_t) network_t;

/** Whether a call failed, and with this code. */
void check_code(bool succeeded, code_t code, code_t expected, const char *what);
/** This machine itself, or with port 0 any of its addresses. */
address_t address_at(bool ipv6, uint16_t port);
bool same_address(address_t a, address_t b);
uint16_t port_of(address_t address);
const char *code_name(code_t code);

void check_tcp(network_t network, bool ipv6, uint16_t port);
void check_udp(network_t network, bool ipv6, uint16_t port);
/** A line for each address of the name, or one with the error. */
void look_up(network_t network, guest_string_t name, text_t *answer);
/** Connects and answers the code, or `connected` and what the server says first. */
void connect_to(network_t network, address_t address, text_t *answer);
/** Leaves a connection, a bound UDP socket and a lookup behind. */
void leave_open(network_t network, uint16_t port);
#endif
