/**
 * A bucket of another thread, of which a lane keeps what it has read. What it keeps it gives only
 * while the bucket's marks say that nothing has touched the key: a guest sees no older value than
 * by asking.
 *
 * @module
 */

import {
  type Answer,
  type Bucket,
  type BucketAtHand,
  type Entry,
  readsAtHand,
} from "../keyvalue/store.ts";
import type { ReadEntry } from "../runtime/lane_protocol.ts";

/** How many keys of a bucket are kept. */
const MOST_KEYS = 1000;

/** Larger values are asked for each time. */
const LARGEST_VALUE = 64 * 1024;

/** How many bytes of values are kept of a bucket. */
const MOST_BYTES = 8 * 1024 * 1024;

/** What was read, and under which mark. */
interface Kept {
  readonly entry: Entry | undefined;
  readonly place: number;
  readonly count: number;
}

/**
 * The bucket with a memory.
 *
 * @param read Asks for a key.
 * @param counts What the marks of answers speak of.
 */
export function rememberingBucket(
  bucket: Bucket,
  read: (key: string) => Promise<ReadEntry>,
  counts: Int32Array<SharedArrayBuffer>,
): BucketAtHand {
  const kept = new KeptEntries();
  const readNow = async (key: string): Promise<Entry | undefined> => {
    const { entry, mark } = await read(key);
    if (mark !== undefined) kept.set(key, { entry, ...mark });
    return entry;
  };
  const get = (key: string): Answer<Entry | undefined> => {
    const found = kept.get(key);
    return found !== undefined &&
        Atomics.load(counts, found.place) === found.count
      ? found.entry
      : readNow(key);
  };
  const isThere = (entry: Entry | undefined) => entry !== undefined;
  return readsAtHand(bucket, {
    get,
    exists(key) {
      const entry = get(key);
      return entry instanceof Promise ? entry.then(isThere) : isThere(entry);
    },
  });
}

/** What was read last, within bounds. */
class KeptEntries {
  readonly #entries = new Map<string, Kept>();
  #bytes = 0;

  get(key: string): Kept | undefined {
    return this.#entries.get(key);
  }

  set(key: string, kept: Kept): void {
    this.#forget(key);
    const size = sizeOf(key, kept);
    if (size > LARGEST_VALUE) return;
    this.#entries.set(key, kept);
    this.#bytes += size;
    while (this.#bytes > MOST_BYTES || this.#entries.size > MOST_KEYS) {
      const [oldest] = this.#entries.keys();
      this.#forget(oldest!);
    }
  }

  #forget(key: string): void {
    const kept = this.#entries.get(key);
    if (kept === undefined) return;
    this.#entries.delete(key);
    this.#bytes -= sizeOf(key, kept);
  }
}

/** Keys are the guest's too, and have any length. */
function sizeOf(key: string, { entry }: Kept): number {
  return 2 * key.length + (entry?.value.length ?? 0);
}
