/**
 * `wasi:sockets/tcp@0.2`, for clients.
 *
 * @module
 */

import type { HostInterface } from "../../runtime/host_interface.ts";
import { Pollable } from "../io/poll.ts";
import { InputStream, OutputStream } from "../io/streams.ts";
import { ERROR_CODE } from "./error_code.ts";
import { IP_ADDRESS_FAMILY, SOCKET_ADDRESS_TYPES } from "./ip_address.ts";
import { Network } from "./network.ts";
import { TcpSocket } from "./tcp_socket.ts";

const SOCKET = "self: borrow<tcp-socket>";

export const tcpInterface: HostInterface = {
  name: "wasi:sockets/tcp",
  version: "0.2.x",
  types: {
    "input-stream": "resource",
    "output-stream": "resource",
    "pollable": "resource",
    "network": "resource",
    "error-code": ERROR_CODE,
    "ip-address-family": IP_ADDRESS_FAMILY,
    ...SOCKET_ADDRESS_TYPES,
    "shutdown-type": "enum { receive, send, both }",
    "tcp-socket": "resource",
  },
  functions: {
    "[method]tcp-socket.start-bind":
      `func(${SOCKET}, network: borrow<network>, local-address: ip-socket-address) -> result<_, error-code>`,
    "[method]tcp-socket.finish-bind":
      `func(${SOCKET}) -> result<_, error-code>`,
    "[method]tcp-socket.start-connect":
      `func(${SOCKET}, network: borrow<network>, remote-address: ip-socket-address) -> result<_, error-code>`,
    "[method]tcp-socket.finish-connect":
      `func(${SOCKET}) -> result<tuple<input-stream, output-stream>, error-code>`,
    "[method]tcp-socket.start-listen":
      `func(${SOCKET}) -> result<_, error-code>`,
    "[method]tcp-socket.finish-listen":
      `func(${SOCKET}) -> result<_, error-code>`,
    "[method]tcp-socket.accept":
      `func(${SOCKET}) -> result<tuple<tcp-socket, input-stream, output-stream>, error-code>`,
    "[method]tcp-socket.local-address":
      `func(${SOCKET}) -> result<ip-socket-address, error-code>`,
    "[method]tcp-socket.remote-address":
      `func(${SOCKET}) -> result<ip-socket-address, error-code>`,
    "[method]tcp-socket.is-listening": `func(${SOCKET}) -> bool`,
    "[method]tcp-socket.address-family": `func(${SOCKET}) -> ip-address-family`,
    "[method]tcp-socket.set-listen-backlog-size":
      `func(${SOCKET}, value: u64) -> result<_, error-code>`,
    "[method]tcp-socket.keep-alive-enabled":
      `func(${SOCKET}) -> result<bool, error-code>`,
    "[method]tcp-socket.set-keep-alive-enabled":
      `func(${SOCKET}, value: bool) -> result<_, error-code>`,
    "[method]tcp-socket.keep-alive-idle-time":
      `func(${SOCKET}) -> result<u64, error-code>`,
    "[method]tcp-socket.set-keep-alive-idle-time":
      `func(${SOCKET}, value: u64) -> result<_, error-code>`,
    "[method]tcp-socket.keep-alive-interval":
      `func(${SOCKET}) -> result<u64, error-code>`,
    "[method]tcp-socket.set-keep-alive-interval":
      `func(${SOCKET}, value: u64) -> result<_, error-code>`,
    "[method]tcp-socket.keep-alive-count":
      `func(${SOCKET}) -> result<u32, error-code>`,
    "[method]tcp-socket.set-keep-alive-count":
      `func(${SOCKET}, value: u32) -> result<_, error-code>`,
    "[method]tcp-socket.hop-limit": `func(${SOCKET}) -> result<u8, error-code>`,
    "[method]tcp-socket.set-hop-limit":
      `func(${SOCKET}, value: u8) -> result<_, error-code>`,
    "[method]tcp-socket.receive-buffer-size":
      `func(${SOCKET}) -> result<u64, error-code>`,
    "[method]tcp-socket.set-receive-buffer-size":
      `func(${SOCKET}, value: u64) -> result<_, error-code>`,
    "[method]tcp-socket.send-buffer-size":
      `func(${SOCKET}) -> result<u64, error-code>`,
    "[method]tcp-socket.set-send-buffer-size":
      `func(${SOCKET}, value: u64) -> result<_, error-code>`,
    "[method]tcp-socket.subscribe": `func(${SOCKET}) -> pollable`,
    "[method]tcp-socket.shutdown":
      `func(${SOCKET}, shutdown-type: shutdown-type) -> result<_, error-code>`,
  },
  waits: [],
  limits: {
    "[method]tcp-socket.start-bind":
      "to any address and port 0 only: Deno binds when it connects",
    "[method]tcp-socket.start-listen":
      "always access-denied: sockets are clients",
    "[method]tcp-socket.finish-listen": "never in progress",
    "[method]tcp-socket.accept": "never listening",
    "[method]tcp-socket.set-listen-backlog-size":
      "without effect: sockets are clients",
    "[method]tcp-socket.keep-alive-idle-time":
      "not-supported: Deno has no such option",
    "[method]tcp-socket.set-keep-alive-idle-time":
      "not-supported: Deno has no such option",
    "[method]tcp-socket.keep-alive-interval":
      "not-supported: Deno has no such option",
    "[method]tcp-socket.set-keep-alive-interval":
      "not-supported: Deno has no such option",
    "[method]tcp-socket.keep-alive-count":
      "not-supported: Deno has no such option",
    "[method]tcp-socket.set-keep-alive-count":
      "not-supported: Deno has no such option",
    "[method]tcp-socket.hop-limit": "not-supported: Deno has no such option",
    "[method]tcp-socket.set-hop-limit":
      "not-supported: Deno has no such option",
    "[method]tcp-socket.receive-buffer-size":
      "not-supported: Deno has no such option",
    "[method]tcp-socket.set-receive-buffer-size":
      "not-supported: Deno has no such option",
    "[method]tcp-socket.send-buffer-size":
      "not-supported: Deno has no such option",
    "[method]tcp-socket.set-send-buffer-size":
      "not-supported: Deno has no such option",
  },
  resources: {
    "input-stream": InputStream,
    "output-stream": OutputStream,
    "pollable": Pollable,
    "network": Network,
    "tcp-socket": TcpSocket,
  },
  imports: () => ({}),
};
