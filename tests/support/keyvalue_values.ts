/**
 * Short ways to write and read values in tests of buckets.
 *
 * @module
 */

import assert from "node:assert/strict";
import {
  type Bucket,
  type Entry,
  KeyValueError,
  type KeyValueErrorCode,
  type ListOptions,
} from "../../src/keyvalue/store.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

/** The bytes of a text. */
export function bytes(text: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(text);
}

/** The text in an entry's value. */
export function text(entry: Entry | undefined): string | undefined {
  return entry && decoder.decode(entry.value);
}

/** The text that a key has. */
export async function textAt(
  bucket: Bucket,
  key: string,
): Promise<string | undefined> {
  return text(await bucket.get(key));
}

/** The version that a key has; the key must be there. */
export async function versionAt(bucket: Bucket, key: string): Promise<string> {
  const entry = await bucket.get(key);
  assert.ok(entry, `${key} is absent`);
  return entry.version;
}

/** Asserts that a call tells the guest of an error. */
export async function assertRefused(
  call: Promise<unknown>,
  code: KeyValueErrorCode = "other",
): Promise<void> {
  await assert.rejects(call, (error) => {
    assert.ok(error instanceof KeyValueError, String(error));
    assert.equal(error.code, code);
    assert.match(error.message, /^Cannot .+: .+[^.]$/s);
    return true;
  });
}

/** Every key of a bucket, page by page. */
export async function listAll(
  bucket: Bucket,
  options: ListOptions = {},
  betweenPages: (page: number) => Promise<void> = () => Promise.resolve(),
): Promise<string[]> {
  const keys: string[] = [];
  let cursor: string | undefined;
  for (let page = 1;; page++) {
    const found = await bucket.listKeys({
      ...options,
      ...(cursor !== undefined && { cursor }),
    });
    keys.push(...found.keys);
    if (found.cursor === undefined) return keys;
    assert.match(found.cursor, /^\d{1,20}$/);
    cursor = found.cursor;
    await betweenPages(page);
  }
}

/** `count` keys with a prefix. */
export function numbered(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}${index}`);
}

/** Sets keys to empty values. */
export async function fill(
  bucket: Bucket,
  keys: readonly string[],
): Promise<void> {
  await bucket.setMany(keys.map((key) => [key, new Uint8Array(0)] as const));
}
