/**
 * `wasi:sockets/ip-name-lookup@0.2`, by the system's own resolver: a name means to a guest what
 * it means to every other program here, `/etc/hosts` included.
 *
 * @module
 */

import type { HostInterface } from "../../runtime/host_interface.ts";
import { Pollable } from "../io/poll.ts";
import {
  ERROR_CODE,
  type ErrorCode,
  errorCodeOf,
  socketError,
} from "./error_code.ts";
import type { InstanceSockets } from "./instance_sockets.ts";
import {
  addressText,
  IP_ADDRESS,
  type IpAddress,
  isIpv4Mapped,
  parseAddress,
} from "./ip_address.ts";
import { Network } from "./network.ts";
import { Wake } from "./wake.ts";

type Outcome =
  | { readonly phase: "pending" }
  | { readonly phase: "found"; readonly left: IpAddress[] }
  | { readonly phase: "failed"; readonly code: ErrorCode };

/** `resource resolve-address-stream` */
export class ResolveAddressStream {
  readonly #wake: Wake;
  #outcome: Outcome = { phase: "pending" };

  constructor(addresses: Promise<IpAddress[]>, sockets: InstanceSockets) {
    this.#wake = new Wake(sockets);
    addresses.then(
      (left) => this.#settle({ phase: "found", left }),
      (error) => this.#settle({ phase: "failed", code: errorCodeOf(error) }),
    );
  }

  /** `resolve-next-address: func() -> result<option<ip-address>, error-code>` */
  resolveNextAddress(): IpAddress | undefined {
    switch (this.#outcome.phase) {
      case "pending":
        throw socketError("would-block");
      case "failed":
        throw socketError(this.#outcome.code);
      case "found":
        return this.#outcome.left.shift();
    }
  }

  /** `subscribe: func() -> pollable` */
  subscribe(): Pollable {
    return new Pollable({
      isReady: () => this.#outcome.phase !== "pending",
      whenReady: () =>
        this.#outcome.phase === "pending"
          ? this.#wake.wait()
          : Promise.resolve(),
    });
  }

  #settle(outcome: Outcome): void {
    this.#outcome = outcome;
    this.#wake.wake();
  }
}

/** `resolve-addresses: func(network: borrow<network>, name: string) -> result<resolve-address-stream, error-code>` */
function resolveAddresses(
  network: Network,
  name: string,
): ResolveAddressStream {
  const { sockets } = network;
  const host = hostOf(name);
  if (host === undefined) throw socketError("invalid-argument");
  const literal = parseAddress(host);
  if (literal !== undefined) {
    return new ResolveAddressStream(Promise.resolve([literal]), sockets);
  }
  sockets.checkLookup(host);
  return new ResolveAddressStream(lookUp(host, sockets), sockets);
}

/** A guest's name as URLs have it, in Punycode; `undefined` for what is none. */
function hostOf(name: string): string | undefined {
  if (name.includes(":")) {
    return parseAddress(name) === undefined ? undefined : name;
  }
  // What a URL would take for the end of its host, or take out.
  if (/[/?#\\@%[\]\s]/.test(name)) return undefined;
  const host = URL.parse(`http://${name}/`)?.hostname;
  return host === "" ? undefined : host;
}

async function lookUp(
  host: string,
  sockets: InstanceSockets,
): Promise<IpAddress[]> {
  // Not before it is needed: a start without it loads no module of Node's.
  const { lookup } = await import("node:dns/promises");
  const found = await lookup(host, { all: true });
  const addresses = new Map<string, IpAddress>();
  for (const { address } of found) {
    const parsed = parseAddress(address);
    if (parsed === undefined || isIpv4Mapped(parsed)) continue;
    addresses.set(addressText(parsed), parsed);
  }
  sockets.named(host, [...addresses.keys()]);
  return [...addresses.values()];
}

export const ipNameLookupInterface: HostInterface = {
  name: "wasi:sockets/ip-name-lookup",
  version: "0.2.x",
  types: {
    "pollable": "resource",
    "network": "resource",
    "error-code": ERROR_CODE,
    "ip-address": IP_ADDRESS,
    "resolve-address-stream": "resource",
  },
  functions: {
    "[method]resolve-address-stream.resolve-next-address":
      "func(self: borrow<resolve-address-stream>) -> result<option<ip-address>, error-code>",
    "[method]resolve-address-stream.subscribe":
      "func(self: borrow<resolve-address-stream>) -> pollable",
    "resolve-addresses":
      "func(network: borrow<network>, name: string) -> result<resolve-address-stream, error-code>",
  },
  waits: [],
  resources: {
    "pollable": Pollable,
    "network": Network,
    "resolve-address-stream": ResolveAddressStream,
  },
  imports: () => ({ resolveAddresses }),
};
