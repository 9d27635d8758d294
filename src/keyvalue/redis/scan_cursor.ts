/**
 * Where in SCAN's order a listing stands, as a number that a guest carries.
 *
 * Redis keeps keys in 2^m buckets by the low bits of a hash, and SCAN visits the buckets by the
 * reversed bits of their number. So a key's place is a fraction between 0 and 1 that does not
 * depend on m: a cursor of SCAN is a border, everything below was visited, and that stays true
 * when the table grows. When it shrinks, SCAN begins at the lower border of a wider bucket.
 *
 * A page that has no room for a whole bucket ends inside it: then the cursor says where the
 * bucket ends, how wide it is, and up to which hash of ours its keys were given.
 *
 * ```text
 * border   [scan 46] [life 16]                       [0] [1]
 * inside   [scan 32] [hash 13] [width 5] [life 12]   [1] [1]
 * ```
 *
 * The last bit is 0 in the cursors of `../listings.ts`.
 *
 * @module
 */

import { hash48 } from "../key_encoding.ts";

const BORDER_BITS = 46n;
const LIFE_BITS = 16;
const INSIDE_LIFE_BITS = 12;
const HASH_BITS = 13;
const WHOLE = 2 ** 32;

/** The part of a listing that a cursor says is done. */
export interface Place {
  /** Everything before this cursor of SCAN was visited. */
  readonly scan: number;
  /** Some keys of what was visited last are still to be given. */
  readonly inside?: Inside;
}

/** What was visited last and not given as a whole. */
export interface Inside {
  /** It is at least 2^-width of all, ending where the place is. */
  readonly width: number;
  /** The keys up to this {@linkcode rankOf} were given. */
  readonly rank: number;
}

/** The start of a listing. */
export const START: Place = { scan: 0 };

/** Whether a cursor is one of SCAN's order. */
export function isScanCursor(cursor: bigint): boolean {
  return (cursor & 1n) === 1n;
}

/** Whether a place fits into a cursor; those of Redis do, those of proxies may not. */
export function fits({ scan, inside }: Place): boolean {
  return scan < (inside === undefined ? 2 ** Number(BORDER_BITS) : WHOLE);
}

/** The cursor of a place in one life of a server. */
export function formatPlace({ scan, inside }: Place, life: number): string {
  if (inside === undefined) {
    return String(BigInt(scan) << 18n | BigInt(life) << 2n | 1n);
  }
  const shortLife = BigInt(life % 2 ** INSIDE_LIFE_BITS);
  return String(
    BigInt(scan) << 32n | BigInt(inside.rank) << 19n |
      BigInt(inside.width - 1) << 14n | shortLife << 2n | 3n,
  );
}

/** The place of a cursor; `undefined` if it is of another life. */
export function parsePlace(cursor: bigint, life: number): Place | undefined {
  const bits = (from: bigint, count: number) =>
    Number((cursor >> from) & (1n << BigInt(count)) - 1n);
  if ((cursor & 2n) === 0n) {
    return bits(2n, LIFE_BITS) === life
      ? { scan: bits(18n, Number(BORDER_BITS)) }
      : undefined;
  }
  return bits(2n, INSIDE_LIFE_BITS) === life % 2 ** INSIDE_LIFE_BITS
    ? {
      scan: bits(32n, 32),
      inside: { width: bits(14n, 5) + 1, rank: bits(19n, HASH_BITS) },
    }
    : undefined;
}

/** The life of a server in a cursor; `id` is another after each start. */
export function lifeOf(id: string): number {
  return hash48(id) % 2 ** LIFE_BITS;
}

/** Where a key stands among those of its bucket; the same in every process. */
export function rankOf(key: string): number {
  return hash48(key) % 2 ** HASH_BITS;
}

/** How far SCAN had come when it answered with a cursor, in parts of 2^32. */
export function reachOf(scan: number): number {
  return scan === 0 ? WHOLE : reversed(scan);
}

/** The width of the last bucket between two cursors of SCAN: of those that end there and begin after the first, the widest. */
export function widthOf(from: number, to: number): number {
  const parts = Math.max(1, reachOf(to) - reversed(from));
  return Math.min(32, Math.max(1, 32 - Math.floor(Math.log2(parts))));
}

/** The cursor at which SCAN visits again what ends at `to`. */
export function startOf(to: number, width: number): number {
  return reversed(Math.max(0, reachOf(to) - 2 ** (32 - width)));
}

/** The 32 bits in reverse. */
function reversed(bits: number): number {
  let from = bits;
  let to = 0;
  for (let bit = 0; bit < 32; bit++) {
    to = (to << 1) | (from & 1);
    from >>>= 1;
  }
  return to >>> 0;
}
