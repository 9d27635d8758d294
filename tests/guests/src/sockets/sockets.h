// Each area calls every function of its interfaces and reports a line for each:
//   ok <interface>#<function>
//   FAIL <interface>#<function>: <what was wrong>
#ifndef SOCKETS_H
#define SOCKETS_H
#include "http.h"
#include "text.h"

#define NET(name) wasi_sockets_network_##name
#define TCP(name) wasi_sockets_tcp_##name
#define SOCKET(name) wasi_sockets_tcp_method_tcp_socket_##name
#define UDP(name) wasi_sockets_udp_##name
#define UDP_SOCKET(name) wasi_sockets_udp_method_udp_socket_##name
#define CODE(name) WASI_SOCKETS_NETWORK_ERROR_CODE_##name

typedef NET(ip_socket_address_t) address_t;
typedef NET(error_code_t) code_t;
typedef NET(borrow_network_t) network_t;

/** Opens the line of a function; every check() until the next one belongs to it. */
void check_begin(const char *function);
/** The first that does not hold is reported. */
void check(bool holds, const char *what);
/** Whether a call failed, and with this code. */
void check_code(bool succeeded, code_t code, code_t expected, const char *what);
/** Closes the last line; true when nothing failed. */
bool check_end(text_t *report);

/** This machine itself, or with port 0 any of its addresses. */
address_t address_at(bool ipv6, uint16_t port);
bool same_address(address_t a, address_t b);
uint16_t port_of(address_t address);
void block_on(pollable_t pollable);
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
