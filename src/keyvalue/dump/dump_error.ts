/**
 * Why a dump was not read to its end.
 *
 * - `malformed`: a line is none that an export writes.
 * - `too-large`: a line or a value is longer than is taken.
 * - `cut-short`: its last line is missing.
 */
export type DumpErrorCode = "malformed" | "too-large" | "cut-short";

/** A dump that is wrong: whoever gave it can mend it. */
export class DumpError extends Error {
  override readonly name = "DumpError";

  constructor(
    readonly code: DumpErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
