/**
 * How many files an instance may hold, and how far they go.
 *
 * @module
 */

import { type ErrorCode, refused } from "./error_code.ts";

/** The process may often have no more than 1024, and has other guests and its sockets. */
const MOST_FILES = 128;

/** Where no file goes on: `off_t` is signed, and numbers are exact to 2^53. */
export const FARTHEST = Number.MAX_SAFE_INTEGER;

/** Counts the open files of one instance. */
export class FileCount {
  #open = 0;

  /**
   * @throws {WitError} The instance holds as many as it may.
   */
  take(): void {
    if (this.#open >= MOST_FILES) throw refused("quota");
    this.#open++;
  }

  /** Gives one back. */
  giveBack(): void {
    this.#open--;
  }
}

/** An offset of a guest as a number. */
export function offsetOf(offset: bigint, tooFar: ErrorCode): number {
  if (offset > BigInt(FARTHEST)) throw refused(tooFar);
  return Number(offset);
}
