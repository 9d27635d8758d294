/**
 * `wasi:sockets@0.2` for clients: looking names up, TCP and UDP. Where sockets may lead is a
 * policy's business, which is given from outside.
 *
 * @module
 */

import type { HostInterface } from "../../runtime/host_interface.ts";
import { makeInstanceNetworkInterface } from "./instance_network.ts";
import type { SocketPolicy } from "./instance_sockets.ts";
import { ipNameLookupInterface } from "./ip_name_lookup.ts";
import { networkInterface } from "./network.ts";
import { tcpInterface } from "./tcp.ts";
import { tcpCreateSocketInterface } from "./tcp_create_socket.ts";
import { udpInterface } from "./udp.ts";
import { udpCreateSocketInterface } from "./udp_create_socket.ts";

export type {
  SocketPolicy,
  SocketTarget,
  SocketVerdict,
} from "./instance_sockets.ts";

/** The policy where a project gives none: sockets lead nowhere. */
export const NO_SOCKETS: SocketPolicy = {
  lookup: () => ({
    allowed: false,
    remedy: "workload.allowedIpNameLookups",
  }),
  address: () => ({ allowed: false, remedy: "workload.allowedHosts" }),
};

/** The interfaces of the package. */
export function makeSocketInterfaces(
  policy: SocketPolicy = NO_SOCKETS,
): readonly HostInterface[] {
  return [
    networkInterface,
    makeInstanceNetworkInterface(policy),
    ipNameLookupInterface,
    tcpInterface,
    tcpCreateSocketInterface,
    udpInterface,
    udpCreateSocketInterface,
  ];
}
