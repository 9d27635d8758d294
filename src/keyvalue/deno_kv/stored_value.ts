/**
 * How a value stands in the database. A value of up to 64 KiB that never expires, under a key
 * of ordinary length, is its bytes and nothing else: other Deno programs can read it and write it.
 *
 * @module
 */

import { NEVER } from "../expiry.ts";

/** Deno KV takes 65,536 bytes, and needs some for what stands around those of an object. */
const LARGEST_PLAIN = 65_536;
const LARGEST_INLINE = 60_000;

/** Where the chunks of a value are. */
export interface Chunks {
  readonly id: string;
  readonly count: number;
}

/** A value that is more than its bytes. */
export interface StoredValue {
  /** The bytes, the key in front; or where they are. */
  readonly held: Uint8Array<ArrayBuffer> | Chunks;
  /** How many bytes of the key stand in front. */
  readonly keySize: number;
  /** When it expires, as `Date.now()` counts it; {@linkcode NEVER} if it does not. */
  readonly expiresAt: number;
}

/** The value that stands in the database; `undefined` for one that is not ours. */
export function parseStored(stored: unknown): StoredValue | undefined {
  if (stored instanceof Uint8Array) {
    return {
      held: stored as Uint8Array<ArrayBuffer>,
      keySize: 0,
      expiresAt: NEVER,
    };
  }
  return isStoredValue(stored) ? stored : undefined;
}

function isStoredValue(stored: unknown): stored is StoredValue {
  if (typeof stored !== "object" || stored === null) return false;
  if (
    !("held" in stored && "keySize" in stored && "expiresAt" in stored)
  ) return false;
  const { held, keySize, expiresAt } = stored;
  return typeof keySize === "number" && typeof expiresAt === "number" &&
    (held instanceof Uint8Array ||
      (typeof held === "object" && held !== null && "id" in held &&
        typeof held.id === "string" && "count" in held &&
        typeof held.count === "number"));
}

/** The form of a value in the database: its bytes alone where that says it all. */
export function formatStored(value: StoredValue): Uint8Array | StoredValue {
  return value.held instanceof Uint8Array && value.keySize === 0 &&
      value.expiresAt === NEVER
    ? value.held
    : value;
}

/** Whether so many bytes need chunks. */
export function needsChunks(
  size: number,
  { keySize, expiresAt }: Omit<StoredValue, "held">,
): boolean {
  return size >
    (keySize === 0 && expiresAt === NEVER ? LARGEST_PLAIN : LARGEST_INLINE);
}

/** The chunks of a value, if it has some. */
export function chunksOf(value: StoredValue | undefined): Chunks | undefined {
  return value === undefined || value.held instanceof Uint8Array
    ? undefined
    : value.held;
}
