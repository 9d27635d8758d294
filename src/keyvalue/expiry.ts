/**
 * When a value that was set with a `ttl` ends.
 *
 * @module
 */

import { KeyValueError, type SetOptions } from "./store.ts";

/** The expiry of a value that stays until it is deleted. */
export const NEVER = Infinity;

/** The time, as `Date.now()` counts it, from which the value is absent; {@linkcode NEVER} without a `ttl`. */
export function expiryOf(options: SetOptions | undefined, now: number): number {
  const ttl = options?.ttl;
  if (ttl === undefined) return NEVER;
  if (!Number.isSafeInteger(ttl) || ttl < 1) {
    throw new KeyValueError(
      "other",
      `Cannot set a value for ${ttl} ms: a ttl is a whole number of 1 or more`,
    );
  }
  return Math.min(now + ttl, Number.MAX_SAFE_INTEGER);
}

/** The latest time that a `Date` can say. */
const LATEST = 8.64e15;

/** The expiry of a value as a date; `undefined` for {@linkcode NEVER} and for no value. */
export function dateOfExpiry(expiresAt = NEVER): Date | undefined {
  return expiresAt === NEVER
    ? undefined
    : new Date(Math.min(expiresAt, LATEST));
}
