/**
 * Files that hold more than a value: a time to live, or a key too long for a file name.
 *
 * An ordinary value is a file of its bytes and nothing else, which `cat` and wash can read.
 * A box is `MAGIC`, the expiry (u64, milliseconds since 1970, 0 for none), the length of the
 * key (u32, 0 if the file name says it), the key, and the value; numbers are big-endian.
 * One file holds it all, so it can be neither torn nor copied apart.
 *
 * @module
 */

import { NEVER } from "../expiry.ts";

/** 16 bytes that no value begins with by chance; one that does so by intent is boxed itself. */
const MAGIC = new Uint8Array([
  ...[0x89, 0x57, 0x48, 0x41, 0x52, 0x46, 0x0d, 0x0a],
  ...[0x1a, 0x0a, 0xc3, 0x5e, 0x91, 0xe8, 0x7d, 0xb4],
]);

const KEY_AT = MAGIC.length + 8 + 4;

/** As many bytes of a file as {@linkcode peek} needs. */
export const PEEK_BYTES = KEY_AT;

/** What a file holds. */
export interface Content {
  /** The key, where the file name cannot say it. */
  readonly key: string | undefined;
  /** The time from which the value is absent. */
  readonly expiresAt: number;
  readonly value: Uint8Array<ArrayBuffer>;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The byte sequences that make up the file of a value. */
export function packContent(content: Content): Uint8Array[] {
  const { key, expiresAt, value } = content;
  if (key === undefined && expiresAt === NEVER && !isBox(value)) return [value];
  const keyBytes = encoder.encode(key ?? "");
  const header = new Uint8Array(KEY_AT + keyBytes.length);
  const view = new DataView(header.buffer);
  header.set(MAGIC);
  view.setBigUint64(MAGIC.length, expiresAt === NEVER ? 0n : BigInt(expiresAt));
  view.setUint32(MAGIC.length + 8, keyBytes.length);
  header.set(keyBytes, KEY_AT);
  return [header, value];
}

/** What the first bytes of a file tell. */
export interface Peek {
  readonly expiresAt: number;
  /** Where the value begins. */
  readonly valueAt: number;
}

/** Reads the fixed part of a box; bytes that are none begin with the value and never expire. */
export function peek(bytes: Uint8Array<ArrayBuffer>): Peek {
  if (!isBox(bytes) || bytes.length < KEY_AT) {
    return { expiresAt: NEVER, valueAt: 0 };
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const expiry = view.getBigUint64(MAGIC.length);
  return {
    expiresAt: expiry === 0n ? NEVER : Number(expiry),
    valueAt: KEY_AT + view.getUint32(MAGIC.length + 8),
  };
}

/** What the bytes of a file say; bytes that are no whole box are a value. */
export function unpackContent(bytes: Uint8Array<ArrayBuffer>): Content {
  const { expiresAt, valueAt } = peek(bytes);
  if (valueAt === 0 || valueAt > bytes.length) {
    return { key: undefined, expiresAt: NEVER, value: bytes };
  }
  return {
    key: valueAt === KEY_AT
      ? undefined
      : decoder.decode(bytes.subarray(KEY_AT, valueAt)),
    expiresAt,
    // A copy, so that the caller's array is the whole of its buffer.
    value: bytes.slice(valueAt),
  };
}

function isBox(bytes: Uint8Array): boolean {
  return bytes.length >= MAGIC.length &&
    MAGIC.every((byte, index) => bytes[index] === byte);
}
