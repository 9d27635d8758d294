/**
 * A bucket in a Deno KV database.
 *
 * @module
 */

import { addToCounter, formatCounter } from "../counter.ts";
import { dateOfExpiry, expiryOf, NEVER } from "../expiry.ts";
import { checkKey, quote } from "../key_encoding.ts";
import type {
  Bucket,
  Change,
  Entry,
  KeyPage,
  ListOptions,
  SetOptions,
  Swapped,
  Version,
  WatchOptions,
} from "../store.ts";
import { type BucketPart, nameKey, placeOf } from "./layout.ts";
import { Watchers } from "../watchers.ts";
import { idOf } from "./notes.ts";
import { pageOf } from "./pages.ts";
import { type Call, type DenoKvStore, type Put, REPLACED } from "./store.ts";
import { NoteReader } from "./watch.ts";

/** What a value of Deno KV takes of a name; a longer one is not written down, so its bucket is not listed. */
const LONGEST_NAME = 20_000;

/** The bucket of that name in a database. */
export class DenoKvBucket implements Bucket {
  readonly #store: DenoKvStore;
  readonly #name: string;
  readonly #part: BucketPart;
  #naming: Promise<void> | undefined;
  /** What the bucket's keys have in front of them in the queue. */
  readonly #queueName: string;
  readonly #watchers: Watchers;
  #notes: NoteReader | undefined;

  constructor(
    store: DenoKvStore,
    { name, part }: { readonly name: string; readonly part: BucketPart },
  ) {
    this.#store = store;
    this.#name = name;
    this.#part = part;
    this.#queueName = `${name.length} ${name}`;
    this.#watchers = new Watchers({
      look: (key) => this.get(key),
      begin: () => this.#beginWatch(),
      end: () => this.#endWatch(),
    });
  }

  async get(key: string): Promise<Entry | undefined> {
    return await this.#store.entry(await this.#call("get", key));
  }

  async set(
    key: string,
    value: Uint8Array,
    options?: SetOptions,
  ): Promise<void> {
    const put: Put = {
      value: new Uint8Array(value),
      expiresAt: expiryOf(options, this.#store.now()),
    };
    await this.#write("set", key, (call) => this.#store.put(call, put));
  }

  async delete(key: string): Promise<void> {
    await this.#write(
      "delete",
      key,
      (call) => this.#store.put(call, undefined),
    );
  }

  async exists(key: string): Promise<boolean> {
    return await this.#store.has(await this.#call("look for", key));
  }

  async listKeys(options: ListOptions = {}): Promise<KeyPage> {
    checkKey(options.prefix ?? "");
    return await pageOf(this.#store, this.#part, options);
  }

  async increment(key: string, delta: bigint): Promise<bigint> {
    return await this.#write(
      "increment",
      key,
      (call) =>
        this.#store.replace(call, async (seen) => {
          const current = await this.#store.entryOf(call, seen);
          if (current === REPLACED) return REPLACED;
          const sum = addToCounter(key, current?.value, delta);
          const expiresAt = seen.alive?.expiresAt ?? NEVER;
          return { put: { value: formatCounter(sum), expiresAt }, result: sum };
        }),
    );
  }

  async swap(
    key: string,
    version: Version | undefined,
    value: Uint8Array,
    options?: SetOptions,
  ): Promise<Swapped> {
    const copy = new Uint8Array(value);
    return await this.#write("swap", key, async (call) => {
      const expiresAt = expiryOf(options, this.#store.now());
      return await this.#store.replace<Swapped>(call, async (seen) => {
        const there = seen.alive && seen.versionstamp!;
        if (seen.foreign || there !== version) {
          const current = await this.#store.entryOf(call, seen);
          if (current === REPLACED) return REPLACED;
          return { result: { swapped: false, current } };
        }
        return {
          put: { value: copy, expiresAt },
          done: (version) => ({ swapped: true, version }),
        };
      });
    });
  }

  async getMany(keys: readonly string[]): Promise<(Entry | undefined)[]> {
    return await allDone(keys.map((key) => this.get(key)));
  }

  async setMany(
    entries: readonly (readonly [key: string, value: Uint8Array])[],
  ): Promise<void> {
    const last = new Map(
      entries.map(([key, value]) => [key, new Uint8Array(value)]),
    );
    for (const key of last.keys()) checkKey(key);
    await allDone([...last].map(([key, value]) => this.set(key, value)));
  }

  async deleteMany(keys: readonly string[]): Promise<void> {
    for (const key of keys) checkKey(key);
    await allDone([...new Set(keys)].map((key) => this.delete(key)));
  }

  async expiry(key: string): Promise<Date | undefined> {
    const call = await this.#call("get the expiry of", key);
    return dateOfExpiry(await this.#store.expiresAt(call));
  }

  watch(options: WatchOptions): AsyncIterable<Change> {
    return this.#watchers.watch(options);
  }

  #beginWatch(): void {
    this.#store.watched.set(idOf(this.#part), this.#watchers);
    this.#notes = new NoteReader({
      connection: this.#store.connection,
      bucket: this.#part,
      reading: this.#store.reading,
      touch: (key) => this.#watchers.touch(key),
      fail: (cause) => this.#watchers.fail(cause),
    });
  }

  #endWatch(): void {
    const { watched } = this.#store;
    const id = idOf(this.#part);
    if (watched.get(id) === this.#watchers) watched.delete(id);
    this.#notes?.[Symbol.dispose]();
    this.#notes = undefined;
  }

  async #call(act: string, key: string): Promise<Call> {
    checkKey(key);
    const place = placeOf(this.#part, key);
    return {
      act: `${act} ${quote(key)}`,
      place: place instanceof Promise ? await place : place,
    };
  }

  #write<T>(
    act: string,
    key: string,
    task: (call: Call) => Promise<T>,
  ): Promise<T> {
    checkKey(key);
    return this.#store.queue.run(
      `${this.#queueName} ${key}`,
      async () => {
        if (this.#part instanceof Uint8Array) await this.#keepName(this.#part);
        return await task(await this.#call(act, key));
      },
    );
  }

  /** Writes down what the hash of the name does not tell, once before the first write. */
  async #keepName(hash: Uint8Array<ArrayBuffer>): Promise<void> {
    if (this.#name.length > LONGEST_NAME) return;
    const naming = this.#naming ??= this.#store.connection.call(
      "set the name of a bucket",
      (kv) => kv.set(nameKey(hash), this.#name),
    ).then(() => {});
    try {
      await naming;
    } catch (cause) {
      // The next write tries again.
      if (this.#naming === naming) this.#naming = undefined;
      throw cause;
    }
  }
}

/** Waits for all; fails as the first that failed, once none is under way. */
async function allDone<T>(calls: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(calls);
  return await Promise.all(calls);
}
