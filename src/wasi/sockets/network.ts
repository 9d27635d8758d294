/**
 * `wasi:sockets/network@0.2`: the handle without which no socket leads anywhere.
 *
 * @module
 */

import type { HostInterface } from "../../runtime/host_interface.ts";
import { IoError } from "../io/error.ts";
import { ERROR_CODE, type ErrorCode, SocketFailure } from "./error_code.ts";
import type { InstanceSockets } from "./instance_sockets.ts";
import {
  IP_ADDRESS,
  IP_ADDRESS_FAMILY,
  SOCKET_ADDRESS_TYPES,
} from "./ip_address.ts";

/** `resource network` */
export class Network {
  readonly #sockets: InstanceSockets;

  constructor(sockets: InstanceSockets) {
    this.#sockets = sockets;
  }

  /** The instance's sockets. For the host. */
  get sockets(): InstanceSockets {
    return this.#sockets;
  }
}

/** `network-error-code: func(err: borrow<error>) -> option<error-code>`; of a TCP stream's failure. */
function networkErrorCode(error: IoError): ErrorCode | undefined {
  const { cause } = error;
  return cause instanceof SocketFailure ? cause.code : undefined;
}

export const networkInterface: HostInterface = {
  name: "wasi:sockets/network",
  version: "0.2.x",
  types: {
    "error": "resource",
    "network": "resource",
    "error-code": ERROR_CODE,
    "ip-address-family": IP_ADDRESS_FAMILY,
    "ip-address": IP_ADDRESS,
    ...SOCKET_ADDRESS_TYPES,
  },
  functions: {
    "network-error-code": "func(err: borrow<error>) -> option<error-code>",
  },
  waits: [],
  resources: { "error": IoError, "network": Network },
  imports: () => ({ networkErrorCode }),
};
