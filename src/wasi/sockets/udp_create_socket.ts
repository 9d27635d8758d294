/**
 * `wasi:sockets/udp-create-socket@0.2`
 *
 * @module
 */

import type { HostInterface } from "../../runtime/host_interface.ts";
import { ERROR_CODE } from "./error_code.ts";
import { IP_ADDRESS_FAMILY, type IpAddressFamily } from "./ip_address.ts";
import { Network } from "./network.ts";
import { UdpSocket } from "./udp_socket.ts";

/** `create-udp-socket: func(address-family: ip-address-family) -> result<udp-socket, error-code>` */
function createUdpSocket(family: IpAddressFamily): UdpSocket {
  return new UdpSocket(family);
}

export const udpCreateSocketInterface: HostInterface = {
  name: "wasi:sockets/udp-create-socket",
  version: "0.2.x",
  types: {
    "network": "resource",
    "error-code": ERROR_CODE,
    "ip-address-family": IP_ADDRESS_FAMILY,
    "udp-socket": "resource",
  },
  functions: {
    "create-udp-socket":
      "func(address-family: ip-address-family) -> result<udp-socket, error-code>",
  },
  waits: [],
  resources: { "network": Network, "udp-socket": UdpSocket },
  imports: () => ({ createUdpSocket }),
};
