/**
 * The buckets of a database as wholes. A bucket is there while a value is.
 *
 * @module
 */

import { quote } from "../key_encoding.ts";
import type { DenoKvBucket } from "./bucket.ts";
import {
  allOf,
  behind,
  type BucketPart,
  bucketPart,
  nameKey,
  partOf,
  placeOfTail,
  tailOf,
} from "./layout.ts";
import { longKey } from "./pages.ts";
import type { DenoKvStore } from "./store.ts";
import { parseStored } from "./stored_value.ts";

/** Values come with their keys, and have 64 KiB at most. */
const FIRST_READ = 1;
const LARGEST_READ = 64;

/** A bucket, as whoever drops it knows it. */
export interface NamedBucket {
  readonly name: string;
  readonly part: BucketPart;
  readonly bucket: DenoKvBucket;
}

/** The names of the buckets: from the first key of one to the first of the next, whatever lies between. */
export async function* listBuckets(
  store: DenoKvStore,
): AsyncGenerator<string> {
  let after: BucketPart | undefined;
  while (true) {
    const selector = behind(after);
    const [first] = await read(store, "list buckets", selector, FIRST_READ);
    if (first === undefined) return;
    const part = partOf(first.key);
    // Another program's key: a number or a boolean sorts behind every name.
    if (part === undefined) return;
    after = part;
    if (!await isThere(store, "list buckets", part)) continue;
    const name = await nameOf(store, part);
    if (name !== undefined) yield name;
  }
}

/** Whether a bucket has a value that has not expired. */
export async function isThere(
  store: DenoKvStore,
  act: string,
  part: BucketPart,
): Promise<boolean> {
  for await (const entries of pages(store, act, part)) {
    const alive = entries.some(({ value }) => {
      const stored = parseStored(value);
      return stored === undefined || stored.expiresAt > store.now();
    });
    if (alive) return true;
  }
  return false;
}

/** Removes the values of a bucket, chunks and all, some at a time; whether there were any. */
export async function dropBucket(
  store: DenoKvStore,
  { name, part, bucket }: NamedBucket,
): Promise<boolean> {
  const act = `drop bucket ${quote(name)}`;
  let dropped = false;
  for await (const entries of pages(store, act, part)) {
    const ends = entries.map(async (entry) => {
      const stored = parseStored(entry.value);
      const alive = stored === undefined || stored.expiresAt > store.now();
      dropped ||= alive;
      const tail = tailOf(entry.key);
      const key = stored === undefined || stored.keySize === 0
        ? tail[0]
        : await longKey(store, { bucket: part, entry, stored });
      // By its key, so that other writes to it in this process keep their order.
      if (key !== undefined) return await bucket.delete(key);
      await store.put({ act, place: placeOfTail(part, tail) }, undefined);
    });
    await Promise.allSettled(ends);
    await Promise.all(ends);
  }
  return dropped;
}

/** The entries of a bucket, the first ones few: they are often enough. */
async function* pages(
  store: DenoKvStore,
  act: string,
  part: BucketPart,
): AsyncGenerator<readonly Deno.KvEntry<unknown>[]> {
  let after: Deno.KvKey | undefined;
  for (let size = FIRST_READ;; size = LARGEST_READ) {
    const entries = await read(store, act, allOf(part, after), size);
    if (entries.length > 0) yield entries;
    if (entries.length < size) return;
    after = entries.at(-1)!.key;
  }
}

function read(
  store: DenoKvStore,
  act: string,
  selector: Deno.KvListSelector,
  size: number,
): Promise<Deno.KvEntry<unknown>[]> {
  return store.connection.call(act, (kv) =>
    Array.fromAsync(
      kv.list<unknown>(selector, { limit: size, batchSize: size }),
    ));
}

/** The name behind a part; `undefined` if it is a hash whose name nobody wrote down. */
async function nameOf(
  store: DenoKvStore,
  part: BucketPart,
): Promise<string | undefined> {
  if (typeof part === "string") return part;
  const { value } = await store.connection.call(
    "list buckets",
    (kv) => kv.get(nameKey(part)),
  );
  if (typeof value !== "string") return undefined;
  const hash = await bucketPart(value);
  return typeof hash !== "string" && hash.join() === part.join()
    ? value
    : undefined;
}
