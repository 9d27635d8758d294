/**
 * Tells other threads of this process that a key was touched, without a message: they keep what
 * they have read for as long as the count of its place stays what it was.
 *
 * @module
 */

import type { BucketMarks } from "./store.ts";

/** How many counts there are. Keys share them: a touch of one makes readers of others ask again. */
const PLACES = 1 << 16;

/** The marks of a backend's buckets. */
export class ChangeMarks {
  /** Made when a reader first asks: most processes have no other thread. */
  #counts: Int32Array<SharedArrayBuffer> | undefined;

  /**
   * The marks of one bucket.
   *
   * @param expires Whether a key's value will go without being touched.
   */
  of(bucket: string, expires: (key: string) => boolean): BucketMarks {
    const counts = this.#counts ??= new Int32Array(
      new SharedArrayBuffer(PLACES * Int32Array.BYTES_PER_ELEMENT),
    );
    return {
      counts,
      placeOf: (key) => expires(key) ? undefined : placeOf(bucket, key),
    };
  }

  /** Takes note of a key that was changed. MUST be called before the change is answered. */
  touch(bucket: string, key: string): void {
    if (this.#counts === undefined) return;
    Atomics.add(this.#counts, placeOf(bucket, key), 1);
  }
}

/** FNV-1a over UTF-16 units. That two keys share a place costs a question, and nothing else. */
function placeOf(bucket: string, key: string): number {
  let hash = 0x811c9dc5;
  for (const text of [bucket, key]) {
    for (let at = 0; at < text.length; at++) {
      hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
    }
  }
  return (hash ^ hash >>> 16) & (PLACES - 1);
}
