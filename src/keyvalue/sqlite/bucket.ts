/**
 * A bucket of rows.
 *
 * @module
 */

import { addToCounter, formatCounter } from "../counter.ts";
import { dateOfExpiry, expiryOf, NEVER } from "../expiry.ts";
import { checkKey, quote } from "../key_encoding.ts";
import {
  type Bucket,
  type BucketAtHand,
  type Change,
  type Entry,
  type KeyPage,
  type ListOptions,
  readsAtHand,
  type SetOptions,
  type Swapped,
  type Version,
  type WatchOptions,
} from "../store.ts";
import type { WatchedBuckets } from "../watched_buckets.ts";
import type { Database } from "./database.ts";
import { explain } from "./errors.ts";
import { pageOf } from "./pages.ts";
import {
  nextTurn,
  type Transaction,
  type Transactions,
} from "./transactions.ts";

/** What the buckets of one store share. */
export interface SqliteStore {
  readonly database: Database;
  readonly transactions: Transactions;
  readonly now: () => number;
  readonly watched: WatchedBuckets;
}

/** A row that has not expired. */
interface Row {
  readonly value: Uint8Array<ArrayBuffer>;
  readonly version: number;
  readonly expiresAt: number | null;
}

/** As `statements.find` gives it. */
type FoundRow = readonly [Row["value"], Row["version"], Row["expiresAt"]];

type WriteEntry = readonly [key: string, value: Uint8Array];

/** How many keys of one call are read or written before others have their turn. */
const SLICE = 500;

/** The bucket of that name in a store. */
export class SqliteBucket implements Bucket {
  /** A row is read where the caller stands: SQLite has no other way. */
  readonly atHand: BucketAtHand = readsAtHand(this, {
    get: (key) => this.#readNow("get", key, () => toEntry(this.#find(key))),
    exists: (key) => this.#readNow("look for", key, () => this.#isThere(key)),
  });
  readonly #store: SqliteStore;
  readonly #name: Uint8Array;
  readonly #watch: (options: WatchOptions) => AsyncIterable<Change>;
  /** The bucket's row, once one was seen committed. */
  #id: number | undefined;

  constructor(name: string, store: SqliteStore) {
    this.#name = new TextEncoder().encode(name);
    this.#store = store;
    this.#watch = (options) => store.watched.watch(name, this, options);
  }

  get(key: string): Promise<Entry | undefined> {
    return this.#read("get", key, () => toEntry(this.#find(key)));
  }

  set(key: string, value: Uint8Array, options?: SetOptions): Promise<void> {
    return this.#write("set", key, () => {
      const copy = new Uint8Array(value);
      const now = this.#store.now();
      const expiresAt = expiryOf(options, now);
      return (transaction, bucket) => {
        if (expiresAt !== NEVER) transaction.statements.sweep.run(now);
        put(transaction, { bucket, key, value: copy, expiresAt });
      };
    });
  }

  delete(key: string): Promise<void> {
    return this.#write("delete", key, () => {
      return ({ statements }, bucket) => {
        statements.remove.run(bucket, key);
      };
    });
  }

  exists(key: string): Promise<boolean> {
    return this.#read("look for", key, () => this.#isThere(key));
  }

  async listKeys(options: ListOptions = {}): Promise<KeyPage> {
    const prefix = options.prefix ?? "";
    const { database, now } = this.#store;
    try {
      checkKey(prefix);
      const bucket = this.#knownId();
      return await pageOf(options, {
        statements: () => database.statements(),
        bucket,
        now: now(),
      });
    } catch (cause) {
      throw explain(cause, {
        act: `list keys from ${quote(prefix)}`,
        file: database.file,
      });
    }
  }

  increment(key: string, delta: bigint): Promise<bigint> {
    return this.#write("increment", key, () => {
      return (transaction, bucket) => {
        const current = this.#find(key, bucket);
        const sum = addToCounter(key, current?.value, delta);
        put(transaction, {
          bucket,
          key,
          value: formatCounter(sum),
          expiresAt: current?.expiresAt ?? NEVER,
        });
        return sum;
      };
    });
  }

  swap(
    key: string,
    version: Version | undefined,
    value: Uint8Array,
    options?: SetOptions,
  ): Promise<Swapped> {
    return this.#write("swap", key, () => {
      const copy = new Uint8Array(value);
      const now = this.#store.now();
      const expiresAt = expiryOf(options, now);
      return (transaction, bucket): Swapped => {
        const current = this.#find(key, bucket);
        if ((current && String(current.version)) !== version) {
          return { swapped: false, current: toEntry(current) };
        }
        const written = put(transaction, {
          bucket,
          key,
          value: copy,
          expiresAt,
        });
        return { swapped: true, version: String(written) };
      };
    });
  }

  async getMany(keys: readonly string[]): Promise<(Entry | undefined)[]> {
    const entries: (Entry | undefined)[] = [];
    for (let start = 0; start < keys.length; start += SLICE) {
      if (start > 0) await nextTurn();
      for (const key of keys.slice(start, start + SLICE)) {
        entries.push(await this.get(key));
      }
    }
    return entries;
  }

  async setMany(
    entries: readonly (readonly [key: string, value: Uint8Array])[],
  ): Promise<void> {
    const copies = entries.map(([key, value]): WriteEntry => {
      checkKey(key);
      return [key, new Uint8Array(value)];
    });
    await this.#inSlices("set many", copies, (transaction, bucket) => {
      return ([key, value]) =>
        put(transaction, { bucket, key, value, expiresAt: NEVER });
    });
  }

  async deleteMany(keys: readonly string[]): Promise<void> {
    for (const key of keys) checkKey(key);
    await this.#inSlices("delete many", [...keys], ({ statements }, bucket) => {
      return (key) => statements.remove.run(bucket, key);
    });
  }

  expiry(key: string): Promise<Date | undefined> {
    return this.#read("get the expiry of", key, () => {
      return dateOfExpiry(this.#find(key)?.expiresAt ?? NEVER);
    });
  }

  watch(options: WatchOptions): AsyncIterable<Change> {
    return this.#watch(options);
  }

  async #inSlices<T>(
    act: string,
    items: readonly T[],
    begin: (transaction: Transaction, bucket: number) => (item: T) => unknown,
  ): Promise<void> {
    // All are asked for now, so that a later call on one of the keys comes after them.
    const slices = Array.from(
      { length: Math.ceil(items.length / SLICE) },
      (_, index) => items.slice(index * SLICE, (index + 1) * SLICE),
    );
    await Promise.all(
      slices.map((slice) =>
        this.#write(act, "", () => (transaction, bucket) => {
          slice.forEach(begin(transaction, bucket));
        })
      ),
    );
  }

  #isThere(key: string): boolean {
    const id = this.#knownId();
    const row = id === undefined
      ? undefined
      : this.#store.database.statements().has.get(id, key);
    return row !== undefined && isAlive(row.expiresAt, this.#store.now());
  }

  /** Runs `read` now; `async` would cost a turn more. */
  #read<T>(act: string, key: string, read: () => T): Promise<T> {
    try {
      return Promise.resolve(this.#readNow(act, key, read));
    } catch (cause) {
      return Promise.reject(cause);
    }
  }

  #readNow<T>(act: string, key: string, read: () => T): T {
    try {
      checkKey(key);
      return read();
    } catch (cause) {
      throw explain(cause, {
        act: `${act} ${quote(key)}`,
        file: this.#store.database.file,
      });
    }
  }

  /** Runs `prepare` now, as the caller may change its arrays afterwards, and what it returns in a transaction. */
  async #write<T>(
    act: string,
    key: string,
    prepare: () => (transaction: Transaction, bucket: number) => T,
  ): Promise<T> {
    checkKey(key);
    // Fails here if the store was closed.
    this.#store.database.statements();
    const write = prepare();
    let id: number | undefined;
    const result = await this.#store.transactions.run(
      `${act} ${quote(key)}`,
      (transaction) => {
        id = this.#id ?? this.#idIn(transaction);
        return write(transaction, id);
      },
    );
    this.#id = id;
    return result;
  }

  #find(key: string, bucket = this.#knownId()): Row | undefined {
    if (bucket === undefined) return undefined;
    const row = this.#store.database.statements().find.get(bucket, key) as
      | FoundRow
      | undefined;
    if (row === undefined) return undefined;
    // By index: taking a list apart goes by its iterator, which is slow.
    const expiresAt = row[2];
    return expiresAt === null || isAlive(expiresAt, this.#store.now())
      ? { value: row[0], version: row[1], expiresAt }
      : undefined;
  }

  #knownId(): number | undefined {
    return this.#id ??= idOf(
      this.#store.database.statements().findBucket.get(this.#name),
    );
  }

  #idIn({ statements }: Transaction): number {
    return idOf(statements.findBucket.get(this.#name)) ??
      idOf(statements.addBucket.get(this.#name))!;
  }
}

interface Put {
  readonly bucket: number;
  readonly key: string;
  readonly value: Uint8Array;
  readonly expiresAt: number;
}

/** Writes a row and returns its version. */
function put(
  transaction: Transaction,
  { bucket, key, value, expiresAt }: Put,
): number {
  const version = transaction.nextVersion();
  transaction.statements.put.run(
    bucket,
    key,
    value,
    version,
    expiresAt === NEVER ? null : expiresAt,
  );
  return version;
}

function idOf(row: Record<string, unknown> | undefined): number | undefined {
  return row && Number(row.id);
}

function isAlive(expiresAt: unknown, now: number): boolean {
  return expiresAt === null || Number(expiresAt) > now;
}

function toEntry(row: Row | undefined): Entry | undefined {
  return row && { value: row.value, version: String(row.version) };
}
