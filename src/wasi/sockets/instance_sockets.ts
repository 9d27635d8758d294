/**
 * What one instance may reach and has open: asked before anything leaves, and closed with the
 * instance.
 *
 * @module
 */

import type { InstanceContext } from "../../runtime/host_interface.ts";
import { socketError } from "./error_code.ts";
import type { Endpoint } from "./ip_address.ts";

/** What a policy answers. */
export type SocketVerdict =
  | { readonly allowed: true }
  /** The line of the configuration that would allow it. */
  | { readonly allowed: false; readonly remedy: string };

/** Where a connection or a datagram goes. */
export interface SocketTarget extends Endpoint {
  readonly protocol: "tcp" | "udp";
  /** The name that the address was found by. */
  readonly name?: string;
}

/** Where sockets may lead. */
export interface SocketPolicy {
  /** Whether a name may be looked up. */
  lookup(name: string): SocketVerdict;
  /** Whether an address may be connected or sent to, and heard from. */
  address(target: SocketTarget): SocketVerdict;
}

/** How many sockets an instance has open at most: the system's files are everyone's. */
const MAX_OPEN = 256;

/** Of how many addresses the names are kept at most: a guest can look up as many as it likes. */
const MAX_NAMED = 1024;

/** The sockets of one instance. */
export class InstanceSockets {
  readonly #policy: SocketPolicy;
  readonly #instance: InstanceContext;
  readonly #open = new Set<() => void>();
  readonly #names = new Map<string, Set<string>>();
  #dropped = false;

  constructor(policy: SocketPolicy, instance: InstanceContext) {
    this.#policy = policy;
    this.#instance = instance;
    instance.onDrop(() => this.#drop());
  }

  /** Whether the instance is gone: nothing may wake it any more. */
  get dropped(): boolean {
    return this.#dropped;
  }

  /** Answers the guest with `access-denied` unless it may look a name up. */
  checkLookup(name: string): void {
    const verdict = this.#policy.lookup(name);
    if (!verdict.allowed) throw this.#denied("look up", name, verdict.remedy);
  }

  /** The same for reaching an address. */
  checkTarget(target: SocketTarget): void {
    const remedy = this.#remedyFor(target);
    if (remedy === undefined) return;
    const { address, port, protocol } = target;
    const host = address.includes(":") ? `[${address}]` : address;
    const act = protocol === "tcp" ? "connect to" : "send to";
    throw this.#denied(act, `${host}:${port}`, remedy);
  }

  /** Whether a target may be reached; says nothing to anyone. */
  allows(target: SocketTarget): boolean {
    return this.#remedyFor(target) === undefined;
  }

  /** Remembers by which name addresses were found: policies allow names too. */
  named(name: string, addresses: readonly string[]): void {
    for (const address of addresses) {
      const names = this.#names.get(address) ?? new Set();
      this.#names.delete(address); // the newest go last
      this.#names.set(address, names.add(name));
    }
    for (const oldest of this.#names.keys()) {
      if (this.#names.size <= MAX_NAMED) break;
      this.#names.delete(oldest);
    }
  }

  /**
   * Counts something as open.
   *
   * @param close Called when the instance is dropped before it is closed.
   * @returns Takes it off the count again.
   */
  opened(close: () => void): () => void {
    if (this.#open.size >= MAX_OPEN) throw socketError("new-socket-limit");
    // One of its own: the same function could be given twice.
    const closing = () => close();
    this.#open.add(closing);
    return () => this.#open.delete(closing);
  }

  /** Tells the user why a guest gets nowhere; the guest learns the code alone. */
  refused(act: string, what: string, remedy: string): void {
    this.#instance.output.message(
      this.#instance.requestId,
      "warn",
      "wasi:sockets",
      `Cannot ${act} "${what}": the component is not allowed to; ${remedy}`,
    );
  }

  #remedyFor(target: SocketTarget): string | undefined {
    const plain = this.#policy.address(target);
    if (plain.allowed) return undefined;
    let { remedy } = plain;
    for (const name of this.#names.get(target.address) ?? []) {
      const verdict = this.#policy.address({ ...target, name });
      if (verdict.allowed) return undefined;
      ({ remedy } = verdict);
    }
    return remedy;
  }

  #denied(act: string, what: string, remedy: string) {
    this.refused(act, what, `set ${remedy}`);
    return socketError("access-denied");
  }

  #drop(): void {
    this.#dropped = true;
    for (const close of this.#open) close();
    this.#open.clear();
  }
}
