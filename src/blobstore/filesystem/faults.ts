/**
 * What a guest is told when the disk refuses.
 *
 * @module
 */

import { BlobError, type BlobErrorCode } from "../store.ts";

const STATES: Readonly<
  Record<string, readonly [code: BlobErrorCode, state: string]>
> = {
  EACCES: ["access-denied", "the host may not read or write its folder"],
  EPERM: ["access-denied", "the host may not write its folder"],
  EROFS: ["access-denied", "its folder is on a read-only file system"],
  ELOOP: ["access-denied", "a symbolic link stands there"],
  ENOSPC: ["other", "the disk is full"],
  EDQUOT: ["other", "the disk quota is used up"],
  ENAMETOOLONG: ["other", "the path is too long for the file system"],
  EMFILE: ["other", "the host has too many files open"],
  ENFILE: ["other", "the system has too many files open"],
};

/** The system's name of a failure, if it is one of the system. */
export function systemCode(cause: unknown): string | undefined {
  return cause instanceof Error && "code" in cause &&
      typeof cause.code === "string" && /^E[A-Z0-9]+$/.test(cause.code)
    ? cause.code
    : undefined;
}

/** Whether nothing stands at the path. */
export function isMissing(cause: unknown): boolean {
  const code = systemCode(cause);
  return code === "ENOENT" || code === "ENOTDIR";
}

/** The error to tell the guest of, if the cause is the disk; any other cause as it is. */
export function explain(cause: unknown, act: string): unknown {
  if (cause instanceof BlobError) return cause;
  if (cause instanceof Deno.errors.NotCapable) {
    return new BlobError(
      "access-denied",
      `Cannot ${act}: Deno was not allowed to use the folder; ` +
        "grant --allow-read and --allow-write for it",
      { cause },
    );
  }
  const system = systemCode(cause);
  if (system === undefined) return cause;
  const [code, state] = STATES[system] ??
    ["other", `the system answered ${system}`];
  return new BlobError(code, `Cannot ${act}: ${state}`, { cause });
}
