/**
 * Pages of the keys in a bucket, in the order of their code points.
 *
 * @module
 */

import { pageLimit } from "../paging.ts";
import type { KeyPage, ListOptions } from "../store.ts";
import {
  type BucketPart,
  type KeyTail,
  mayHavePrefix,
  tailOf,
  valuesFrom,
} from "./layout.ts";
import type { DenoKvStore } from "./store.ts";
import { parseStored, type StoredValue } from "./stored_value.ts";

/** Deno KV gives the values with the keys: the first read is small, and tells how large the next may be. */
const FIRST_READ = 128;
const LARGEST_READ = 1000;
const SMALLEST_READ = 16;
const BYTES_AT_ONCE = 4 * 2 ** 20;

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** One page of keys. */
export async function pageOf(
  store: DenoKvStore,
  bucket: BucketPart,
  options: ListOptions,
): Promise<KeyPage> {
  const limit = pageLimit(options);
  const prefix = options.prefix ?? "";
  const act = "list keys";
  let after = options.cursor === undefined
    ? undefined
    : await store.cursors.load(bucket, options.cursor);
  // A cursor of another prefix has nothing to go on with.
  if (after !== undefined && !mayHavePrefix(after, prefix)) return { keys: [] };

  const keys: string[] = [];
  let last: KeyTail | undefined;
  let size = Math.min(limit + 1, FIRST_READ);
  while (true) {
    const selector = valuesFrom(bucket, prefix, after);
    const entries = await store.connection.call(act, (kv) =>
      Array.fromAsync(
        kv.list<unknown>(selector, { limit: size, batchSize: size }),
      ));
    let bytes = 0;
    for (const entry of entries) {
      after = tailOf(entry.key);
      const stored = parseStored(entry.value);
      if (stored?.held instanceof Uint8Array) bytes += stored.held.length;
      if (stored !== undefined && stored.expiresAt <= store.now()) continue;
      const key = stored === undefined || stored.keySize === 0
        ? after[0]
        : await longKey(store, { bucket, entry, stored });
      if (key === undefined || !key.startsWith(prefix)) continue;
      if (keys.length === limit) {
        return { keys, cursor: await store.cursors.save(bucket, last!) };
      }
      keys.push(key);
      last = after;
    }
    if (entries.length < size) return { keys };
    const mean = 1 + bytes / entries.length;
    const fitting = Math.floor(BYTES_AT_ONCE / mean);
    size = Math.max(SMALLEST_READ, Math.min(fitting, LARGEST_READ));
  }
}

/** A key that stands in front of its value; `undefined` if it was deleted meanwhile. */
export async function longKey(
  store: DenoKvStore,
  { bucket, entry, stored }: {
    readonly bucket: BucketPart;
    readonly entry: Deno.KvEntry<unknown>;
    readonly stored: StoredValue;
  },
): Promise<string | undefined> {
  let found: StoredValue | undefined = stored;
  while (found !== undefined && found.keySize > 0) {
    const { held, keySize } = found;
    const bytes = held instanceof Uint8Array
      ? held
      : await store.chunks.read("list keys", held, { bucket, first: keySize });
    if (bytes !== undefined) return decoder.decode(bytes.subarray(0, keySize));
    const { value, versionstamp } = await store.connection.call(
      "list keys",
      (kv) => kv.get(entry.key),
    );
    // Parts that are missing for good would make us look for ever.
    const again = parseStored(value);
    if (versionstamp === entry.versionstamp) return undefined;
    found = again;
  }
  return undefined;
}
