/**
 * `wasi:sockets/instance-network@0.2`: the network that an instance is given, with what the
 * project allows on it.
 *
 * @module
 */

import type { HostInterface } from "../../runtime/host_interface.ts";
import { InstanceSockets, type SocketPolicy } from "./instance_sockets.ts";
import { Network } from "./network.ts";

/** The interface with a policy; every instance has sockets of its own. */
export function makeInstanceNetworkInterface(
  policy: SocketPolicy,
): HostInterface {
  return {
    name: "wasi:sockets/instance-network",
    version: "0.2.x",
    types: { network: "resource" },
    functions: { "instance-network": "func() -> network" },
    waits: [],
    resources: { network: Network },
    imports(instance) {
      const sockets = new InstanceSockets(policy, instance);
      /** `instance-network: func() -> network` */
      function instanceNetwork(): Network {
        return new Network(sockets);
      }
      return { instanceNetwork };
    },
  };
}
