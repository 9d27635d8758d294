/**
 * Buckets in this process's memory. Nothing outlives the process; nothing is slower than a
 * copy of the value.
 *
 * @module
 */

import { ChangeMarks } from "./change_marks.ts";
import { answer, InMemoryBucket } from "./in_memory_bucket.ts";
import { Store } from "./in_memory_store.ts";
import { checkBucketName } from "./key_encoding.ts";
import type { Backend, BackendSummary, Bucket, BucketInfo } from "./store.ts";
import { WatchedBuckets } from "./watched_buckets.ts";
import { watchClosed } from "./watchers.ts";

/** What {@linkcode openInMemory} may be told. */
export interface InMemoryOptions {
  /** The clock that values expire by. Default `Date.now`. */
  readonly now?: () => number;
}

const SUMMARY: BackendSummary = {
  location: "memory of this process",
  durable: false,
};

/** Makes a backend that keeps its buckets in memory; disposing it forgets them. */
export function openInMemory(options: InMemoryOptions = {}): Promise<Backend> {
  return Promise.resolve(new InMemoryBackend(options.now ?? Date.now));
}

class InMemoryBackend implements Backend {
  readonly summary = SUMMARY;
  /** Only buckets that were written to or created: a guest may open any number of names. */
  readonly #stores = new Map<string, Store>();
  readonly #watched = new WatchedBuckets();
  readonly #marks = new ChangeMarks();
  readonly #now: () => number;
  /** Counts every write to every bucket, so no version ever comes back. */
  #writes = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  open(bucket: string): Promise<Bucket> {
    return answer(() => {
      checkBucketName(bucket);
      return new InMemoryBucket({
        now: this.#now,
        find: () => this.#stores.get(bucket),
        make: () => this.#make(bucket),
        watch: (opened, options) =>
          this.#watched.watch(bucket, opened, options),
        marks: (expires) => this.#marks.of(bucket, expires),
      });
    });
  }

  async *list(): AsyncGenerator<string> {
    // A copy: whoever reads may make and drop buckets meanwhile.
    yield* [...this.#stores.keys()];
  }

  info(bucket: string): Promise<BucketInfo | undefined> {
    return answer(() => {
      checkBucketName(bucket);
      const store = this.#stores.get(bucket);
      return store && { name: bucket, ...store.measure(this.#now()) };
    });
  }

  create(bucket: string): Promise<boolean> {
    return answer(() => {
      checkBucketName(bucket);
      if (this.#stores.has(bucket)) return false;
      this.#make(bucket);
      return true;
    });
  }

  drop(bucket: string): Promise<boolean> {
    return answer(() => {
      checkBucketName(bucket);
      this.#stores.get(bucket)?.clear();
      return this.#stores.delete(bucket);
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#stores.clear();
    this.#watched.fail(watchClosed());
    return Promise.resolve();
  }

  #make(bucket: string): Store {
    const store = new Store({
      nextVersion: () => ++this.#writes,
      touch: (key) => {
        this.#marks.touch(bucket, key);
        this.#watched.touch(bucket, key);
      },
    });
    this.#stores.set(bucket, store);
    return store;
  }
}
