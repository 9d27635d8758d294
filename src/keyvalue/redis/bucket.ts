/**
 * A bucket of Redis strings.
 *
 * @module
 */

import { addToCounter, formatCounter } from "../counter.ts";
import { dateOfExpiry, expiryOf } from "../expiry.ts";
import { checkKey, quote } from "../key_encoding.ts";
import {
  type Bucket,
  type Change,
  type Entry,
  type KeyPage,
  KeyValueError,
  type ListOptions,
  type SetOptions,
  type Swapped,
  type Version,
  type WatchOptions,
} from "../store.ts";
import {
  ADD,
  CHECK_TYPE,
  EXCHANGE,
  type Exchanged,
  type Found,
  IS_ONE_THERE,
  IS_THERE,
  type Place,
  READ,
  REMOVE,
  TIME_LEFT,
  WRITE,
  WRITE_FOR,
} from "./calls.ts";
import { explain, Failure } from "./failure.ts";
import type { KeyPages, KeySource } from "./key_pages.ts";
import {
  mayHoldVersions,
  patternOf,
  VERSION_KEY,
  versionKeyOf,
} from "./layout.ts";
import type { Rounds } from "./rounds.ts";
import { SCAN, scanKeys, type Scanned } from "./scan.ts";
import { versionOf } from "./version.ts";
import type { Watches } from "./watch.ts";

/** What the buckets of a backend share. */
export interface Server {
  readonly location: string;
  readonly rounds: Rounds;
  readonly pages: KeyPages;
  readonly watches: Watches;
  /** A text that no other write has. */
  readonly token: () => string;
}

/** The most Redis takes; of more it ends the connection that all share. */
const LARGEST_VALUE = 512 * 2 ** 20;
/** Attempts at a change that others keep getting ahead of. */
const ATTEMPTS = 100;

/** The keys behind one prefix. */
export class RedisBucket implements Bucket {
  readonly #server: Server;
  readonly #prefix: string;
  readonly #hasReserved: boolean;

  constructor(server: Server, prefix: string) {
    this.#server = server;
    this.#prefix = prefix;
    this.#hasReserved = mayHoldVersions(prefix);
  }

  get(key: string): Promise<Entry | undefined> {
    return this.#attempt(
      "get",
      key,
      async () => toEntry(await this.#read(key)),
    );
  }

  set(key: string, value: Uint8Array, options?: SetOptions): Promise<void> {
    const copy = copyOf(value);
    return this.#attempt("set", key, () => {
      checkSize(key, copy);
      const { rounds, token } = this.#server;
      const write = { ...this.#placeOf(key), value: copy, token: token() };
      if (options?.ttl === undefined) {
        return rounds.submit(WRITE, write, copy.length);
      }
      expiryOf(options, 0);
      return rounds.submit(WRITE_FOR, { ...write, ttl: options.ttl });
    });
  }

  delete(key: string): Promise<void> {
    return this.#attempt(
      "delete",
      key,
      () => this.#server.rounds.submit(REMOVE, this.#placeOf(key).key),
    );
  }

  exists(key: string): Promise<boolean> {
    return this.#attempt(
      "look for",
      key,
      () => this.#isThere(this.#placeOf(key).key),
    );
  }

  listKeys(options: ListOptions = {}): Promise<KeyPage> {
    return this.#attempt(
      "list keys from",
      options.prefix ?? "",
      () => this.#server.pages.page(this.#prefix, options, this.#source()),
    );
  }

  increment(key: string, delta: bigint): Promise<bigint> {
    return this.#attempt("increment", key, async () => {
      const { rounds, token } = this.#server;
      const place = this.#placeOf(key);
      try {
        const addition = { ...place, delta, token: token() };
        return BigInt(await rounds.submit(ADD, addition));
      } catch (cause) {
        // No number to Redis, which refuses " 1" and "007", or a sum out of range.
        if (!(cause instanceof Failure) || cause.word !== "ERR") throw cause;
      }
      return await this.#incrementBySwap(key, delta);
    });
  }

  swap(
    key: string,
    version: Version | undefined,
    value: Uint8Array,
    options?: SetOptions,
  ): Promise<Swapped> {
    const copy = copyOf(value);
    return this.#attempt("swap", key, async (): Promise<Swapped> => {
      checkSize(key, copy);
      expiryOf(options, 0);
      const expected = version === undefined
        ? undefined
        : await this.#read(key);
      if (version !== (expected && versionOf(expected.token, expected.value))) {
        return { swapped: false, current: toEntry(expected) };
      }
      const token = this.#server.token();
      const ended = await this.#exchange(key, {
        expected,
        value: copy,
        token,
        ttl: options?.ttl ?? "none",
      });
      return ended.done
        ? { swapped: true, version: versionOf(token, new Uint8Array(copy)) }
        : { swapped: false, current: toEntry(ended.found) };
    });
  }

  getMany(keys: readonly string[]): Promise<(Entry | undefined)[]> {
    return Promise.all(keys.map((key) => this.get(key)));
  }

  async setMany(
    entries: readonly (readonly [key: string, value: Uint8Array])[],
  ): Promise<void> {
    for (const [key] of entries) checkKey(key);
    await allOf(entries.map(([key, value]) => this.set(key, value)));
  }

  async deleteMany(keys: readonly string[]): Promise<void> {
    for (const key of keys) checkKey(key);
    await allOf(keys.map((key) => this.delete(key)));
  }

  expiry(key: string): Promise<Date | undefined> {
    return this.#attempt("get the expiry of", key, async () => {
      const { rounds } = this.#server;
      const left = await rounds.submit(TIME_LEFT, this.#placeOf(key).key);
      // By this host's clock, which is what the caller compares it with.
      return left < 0 ? undefined : dateOfExpiry(Date.now() + left);
    });
  }

  /** What a key is in Redis. */
  redisKeyOf(key: string): string {
    return this.#placeOf(key).key;
  }

  /** The keys of the bucket, some at a time, each at least once. */
  async *scan(): AsyncGenerator<readonly string[]> {
    const pattern = patternOf(this.#prefix);
    for await (const keys of scanKeys(this.#server.rounds, pattern)) {
      yield keys.map((key) => this.#keyOf(key)).filter((key) =>
        key !== undefined
      );
    }
  }

  async *watch(options: WatchOptions): AsyncGenerator<Change> {
    const { watches, location } = this.#server;
    const wanted = this.#prefix + (options.prefix ?? "");
    try {
      const changes = watches.changes(wanted, options.signal);
      for await (const { key: redisKey, gone } of changes) {
        const key = this.#keyOf(redisKey);
        if (key === undefined) continue;
        if (gone) {
          yield { kind: "delete", key };
          continue;
        }
        const entry = await this.get(key);
        if (entry !== undefined) yield { kind: "set", key, entry };
      }
    } catch (cause) {
      throw explain(cause, { act: "watch keys", location });
    }
  }

  #source(): KeySource {
    return {
      step: (prefix, scan, count) => this.#scan(prefix, { scan, count }),
      present: (keys) => this.#present(keys),
    };
  }

  async #scan(
    prefix: string,
    { scan, count }: { readonly scan: number; readonly count: number },
  ): Promise<Scanned> {
    const pattern = patternOf(this.#prefix + prefix);
    const look = { scan, pattern, count };
    const { keys, next } = await this.#server.rounds.submit(SCAN, look);
    const names = keys.map((key) => this.#keyOf(key));
    return { keys: names.filter((name) => name !== undefined), next };
  }

  async #present(keys: readonly string[]): Promise<string[]> {
    const there = await Promise.all(
      keys.map((key) => this.#isThere(this.#prefix + key)),
    );
    return keys.filter((_, index) => there[index]);
  }

  /** Whether there is a key, asked together with others: mostly all are there, or none. */
  async #isThere(redisKey: string): Promise<boolean> {
    const { rounds } = this.#server;
    return await rounds.submit(IS_THERE, redisKey) ??
      await rounds.submit(IS_ONE_THERE, redisKey);
  }

  async #read(key: string): Promise<Found | undefined> {
    const { rounds } = this.#server;
    const place = this.#placeOf(key);
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const found = await rounds.submit(READ, place);
      if (found !== undefined) return found;
      // Absent, or no string, or set this very moment.
      if (!await this.#isThere(place.key)) return undefined;
      await rounds.submit(CHECK_TYPE, place.key);
    }
    throw contended();
  }

  /** Adds to what `counter.ts` can read and Redis cannot, or tells why it is not possible. */
  async #incrementBySwap(key: string, delta: bigint): Promise<bigint> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const expected = await this.#read(key);
      const sum = addToCounter(key, expected?.value, delta);
      const ended = await this.#exchange(key, {
        expected,
        value: Buffer.from(formatCounter(sum)),
        token: this.#server.token(),
        ttl: "keep",
      });
      if (ended.done) return sum;
    }
    throw contended();
  }

  #exchange(
    key: string,
    exchange: {
      readonly expected: Found | undefined;
      readonly value: Buffer;
      readonly token: string;
      readonly ttl: number | "keep" | "none";
    },
  ): Promise<Exchanged> {
    return this.#server.rounds.submit(EXCHANGE, {
      ...this.#placeOf(key),
      ...exchange,
    });
  }

  #placeOf(key: string): Place {
    const redisKey = this.#prefix + key;
    if (this.#hasReserved && redisKey.startsWith(VERSION_KEY)) {
      throw new KeyValueError(
        "other",
        `Cannot use key ${
          quote(key)
        }: Wharf keeps versions under ${VERSION_KEY}*; use another key`,
      );
    }
    return { key: redisKey, versionKey: versionKeyOf(redisKey) };
  }

  /** The name of a Redis key in this bucket, if it is one of its keys. */
  #keyOf(redisKey: string): string | undefined {
    if (!redisKey.startsWith(this.#prefix)) return undefined;
    if (this.#hasReserved && redisKey.startsWith(VERSION_KEY)) return undefined;
    return redisKey.slice(this.#prefix.length);
  }

  async #attempt<T>(
    act: string,
    key: string,
    task: () => Promise<T>,
  ): Promise<T> {
    try {
      checkKey(key);
      return await task();
    } catch (cause) {
      throw explain(cause, {
        act: `${act} ${quote(key)}`,
        location: this.#server.location,
      });
    }
  }
}

function toEntry(found: Found | undefined): Entry | undefined {
  return found &&
    { value: found.value, version: versionOf(found.token, found.value) };
}

/** The bytes as they are now, as ioredis takes them: of a plain array it would send the text. What is too large is not copied. */
function copyOf(value: Uint8Array): Buffer {
  return value.length > LARGEST_VALUE
    ? Buffer.from(value.buffer, value.byteOffset, value.length)
    : Buffer.from(value);
}

function checkSize(key: string, value: Uint8Array): void {
  if (value.length <= LARGEST_VALUE) return;
  throw new KeyValueError(
    "other",
    `Cannot set ${
      quote(key)
    }: Redis keeps 512 MiB at most, and the value has ${value.length} bytes; split it`,
  );
}

/** Waits for all, then fails if one has. */
async function allOf(calls: readonly Promise<void>[]): Promise<void> {
  const ended = await Promise.allSettled(calls);
  const failure = ended.find((call) => call.status === "rejected");
  if (failure !== undefined) throw failure.reason;
}

function contended(): Failure {
  return new Failure(
    "other",
    `others changed it ${ATTEMPTS} times meanwhile; try again`,
  );
}
