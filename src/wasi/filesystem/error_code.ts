/**
 * `enum error-code` of `wasi:filesystem/types@0.2`, and what a failure of the system is in it.
 *
 * @module
 */

import { WitError } from "../../runtime/host_interface.ts";

/** What the system calls a failure, and what the WIT does. */
const CODES = {
  EACCES: "access",
  EAGAIN: "would-block",
  EALREADY: "already",
  EBADF: "bad-descriptor",
  EBUSY: "busy",
  EDEADLK: "deadlock",
  EDQUOT: "quota",
  EEXIST: "exist",
  EFBIG: "file-too-large",
  EILSEQ: "illegal-byte-sequence",
  EINPROGRESS: "in-progress",
  EINTR: "interrupted",
  EINVAL: "invalid",
  EIO: "io",
  EISDIR: "is-directory",
  ELOOP: "loop",
  EMLINK: "too-many-links",
  EMSGSIZE: "message-size",
  ENAMETOOLONG: "name-too-long",
  ENODEV: "no-device",
  ENOENT: "no-entry",
  ENOLCK: "no-lock",
  ENOMEM: "insufficient-memory",
  ENOSPC: "insufficient-space",
  ENOTDIR: "not-directory",
  ENOTEMPTY: "not-empty",
  ENOTRECOVERABLE: "not-recoverable",
  ENOTSUP: "unsupported",
  EOPNOTSUPP: "unsupported",
  ENOSYS: "unsupported",
  ENOTTY: "no-tty",
  ENXIO: "no-such-device",
  EOVERFLOW: "overflow",
  EPERM: "not-permitted",
  EPIPE: "pipe",
  EROFS: "read-only",
  ESPIPE: "invalid-seek",
  ETXTBSY: "text-file-busy",
  EXDEV: "cross-device",
  // The WIT has no word for "too many open files".
  EMFILE: "quota",
  ENFILE: "quota",
} as const;

/** Numbers of Linux and macOS that Deno 2.9 has no name for. */
const UNNAMED: Readonly<Record<number, ErrorCode>> = { 27: "file-too-large" };

/** `enum error-code` */
export type ErrorCode = typeof CODES[keyof typeof CODES];

/** The error arm with a code. */
export function refused(code: ErrorCode): WitError<ErrorCode> {
  return new WitError<ErrorCode>(code);
}

/** The code of a failure, if it is one of the file system. */
export function errorCodeOf(cause: unknown): ErrorCode | undefined {
  if (cause instanceof WitError) {
    const codes: readonly unknown[] = Object.values(CODES);
    return codes.includes(cause.payload)
      ? cause.payload as ErrorCode
      : undefined;
  }
  if (cause instanceof Deno.errors.NotCapable) return "access";
  if (!(cause instanceof Error)) return undefined;
  if ("code" in cause && typeof cause.code === "string") {
    if (Object.hasOwn(CODES, cause.code)) {
      return CODES[cause.code as keyof typeof CODES];
    }
  }
  if ("errno" in cause && typeof cause.errno === "number") {
    return UNNAMED[Math.abs(cause.errno)] ?? "io";
  }
  return undefined;
}

/** The error arm for a failure of the system. Anything else is our fault: it is thrown on, and traps. */
export function refusal(cause: unknown): WitError<ErrorCode> {
  const code = errorCodeOf(cause);
  if (code === undefined) throw cause;
  return refused(code);
}
