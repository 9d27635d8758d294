/**
 * What every backend does with the cursor and the limit of a listing; both come from a guest.
 *
 * @module
 */

import { quote } from "./key_encoding.ts";
import { DEFAULT_PAGE_SIZE, KeyValueError, type ListOptions } from "./store.ts";

/** The most keys a page has, whatever the caller asks for: a page is held in memory. */
export const LARGEST_PAGE = 10_000;

const U64_MAX = 2n ** 64n - 1n;

/** The number in a cursor. */
export function parseCursor(cursor: string): bigint {
  const value = /^\d{1,20}$/.test(cursor) ? BigInt(cursor) : undefined;
  if (value === undefined || value > U64_MAX) {
    throw new KeyValueError(
      "other",
      `Cannot list keys at cursor ${
        quote(cursor)
      }: it is none that a page gave; start again without a cursor`,
    );
  }
  return value;
}

/** How many keys a page may have. */
export function pageLimit(options: ListOptions): number {
  const limit = options.limit ?? DEFAULT_PAGE_SIZE;
  if (!Number.isInteger(limit) || limit < 1) {
    throw new KeyValueError(
      "other",
      `Cannot list ${limit} keys: a limit is a whole number of 1 or more`,
    );
  }
  return Math.min(limit, LARGEST_PAGE);
}
