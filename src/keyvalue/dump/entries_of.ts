import { eachOf } from "../batch.ts";
import { pagesOf } from "../pages_of.ts";
import type { Bucket } from "../store.ts";
import type { DumpedKey } from "./dump_format.ts";

/** How many bytes of values are fetched at once, as far as the last ones tell. */
const AIM = 4 * 1024 * 1024;

/**
 * How many values are fetched at once. Their sizes are not known before: where small values
 * are followed by the largest, this many of those are held.
 */
const MOST_VALUES = 32;

/** Every key with its value, a bounded number of bytes at a time. */
export async function* entriesOf(
  bucket: Bucket,
  prefix?: string,
): AsyncGenerator<DumpedKey> {
  let width = 1;
  for await (const page of pagesOf(bucket, { prefix })) {
    for (let start = 0; start < page.length;) {
      const keys = page.slice(start, start + width);
      const entries = await bucket.getMany(keys);
      const expiries = await expiriesOf(bucket, keys);
      let bytes = 0;
      for (const [index, key] of keys.entries()) {
        const value = entries[index]?.value;
        // It was deleted since it was listed.
        if (value === undefined) continue;
        bytes += value.length;
        yield { key, value, expires: expiries[index] };
      }
      start += keys.length;
      const mean = Math.max(1, bytes / keys.length);
      width = Math.max(
        1,
        Math.min(MOST_VALUES, width * 2, Math.floor(AIM / mean)),
      );
    }
  }
}

async function expiriesOf(
  bucket: Bucket,
  keys: readonly string[],
): Promise<readonly (Date | undefined)[]> {
  const expiries = new Array<Date | undefined>(keys.length);
  await eachOf(keys, async (key, index) => {
    expiries[index] = await bucket.expiry(key);
  });
  return expiries;
}
