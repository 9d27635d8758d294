/**
 * `wasi:sockets/tcp-create-socket@0.2`
 *
 * @module
 */

import type { HostInterface } from "../../runtime/host_interface.ts";
import { ERROR_CODE } from "./error_code.ts";
import { IP_ADDRESS_FAMILY, type IpAddressFamily } from "./ip_address.ts";
import { Network } from "./network.ts";
import { TcpSocket } from "./tcp_socket.ts";

/** `create-tcp-socket: func(address-family: ip-address-family) -> result<tcp-socket, error-code>` */
function createTcpSocket(family: IpAddressFamily): TcpSocket {
  return new TcpSocket(family);
}

export const tcpCreateSocketInterface: HostInterface = {
  name: "wasi:sockets/tcp-create-socket",
  version: "0.2.x",
  types: {
    "network": "resource",
    "error-code": ERROR_CODE,
    "ip-address-family": IP_ADDRESS_FAMILY,
    "tcp-socket": "resource",
  },
  functions: {
    "create-tcp-socket":
      "func(address-family: ip-address-family) -> result<tcp-socket, error-code>",
  },
  waits: [],
  resources: { "network": Network, "tcp-socket": TcpSocket },
  imports: () => ({ createTcpSocket }),
};
