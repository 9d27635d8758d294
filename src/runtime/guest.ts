/**
 * The port of what answers requests: an instance of a component, and what makes one.
 *
 * @module
 */

import type {
  ResourceClass,
  WitFunctionType,
  WitTypeDefinition,
} from "./host_interface.ts";
import type { HttpRequest, HttpResponse } from "./http_message.ts";
import type { GuestTrap } from "./trap.ts";

/** A guest's code under way. Whoever calls it MUST wait for its promises from the start. */
export interface GuestRun {
  /**
   * Resolves when the guest's code has returned, rejects with {@linkcode GuestTrap} when
   * it ended otherwise. Until then the instance MUST NOT be called again.
   */
  readonly finished: Promise<void>;
  /**
   * Since when the guest keeps waiting who called it, in `performance.now()` milliseconds;
   * `undefined` while it is the client that keeps the guest waiting.
   */
  waitingSince(): number | undefined;
  /** Ends the call: a response not yet given rejects, a body under way breaks off. */
  abort(reason: GuestTrap): void;
}

/** One call of a guest's handler. */
export interface GuestCall extends GuestRun {
  /** The response's head, with its body behind it. Rejects with {@linkcode GuestTrap}. */
  readonly response: Promise<HttpResponse>;
}

/** A key that was set or deleted, as plain data: lanes hand it to guests in other threads. */
export type BucketChange =
  | {
    readonly kind: "set";
    /** The name that guests open the bucket by. */
    readonly bucket: string;
    readonly key: string;
    readonly value: Uint8Array<ArrayBuffer>;
  }
  | { readonly kind: "delete"; readonly bucket: string; readonly key: string };

/** An interface that a component can export, and what the host calls of it. */
export interface ExportedInterface {
  /** `namespace:package/interface` of the export. */
  readonly name: string;
  /** Versions it can call, as `HostInterface.version`. */
  readonly version: string;
  /** As `HostInterface.functions`; none gives anything back. */
  readonly functions: Readonly<Record<string, WitFunctionType>>;
  /** As `HostInterface.types`. */
  readonly types: Readonly<Record<string, WitTypeDefinition>>;
  /** As `HostInterface.resources`. */
  readonly resources: Readonly<Record<string, ResourceClass>>;
}

/** How a request becomes a call of an export. */
export interface HttpEntry extends ExportedInterface {
  /** Calls the export of one instance. MUST NOT throw: failures come by the promises. */
  call(exported: GuestExport, request: HttpRequest): GuestCall;
  /**
   * The same by {@linkcode GuestExport.callPlainly}.
   *
   * @throws {unknown} There is no response, for whatever reason.
   */
  callPlainly(exported: GuestExport, request: HttpRequest): HttpResponse;
}

/** How a change becomes a call of an export. */
export interface ChangeEntry extends ExportedInterface {
  /** Calls the export of one instance. MUST NOT throw: failures come by the promise. */
  call(exported: GuestExport, change: BucketChange): GuestRun;
}

/** The functions of one export of an instance. */
export interface GuestExport {
  /**
   * Calls a function. The guest owns the resources among the arguments from then on.
   * Rejects when it traps.
   *
   * @param name The function's WIT name.
   * @param args What the function's WIT type says.
   */
  call(name: string, args: readonly unknown[]): Promise<void>;
  /**
   * The same, of a guest that waits for nothing.
   *
   * @throws {unknown} It would have to wait, or do what outlasts the instance, or it traps.
   */
  callPlainly(name: string, args: readonly unknown[]): void;
}

/** An instance of a component. It serves one request or change at a time. */
export interface Guest {
  /** How many requests and changes it has been given. */
  readonly uses: number;
  /**
   * Whether the last call, when it has returned, waited for nothing, did nothing that outlasts the
   * instance, and left it no handles; of one that was not called, whether the next may be such.
   */
  readonly wasPlain: boolean;
  /** Starts a request; `requestId` marks the lines the guest writes meanwhile. */
  handle(request: HttpRequest, requestId: string): GuestCall;
  /**
   * Answers a request by a plain call: in this turn, and for less than {@linkcode Guest.handle}
   * takes.
   *
   * @throws {unknown} It is no plain call, or fails. Nobody can tell then that it was begun, and
   * the instance MUST be dropped.
   */
  handlePlainly(request: HttpRequest, requestId: string): HttpResponse;
  /** Tells it of a change; `changeId` marks the lines the guest writes meanwhile. */
  tell(change: BucketChange, changeId: string): GuestRun;
  /** Lets go of all that the instance holds. It MUST NOT be called again. */
  drop(): void;
  /**
   * Makes a fresh instance of one that was dropped, for less than a new one costs; `undefined`
   * where the two could be told apart. Absent where it never can. MUST NOT be called twice.
   */
  restart?(): Guest | undefined;
}

/** Makes instances of one component. */
export interface GuestFactory {
  /** A fresh instance. Rejects when the component traps while it is instantiated. */
  make(): Promise<Guest>;
}
