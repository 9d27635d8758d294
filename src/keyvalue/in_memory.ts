/**
 * Buckets in this process's memory. Nothing outlives the process; nothing is slower than a
 * copy of the value.
 *
 * @module
 */

import { addToCounter, formatCounter } from "./counter.ts";
import { dateOfExpiry, expiryOf, NEVER } from "./expiry.ts";
import { type Slot, Store } from "./in_memory_store.ts";
import { checkBucketName, checkKey } from "./key_encoding.ts";
import { pageLimit, parseCursor } from "./paging.ts";
import type {
  Backend,
  BackendSummary,
  Bucket,
  BucketInfo,
  Change,
  Entry,
  KeyPage,
  ListOptions,
  SetOptions,
  Swapped,
  Version,
  WatchOptions,
} from "./store.ts";
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
      touch: (key) => this.#watched.touch(bucket, key),
    });
    this.#stores.set(bucket, store);
    return store;
  }
}

interface StoreAccess {
  readonly now: () => number;
  readonly find: () => Store | undefined;
  readonly make: () => Store;
  readonly watch: (
    bucket: Bucket,
    options: WatchOptions,
  ) => AsyncIterable<Change>;
}

/** Every method does its work before it returns, which is what makes it atomic. */
class InMemoryBucket implements Bucket {
  readonly #access: StoreAccess;
  #found: Store | undefined;

  constructor(access: StoreAccess) {
    this.#access = access;
  }

  get(key: string): Promise<Entry | undefined> {
    return answer(() => toEntry(this.#read(key)));
  }

  set(key: string, value: Uint8Array, options?: SetOptions): Promise<void> {
    return answer(() => {
      checkKey(key);
      if (options?.ttl === undefined) {
        this.#storeToWrite().write(key, value, NEVER);
        return;
      }
      const now = this.#access.now();
      const expiresAt = expiryOf(options, now);
      const store = this.#storeToWrite();
      store.sweep(now);
      store.write(key, value, expiresAt);
    });
  }

  delete(key: string): Promise<void> {
    return answer(() => {
      const slot = this.#read(key);
      if (slot !== undefined) this.#storeToWrite().remove(slot);
    });
  }

  exists(key: string): Promise<boolean> {
    return answer(() => this.#read(key) !== undefined);
  }

  listKeys(options: ListOptions = {}): Promise<KeyPage> {
    return answer(() => {
      const after = options.cursor === undefined
        ? 0
        : Number(parseCursor(options.cursor));
      const limit = pageLimit(options);
      const prefix = options.prefix ?? "";
      const now = this.#access.now();
      const keys: string[] = [];
      let last = 0;
      for (const slot of this.#store()?.order.after(after) ?? []) {
        if (slot.expiresAt <= now || !slot.key.startsWith(prefix)) continue;
        if (keys.length === limit) return { keys, cursor: String(last) };
        keys.push(slot.key);
        last = slot.id;
      }
      return { keys };
    });
  }

  increment(key: string, delta: bigint): Promise<bigint> {
    return answer(() => {
      const slot = this.#read(key);
      const sum = addToCounter(key, slot?.value, delta);
      this.#storeToWrite().write(
        key,
        formatCounter(sum),
        slot?.expiresAt ?? NEVER,
      );
      return sum;
    });
  }

  swap(
    key: string,
    version: Version | undefined,
    value: Uint8Array,
    options?: SetOptions,
  ): Promise<Swapped> {
    return answer((): Swapped => {
      const now = this.#access.now();
      const expiresAt = expiryOf(options, now);
      const slot = this.#read(key);
      if ((slot && String(slot.version)) !== version) {
        return { swapped: false, current: toEntry(slot) };
      }
      const store = this.#storeToWrite();
      if (expiresAt !== NEVER) store.sweep(now);
      const written = store.write(key, value, expiresAt);
      return { swapped: true, version: String(written) };
    });
  }

  getMany(keys: readonly string[]): Promise<(Entry | undefined)[]> {
    return answer(() => keys.map((key) => toEntry(this.#read(key))));
  }

  setMany(
    entries: readonly (readonly [key: string, value: Uint8Array])[],
  ): Promise<void> {
    return answer(() => {
      for (const [key] of entries) checkKey(key);
      const store = this.#storeToWrite();
      for (const [key, value] of entries) {
        store.write(key, value, NEVER);
      }
    });
  }

  deleteMany(keys: readonly string[]): Promise<void> {
    return answer(() => {
      const slots = keys.map((key) => this.#read(key));
      // A key that is named twice has gone the second time.
      for (const slot of slots) {
        if (slot?.live) this.#storeToWrite().remove(slot);
      }
    });
  }

  expiry(key: string): Promise<Date | undefined> {
    return answer(() => dateOfExpiry(this.#read(key)?.expiresAt));
  }

  watch(options: WatchOptions): AsyncIterable<Change> {
    return this.#access.watch(this, options);
  }

  #store(): Store | undefined {
    if (this.#found?.dropped) this.#found = undefined;
    return this.#found ??= this.#access.find();
  }

  #storeToWrite(): Store {
    return this.#found = this.#store() ?? this.#access.make();
  }

  #read(key: string): Slot | undefined {
    checkKey(key);
    return this.#store()?.read(key, this.#access.now);
  }
}

function toEntry(slot: Slot | undefined): Entry | undefined {
  return slot &&
    { value: new Uint8Array(slot.value), version: String(slot.version) };
}

/** What `act` returns or throws, as a promise; `async` would cost a turn more and asks for an `await`. */
function answer<T>(act: () => T): Promise<T> {
  try {
    return Promise.resolve(act());
  } catch (cause) {
    return Promise.reject(cause);
  }
}
