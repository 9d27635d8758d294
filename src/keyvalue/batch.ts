/**
 * The operations on many keys, for backends whose store offers nothing better than one call a key.
 *
 * @module
 */

import type { Bucket, Entry } from "./store.ts";

/** How many calls of one batch are under way at once. */
const WIDTH = 32;

/** {@linkcode Bucket.getMany} by one `get` a key. */
export async function getMany(
  bucket: Pick<Bucket, "get">,
  keys: readonly string[],
): Promise<(Entry | undefined)[]> {
  const entries = new Array<Entry | undefined>(keys.length);
  await eachOf(keys, async (key, index) => {
    entries[index] = await bucket.get(key);
  });
  return entries;
}

/** {@linkcode Bucket.setMany} by one `set` a key; of a key that is named twice the last value stays. */
export async function setMany(
  bucket: Pick<Bucket, "set">,
  entries: readonly (readonly [key: string, value: Uint8Array])[],
): Promise<void> {
  // Copied now: the last of many sets starts long after the caller has the promise.
  const last = new Map(
    entries.map(([key, value]) => [key, new Uint8Array(value)]),
  );
  await eachOf([...last], ([key, value]) => bucket.set(key, value));
}

/** {@linkcode Bucket.deleteMany} by one `delete` a key. */
export async function deleteMany(
  bucket: Pick<Bucket, "delete">,
  keys: readonly string[],
): Promise<void> {
  await eachOf([...new Set(keys)], (key) => bucket.delete(key));
}

/** Calls `act` for each item, a bounded number at once; after a failure no further one starts, and all have ended. */
export async function eachOf<T>(
  items: readonly T[],
  act: (item: T, index: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  let failed = false;
  const lanes = Array.from(
    { length: Math.min(WIDTH, items.length) },
    async () => {
      while (!failed && next < items.length) {
        const index = next++;
        try {
          await act(items[index]!, index);
        } catch (cause) {
          failed = true;
          throw cause;
        }
      }
    },
  );
  const failure = (await Promise.allSettled(lanes)).find((lane) =>
    lane.status === "rejected"
  );
  if (failure !== undefined) throw failure.reason;
}
