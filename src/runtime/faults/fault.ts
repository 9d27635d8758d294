/**
 * What the host answers where a guest should have: one shape for all that can go wrong, and
 * a face of it for each kind of client. Everything a guest or a build says of itself is
 * escaped where a face is made, and nowhere before.
 *
 * @module
 */

import type { GuestStream } from "../host_interface.ts";
import type { TrapKind } from "../trap.ts";

/**
 * What a client learns of a fault.
 *
 * - `shown`: all there is, for the developer at the other end.
 * - `hidden`: the status, and the id under which the log has the rest.
 */
export type FaultPolicy = "shown" | "hidden";

/**
 * What went wrong.
 *
 * - `busy`: no instance came free in time.
 * - `no-handler`: the component answers no requests.
 * - `host`: Wharf failed.
 * - `no-component`: there is nothing to serve.
 * - `stopping`: Wharf ends.
 * - `refused`: the request broke a limit, or cannot be served.
 */
export type FaultKind =
  | TrapKind
  | "busy"
  | "no-handler"
  | "host"
  | "no-component"
  | "stopping"
  | "refused";

/** One line of a guest's stack. */
export interface FaultFrame {
  /** The function, and how often it stands there. */
  readonly text: string;
  /** `src/lib.rs:12`, where the module tells. */
  readonly place?: string;
}

/** A line that the guest wrote while it served the request. */
export interface FaultLine {
  /** stdout, stderr, or the level of a logged message. */
  readonly stream: GuestStream | string;
  readonly text: string;
}

/** A request that its guest did not answer. */
export interface Fault {
  readonly kind: FaultKind;
  readonly status: number;
  readonly message: string;
  /** Under which the log tells of it; absent where no guest was asked. */
  readonly request?: string;
  /** The guest's stack, innermost first. */
  readonly stack?: readonly FaultFrame[];
  /** The last lines of the guest. */
  readonly output?: readonly FaultLine[];
  /** What a build wrote. */
  readonly details?: string;
  /** More headers, told under either policy. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** What each fault is called, on pages. */
export const TITLES: Readonly<Record<FaultKind, string>> = {
  "trapped": "The guest trapped",
  "no-response": "The guest gave no response",
  "error-code": "The guest gave an error code",
  "deadline": "The guest took too long",
  "invalid-response": "The guest's response cannot be sent",
  "exit": "The guest ended itself",
  "memory": "The guest ran out of memory",
  "lane-lost": "The guest's thread ended",
  "busy": "Every instance is busy",
  "no-handler": "Nothing answers requests",
  "host": "Wharf failed",
  "no-component": "Nothing to serve",
  "stopping": "Wharf is stopping",
  "refused": "The request was refused",
};

/** What a developer can do, where it is not the guest that has to change. */
export const REMEDIES: Readonly<Partial<Record<FaultKind, string>>> = {
  "deadline":
    "Raise the limit with dev.request_timeout in .wash/config.yaml, or start with --request-timeout",
  "memory":
    "Raise the limit with dev.memory_limit_mb in .wash/config.yaml, or start with --memory-limit-mb",
  "busy":
    "Let requests wait for longer with dev.queue_timeout in .wash/config.yaml, or start with --queue-timeout",
};
