/**
 * One bucket in this process's memory: what is done to its keys, and the same behind promises.
 *
 * @module
 */

import { addToCounter, formatCounter } from "./counter.ts";
import { dateOfExpiry, expiryOf, NEVER } from "./expiry.ts";
import type { Slot, Store } from "./in_memory_store.ts";
import { checkKey } from "./key_encoding.ts";
import { pageLimit, parseCursor } from "./paging.ts";
import type {
  Bucket,
  BucketAtHand,
  BucketMarks,
  Change,
  Entry,
  KeyPage,
  ListOptions,
  SetOptions,
  Swapped,
  Version,
  WatchOptions,
} from "./store.ts";

/** What a bucket knows of its backend. */
export interface StoreAccess {
  readonly now: () => number;
  readonly find: () => Store | undefined;
  readonly make: () => Store;
  readonly watch: (
    bucket: Bucket,
    options: WatchOptions,
  ) => AsyncIterable<Change>;
  readonly marks: (expires: (key: string) => boolean) => BucketMarks;
}

/** Every method does its work before it returns, which is what makes it atomic. */
class InMemoryKeys implements BucketAtHand {
  readonly #access: StoreAccess;
  #found: Store | undefined;

  constructor(access: StoreAccess) {
    this.#access = access;
  }

  get(key: string): Entry | undefined {
    return toEntry(this.#read(key));
  }

  set(key: string, value: Uint8Array, options?: SetOptions): void {
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
  }

  delete(key: string): void {
    const slot = this.#read(key);
    if (slot !== undefined) this.#storeToWrite().remove(slot);
  }

  exists(key: string): boolean {
    return this.#read(key) !== undefined;
  }

  listKeys(options: ListOptions = {}): KeyPage {
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
  }

  increment(key: string, delta: bigint): bigint {
    const slot = this.#read(key);
    const sum = addToCounter(key, slot?.value, delta);
    this.#storeToWrite().write(
      key,
      formatCounter(sum),
      slot?.expiresAt ?? NEVER,
    );
    return sum;
  }

  swap(
    key: string,
    version: Version | undefined,
    value: Uint8Array,
    options?: SetOptions,
  ): Swapped {
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
  }

  getMany(keys: readonly string[]): (Entry | undefined)[] {
    return keys.map((key) => toEntry(this.#read(key)));
  }

  setMany(
    entries: readonly (readonly [key: string, value: Uint8Array])[],
  ): void {
    for (const [key] of entries) checkKey(key);
    const store = this.#storeToWrite();
    for (const [key, value] of entries) {
      store.write(key, value, NEVER);
    }
  }

  deleteMany(keys: readonly string[]): void {
    const slots = keys.map((key) => this.#read(key));
    // A key that is named twice has gone the second time.
    for (const slot of slots) {
      if (slot?.live) this.#storeToWrite().remove(slot);
    }
  }

  expiry(key: string): Date | undefined {
    return dateOfExpiry(this.#read(key)?.expiresAt);
  }

  /** Whether a key's value will go by itself. */
  expires(key: string): boolean {
    return (this.#read(key)?.expiresAt ?? NEVER) !== NEVER;
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

/** A bucket in memory; {@linkcode InMemoryBucket.atHand} does what there is to do. */
export class InMemoryBucket implements Bucket {
  readonly atHand: InMemoryKeys;
  readonly #access: StoreAccess;
  #marks: BucketMarks | undefined;

  /** @param access Where its keys are. */
  constructor(access: StoreAccess) {
    this.atHand = new InMemoryKeys(access);
    this.#access = access;
  }

  get marks(): BucketMarks {
    return this.#marks ??= this.#access.marks((key) =>
      this.atHand.expires(key)
    );
  }

  get(key: string): Promise<Entry | undefined> {
    return answer(() => ownEntry(this.atHand.get(key)));
  }

  set(key: string, value: Uint8Array, options?: SetOptions): Promise<void> {
    return answer(() => this.atHand.set(key, value, options));
  }

  delete(key: string): Promise<void> {
    return answer(() => this.atHand.delete(key));
  }

  exists(key: string): Promise<boolean> {
    return answer(() => this.atHand.exists(key));
  }

  listKeys(options?: ListOptions): Promise<KeyPage> {
    return answer(() => this.atHand.listKeys(options));
  }

  increment(key: string, delta: bigint): Promise<bigint> {
    return answer(() => this.atHand.increment(key, delta));
  }

  swap(
    key: string,
    version: Version | undefined,
    value: Uint8Array,
    options?: SetOptions,
  ): Promise<Swapped> {
    return answer(() =>
      ownSwapped(this.atHand.swap(key, version, value, options))
    );
  }

  getMany(keys: readonly string[]): Promise<(Entry | undefined)[]> {
    return answer(() => this.atHand.getMany(keys).map(ownEntry));
  }

  setMany(
    entries: readonly (readonly [key: string, value: Uint8Array])[],
  ): Promise<void> {
    return answer(() => this.atHand.setMany(entries));
  }

  deleteMany(keys: readonly string[]): Promise<void> {
    return answer(() => this.atHand.deleteMany(keys));
  }

  expiry(key: string): Promise<Date | undefined> {
    return answer(() => this.atHand.expiry(key));
  }

  watch(options: WatchOptions): AsyncIterable<Change> {
    return this.#access.watch(this, options);
  }
}

/** What is there now; its value is the store's. */
function toEntry(slot: Slot | undefined): Entry | undefined {
  return slot && { value: slot.value, version: String(slot.version) };
}

/** The same with bytes that are whoever asks's own. */
function ownEntry(entry: Entry | undefined): Entry | undefined {
  return entry && { ...entry, value: new Uint8Array(entry.value) };
}

function ownSwapped(swapped: Swapped): Swapped {
  return swapped.swapped
    ? swapped
    : { swapped: false, current: ownEntry(swapped.current) };
}

/**
 * What `act` returns or throws, as a promise; `async` would cost a turn more and asks for an
 * `await`.
 */
export function answer<T>(act: () => T): Promise<T> {
  try {
    return Promise.resolve(act());
  } catch (cause) {
    return Promise.reject(cause);
  }
}
