/**
 * `wasi:sockets/udp@0.2`, for clients.
 *
 * @module
 */

import type { HostInterface } from "../../runtime/host_interface.ts";
import { Pollable } from "../io/poll.ts";
import {
  IncomingDatagramStream,
  OutgoingDatagramStream,
} from "./datagram_streams.ts";
import { ERROR_CODE } from "./error_code.ts";
import { IP_ADDRESS_FAMILY, SOCKET_ADDRESS_TYPES } from "./ip_address.ts";
import { Network } from "./network.ts";
import { UdpSocket } from "./udp_socket.ts";

const SOCKET = "self: borrow<udp-socket>";
const INCOMING = "self: borrow<incoming-datagram-stream>";
const OUTGOING = "self: borrow<outgoing-datagram-stream>";

export const udpInterface: HostInterface = {
  name: "wasi:sockets/udp",
  version: "0.2.x",
  types: {
    "pollable": "resource",
    "network": "resource",
    "error-code": ERROR_CODE,
    "ip-address-family": IP_ADDRESS_FAMILY,
    ...SOCKET_ADDRESS_TYPES,
    "incoming-datagram":
      "record { data: list<u8>, remote-address: ip-socket-address }",
    "outgoing-datagram":
      "record { data: list<u8>, remote-address: option<ip-socket-address> }",
    "udp-socket": "resource",
    "incoming-datagram-stream": "resource",
    "outgoing-datagram-stream": "resource",
  },
  functions: {
    "[method]udp-socket.start-bind":
      `func(${SOCKET}, network: borrow<network>, local-address: ip-socket-address) -> result<_, error-code>`,
    "[method]udp-socket.finish-bind":
      `func(${SOCKET}) -> result<_, error-code>`,
    "[method]udp-socket.stream":
      `func(${SOCKET}, remote-address: option<ip-socket-address>) -> result<tuple<incoming-datagram-stream, outgoing-datagram-stream>, error-code>`,
    "[method]udp-socket.local-address":
      `func(${SOCKET}) -> result<ip-socket-address, error-code>`,
    "[method]udp-socket.remote-address":
      `func(${SOCKET}) -> result<ip-socket-address, error-code>`,
    "[method]udp-socket.address-family": `func(${SOCKET}) -> ip-address-family`,
    "[method]udp-socket.unicast-hop-limit":
      `func(${SOCKET}) -> result<u8, error-code>`,
    "[method]udp-socket.set-unicast-hop-limit":
      `func(${SOCKET}, value: u8) -> result<_, error-code>`,
    "[method]udp-socket.receive-buffer-size":
      `func(${SOCKET}) -> result<u64, error-code>`,
    "[method]udp-socket.set-receive-buffer-size":
      `func(${SOCKET}, value: u64) -> result<_, error-code>`,
    "[method]udp-socket.send-buffer-size":
      `func(${SOCKET}) -> result<u64, error-code>`,
    "[method]udp-socket.set-send-buffer-size":
      `func(${SOCKET}, value: u64) -> result<_, error-code>`,
    "[method]udp-socket.subscribe": `func(${SOCKET}) -> pollable`,
    "[method]incoming-datagram-stream.receive":
      `func(${INCOMING}, max-results: u64) -> result<list<incoming-datagram>, error-code>`,
    "[method]incoming-datagram-stream.subscribe":
      `func(${INCOMING}) -> pollable`,
    "[method]outgoing-datagram-stream.check-send":
      `func(${OUTGOING}) -> result<u64, error-code>`,
    "[method]outgoing-datagram-stream.send":
      `func(${OUTGOING}, datagrams: list<outgoing-datagram>) -> result<u64, error-code>`,
    "[method]outgoing-datagram-stream.subscribe":
      `func(${OUTGOING}) -> pollable`,
  },
  waits: ["[method]udp-socket.finish-bind"],
  limits: {
    "[method]udp-socket.start-bind": "to port 0 only; another is access-denied",
    "[method]udp-socket.unicast-hop-limit": "not-supported before it is set",
    "[method]udp-socket.receive-buffer-size":
      "not-supported: Deno has no such option",
    "[method]udp-socket.set-receive-buffer-size":
      "not-supported: Deno has no such option",
    "[method]udp-socket.send-buffer-size":
      "not-supported: Deno has no such option",
    "[method]udp-socket.set-send-buffer-size":
      "not-supported: Deno has no such option",
  },
  resources: {
    "pollable": Pollable,
    "network": Network,
    "udp-socket": UdpSocket,
    "incoming-datagram-stream": IncomingDatagramStream,
    "outgoing-datagram-stream": OutgoingDatagramStream,
  },
  imports: () => ({}),
};
