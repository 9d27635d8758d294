/**
 * What a guest is told when the disk refuses.
 *
 * @module
 */

import { KeyValueError, type KeyValueErrorCode } from "../store.ts";

/** What the operating system reports, why that is, and what helps. */
const CAUSES: Readonly<
  Record<string, readonly [code: KeyValueErrorCode, state: string]>
> = {
  EACCES: [
    "access-denied",
    "Wharf may not read or write there; change the owner or the mode",
  ],
  EPERM: [
    "access-denied",
    "Wharf may not write there; change the owner or the mode",
  ],
  EROFS: [
    "access-denied",
    "it is on a read-only file system; mount it for writing",
  ],
  ELOOP: [
    "access-denied",
    "it is a symbolic link, which may lead out of the folder; put the file itself there",
  ],
  ENOSPC: ["other", "the disk is full, and the old value was kept; make room"],
  EDQUOT: [
    "other",
    "the disk quota is used up, and the old value was kept; make room",
  ],
  EFBIG: [
    "other",
    "the file would be larger than the process may write, and the old value was kept; raise the limit (ulimit -f)",
  ],
  ENOTDIR: ["other", "a file stands where a folder is needed; move it away"],
  EISDIR: ["other", "a folder stands where a file is needed; move it away"],
  EEXIST: ["other", "something else stands there; move it away"],
  ENAMETOOLONG: [
    "other",
    "the path is too long for this file system; use a shorter one for the store",
  ],
  EMFILE: ["other", "too many files are open; raise the limit (ulimit -n)"],
  ENFILE: ["other", "the system has too many files open; close some"],
  EXDEV: [
    "other",
    "the bucket is on another file system than the store; mount the store as a whole",
  ],
  EIO: ["other", "the disk reports an error; check it"],
  ENOLCK: ["other", "its file system has no locks; use a local one"],
  ENOSYS: [
    "other",
    "its file system lacks a needed operation; use a local one",
  ],
  EOPNOTSUPP: [
    "other",
    "its file system lacks a needed operation; use a local one",
  ],
};

/** What was tried, for the message. */
export interface Attempt {
  /** `Cannot …`: the operation and the key, quoted. */
  readonly act: string;
  readonly path: string;
}

/**
 * The error to tell the guest of, if the cause is the disk; any other cause as it is, because
 * then the fault is ours.
 */
export function explain(cause: unknown, attempt: Attempt): unknown {
  if (!(cause instanceof Error) || cause instanceof KeyValueError) return cause;
  const path = "path" in cause && typeof cause.path === "string"
    ? cause.path
    : attempt.path;
  const where = `Cannot ${attempt.act} in ${JSON.stringify(path)}`;
  if (cause instanceof Deno.errors.NotCapable) {
    return new KeyValueError(
      "access-denied",
      `${where}: Deno was not allowed to; grant --allow-read and --allow-write for it`,
      { cause },
    );
  }
  const system = systemCode(cause);
  if (system === undefined) return cause;
  const [code, state] = CAUSES[system] ??
    ["other", `the system answered ${system}`];
  return new KeyValueError(code, `${where}: ${state}`, { cause });
}

/** Whether there was no room on the disk. */
export function isFull(cause: unknown): boolean {
  const code = systemCode(cause);
  return code === "ENOSPC" || code === "EDQUOT";
}

/** Numbers of Linux and macOS that Deno 2.9 has no name for. */
const UNNAMED: Readonly<Record<string, string>> = { 27: "EFBIG" };

/** The `errno` name of an operating system error, or its number where Deno knows no name. */
export function systemCode(cause: unknown): string | undefined {
  if (!(cause instanceof Error)) return undefined;
  if ("code" in cause) {
    return typeof cause.code === "string" && /^E[A-Z0-9]+$/.test(cause.code)
      ? cause.code
      : undefined;
  }
  // Without a `code` the number in the text is all there is to go by.
  const number = /\(os error (\d+)\)/.exec(cause.message)?.[1];
  return number && (UNNAMED[number] ?? `error ${number}`);
}

/** A failure of a file that is no regular one, told before it is touched. */
export function symbolicLink(attempt: Attempt): KeyValueError {
  const [code, state] = CAUSES["ELOOP"]!;
  return new KeyValueError(
    code,
    `Cannot ${attempt.act} in ${JSON.stringify(attempt.path)}: ${state}`,
  );
}
