/**
 * Errors on their way between threads: cloned ones lose their class, and what they carry.
 *
 * @module
 */

import { HttpBodyError } from "./http_body_error.ts";
import { LaneBusyError } from "./lane.ts";
import type { LaneFault } from "./lane_protocol.ts";
import { LinkError } from "./linker.ts";
import { GuestTrap } from "./trap.ts";

/** An error as data. */
export function faultOf(error: unknown): LaneFault {
  if (error instanceof GuestTrap) {
    const { kind: trap, message, cause } = error;
    // A trap that the host made below the guest, as for exit, has the guest's frames itself.
    return { type: "trap", trap, message, ...stackOf(cause ?? error) };
  }
  if (error instanceof LaneBusyError) {
    return { type: "busy", message: error.message };
  }
  if (error instanceof HttpBodyError) {
    const { code, message, limit } = error;
    return { type: "body", code, message, limit };
  }
  if (error instanceof LinkError) {
    return { type: "link", missing: error.missing };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { type: "fault", message, ...stackOf(error) };
}

/** The error that the other thread had. */
export function errorFrom(fault: LaneFault): Error {
  switch (fault.type) {
    case "trap":
      return new GuestTrap(
        fault.trap,
        fault.message,
        fault.stack === undefined
          ? undefined
          : { cause: errorWith(fault.message, fault.stack) },
      );
    case "busy":
      return new LaneBusyError(fault.message);
    case "body":
      return new HttpBodyError(fault.code, fault.message, fault.limit);
    case "link":
      return new LinkError(fault.missing);
    case "fault":
      return errorWith(fault.message, fault.stack);
  }
}

function stackOf(error: unknown): { stack?: string } {
  return error instanceof Error && error.stack !== undefined
    ? { stack: error.stack }
    : {};
}

function errorWith(message: string, stack: string | undefined): Error {
  const error = new Error(message);
  if (stack !== undefined) error.stack = stack;
  return error;
}

/** Why a call ended whose guest kept its client waiting for too long, with its thread. */
export function overdue(requestTimeout: number): GuestTrap {
  return new GuestTrap(
    "deadline",
    `The guest kept the client waiting for more than ${
      requestTimeout / 1000
    } seconds, and its thread was ended; dev.request_timeout allows more`,
  );
}
