/**
 * The watchers of a store's buckets, for stores where all changes come from one place.
 *
 * @module
 */

import type { Bucket, Change, WatchOptions } from "./store.ts";
import { Watchers } from "./watchers.ts";

/** What {@linkcode WatchedBuckets} needs of its store. */
export interface WatchedStore {
  /** Called when the first watcher of any bucket comes. */
  begin?(): void;
  /** Called before another watcher comes: touches what has changed until now. */
  catchUp?(): void;
  /** Called when nobody watches any more, more than once maybe. */
  end?(): void;
}

/** The buckets that someone watches. */
export class WatchedBuckets {
  readonly #store: WatchedStore;
  readonly #watched = new Map<string, Watchers>();

  constructor(store: WatchedStore = {}) {
    this.#store = store;
  }

  /** Tells of every key of a bucket that is touched from this call on. */
  watch(
    name: string,
    bucket: Pick<Bucket, "get">,
    options: WatchOptions,
  ): AsyncIterable<Change> {
    this.#store.catchUp?.();
    return this.#watchersOf(name, bucket).watch(options);
  }

  /** Takes note that a key may have changed. */
  touch(name: string, key: string): void {
    this.#watched.get(name)?.touch(key);
  }

  /** Ends every watcher with a failure. */
  fail(cause: unknown): void {
    for (const watchers of [...this.#watched.values()]) watchers.fail(cause);
  }

  #watchersOf(name: string, bucket: Pick<Bucket, "get">): Watchers {
    const known = this.#watched.get(name);
    if (known !== undefined) return known;
    const watchers = new Watchers({
      look: (key) => bucket.get(key),
      begin: () => {
        if (this.#watched.size === 1) this.#store.begin?.();
      },
      end: () => {
        this.#watched.delete(name);
        if (this.#watched.size === 0) this.#store.end?.();
      },
    });
    this.#watched.set(name, watchers);
    return watchers;
  }
}
