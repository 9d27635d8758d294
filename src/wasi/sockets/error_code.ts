/**
 * Why a socket operation failed, as `wasi:sockets/network#error-code` has it.
 *
 * @module
 */

import { WitError } from "../../runtime/host_interface.ts";

/** `enum error-code` */
export type ErrorCode =
  | "unknown"
  | "access-denied"
  | "not-supported"
  | "invalid-argument"
  | "out-of-memory"
  | "timeout"
  | "concurrency-conflict"
  | "not-in-progress"
  | "would-block"
  | "invalid-state"
  | "new-socket-limit"
  | "address-not-bindable"
  | "address-in-use"
  | "remote-unreachable"
  | "connection-refused"
  | "connection-reset"
  | "connection-aborted"
  | "datagram-too-large"
  | "name-unresolvable"
  | "temporary-resolver-failure"
  | "permanent-resolver-failure";

/** What {@linkcode ErrorCode} is in a table of types. */
export const ERROR_CODE =
  "enum { unknown, access-denied, not-supported, invalid-argument, out-of-memory, timeout, concurrency-conflict, not-in-progress, would-block, invalid-state, new-socket-limit, address-not-bindable, address-in-use, remote-unreachable, connection-refused, connection-reset, connection-aborted, datagram-too-large, name-unresolvable, temporary-resolver-failure, permanent-resolver-failure }";

/** The error arm of a socket's function. */
export class SocketError extends WitError<ErrorCode> {}

/** The error arm with a code. */
export function socketError(code: ErrorCode): SocketError {
  return new SocketError(code);
}

/** The system's names for failures, and the WIT's. */
const BY_SYSTEM_CODE: Readonly<Record<string, ErrorCode>> = {
  EACCES: "access-denied",
  EPERM: "access-denied",
  EAFNOSUPPORT: "not-supported",
  EINVAL: "invalid-argument",
  ENOMEM: "out-of-memory",
  ENOBUFS: "out-of-memory",
  ETIMEDOUT: "timeout",
  EMFILE: "new-socket-limit",
  ENFILE: "new-socket-limit",
  EADDRNOTAVAIL: "address-not-bindable",
  EADDRINUSE: "address-in-use",
  EHOSTUNREACH: "remote-unreachable",
  EHOSTDOWN: "remote-unreachable",
  ENETUNREACH: "remote-unreachable",
  ENETDOWN: "remote-unreachable",
  ECONNREFUSED: "connection-refused",
  ECONNRESET: "connection-reset",
  EPIPE: "connection-reset",
  ECONNABORTED: "connection-aborted",
  EMSGSIZE: "datagram-too-large",
  ENOTFOUND: "name-unresolvable",
  ENODATA: "name-unresolvable",
  EAI_AGAIN: "temporary-resolver-failure",
  EAI_FAIL: "permanent-resolver-failure",
};

/** The code of a failure of `Deno.connect`, `node:dgram` or `node:dns`, or of our own. */
export function errorCodeOf(failure: unknown): ErrorCode {
  if (failure instanceof SocketError) return failure.payload;
  // Without --allow-net for the address: the one failure that has a class and no code.
  if (failure instanceof Deno.errors.NotCapable) return "access-denied";
  if (!(failure instanceof Error) || !("code" in failure)) return "unknown";
  const { code } = failure;
  if (typeof code !== "string" || !Object.hasOwn(BY_SYSTEM_CODE, code)) {
    return "unknown";
  }
  return BY_SYSTEM_CODE[code] ?? "unknown";
}

/** A connection that broke. */
export class SocketFailure extends Error {
  override readonly name = "SocketFailure";
  readonly code: ErrorCode;

  constructor(cause: unknown) {
    super("the connection broke off", { cause });
    this.code = errorCodeOf(cause);
  }
}
