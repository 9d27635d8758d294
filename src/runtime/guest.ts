/**
 * The port of what answers requests: an instance of a component, and what makes one.
 *
 * @module
 */

import type { GuestTrap } from "./trap.ts";

/** One call of a guest's handler. */
export interface GuestCall {
  /** The response's head, with its body behind it. Rejects with {@linkcode GuestTrap}. */
  readonly response: Promise<Response>;
  /**
   * Resolves when the guest's code has returned, rejects with {@linkcode GuestTrap} when
   * it ended otherwise. Until then the instance MUST NOT be called again.
   */
  readonly finished: Promise<void>;
  /**
   * Since when the guest keeps its client waiting, in `performance.now()` milliseconds;
   * `undefined` while it is the client that keeps the guest waiting.
   */
  waitingSince(): number | undefined;
  /** Ends the call: a response not yet given rejects, a body under way breaks off. */
  abort(reason: GuestTrap): void;
}

/** How a request becomes a call of an export; one for each kind of world that can be served. */
export interface HttpEntry {
  /** `namespace:package/interface` of the export. */
  readonly name: string;
  /** Versions it can call, as `HostInterface.version`. */
  readonly version: string;
  /** Calls the export of one instance. MUST NOT throw: failures come by the promises. */
  call(exported: GuestExport, request: Request): GuestCall;
}

/** The functions of one export of an instance. */
export interface GuestExport {
  /**
   * Calls a function that takes resources and gives nothing back. The guest owns them from
   * then on. Rejects when it traps.
   *
   * @param name The function's WIT name.
   */
  call(name: string, resources: readonly object[]): Promise<void>;
}

/** An instance of a component. It serves one request at a time. */
export interface Guest {
  /** How many requests it has been given. */
  readonly uses: number;
  /** Starts a request; `requestId` marks the lines the guest writes meanwhile. */
  handle(request: Request, requestId: string): GuestCall;
  /** Lets go of all that the instance holds. It MUST NOT be called again. */
  drop(): void;
}

/** Makes instances of one component. */
export interface GuestFactory {
  /** A fresh instance. Rejects when the component traps while it is instantiated. */
  make(): Promise<Guest>;
}
