/**
 * What every backend asks of a key and of a bucket's name before it stores anything.
 *
 * @module
 */

import { KeyValueError } from "./store.ts";

const QUOTED_CHARACTERS = 64;

/** A guest's text for a message: quoted, control characters escaped, cut where it is long. */
export function quote(text: string): string {
  return text.length <= QUOTED_CHARACTERS
    ? JSON.stringify(text)
    : `${
      JSON.stringify(text.slice(0, QUOTED_CHARACTERS).toWellFormed())
    }… (${text.length} characters)`;
}

/** Refuses a key with a lone surrogate: no store could give the same key back. */
export function checkKey(key: string): void {
  if (key.isWellFormed()) return;
  throw new KeyValueError(
    "other",
    `Cannot use key ${
      quote(key)
    }: it holds a lone surrogate, which no store keeps; use whole characters`,
  );
}

/** Refuses a bucket name with a lone surrogate, for the same reason as {@linkcode checkKey}. */
export function checkBucketName(bucket: string): void {
  if (bucket.isWellFormed()) return;
  throw new KeyValueError(
    "no-such-store",
    `Cannot open bucket ${
      quote(bucket)
    }: its name holds a lone surrogate; use whole characters`,
  );
}

/**
 * A 48-bit number that spreads texts evenly and is the same in every process and release:
 * files are listed and locks are chosen by it. Anyone can make two texts collide, so
 * nothing may rely on its being unique.
 */
export function hash48(text: string): number {
  let high = 0x9e3779b9;
  let low = 0x41c6ce57;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    high = Math.imul(high ^ unit, 0x9e3779b1);
    low = Math.imul(low ^ unit, 0x5f356495);
  }
  high = Math.imul(high ^ (high >>> 16), 0x85ebca6b) ^
    Math.imul(low ^ (low >>> 13), 0xc2b2ae35);
  low = Math.imul(low ^ (low >>> 16), 0x85ebca6b) ^
    Math.imul(high ^ (high >>> 13), 0xc2b2ae35);
  return (high >>> 16) * 2 ** 32 + (low >>> 0);
}
