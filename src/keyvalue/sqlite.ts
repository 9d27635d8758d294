/**
 * Buckets in one SQLite database: the filesystem backend's engine for hot data.
 *
 * `node:sqlite` is synchronous, which the house forbids on a request's path but for this
 * store: a read is a few microseconds from the page cache, and all writes of one turn of
 * the event loop share one transaction, so that 64 writers wait for one flush of the disk
 * together. Nothing waits for a lock that another process holds without giving the loop
 * back. Who cannot bear the flush either opens the store in a Worker.
 *
 * The layout of the database is told in `sqlite/database.ts`.
 *
 * @module
 */

import { BoundedCache } from "./bounded_cache.ts";
import { checkBucketName } from "./key_encoding.ts";
import { SqliteBucket, type SqliteStore } from "./sqlite/bucket.ts";
import { dropBucket, isThere, listBuckets } from "./sqlite/buckets.ts";
import { type Database, openDatabase } from "./sqlite/database.ts";
import { Transactions } from "./sqlite/transactions.ts";
import type { Backend, BackendSummary, Bucket, BucketInfo } from "./store.ts";
import { Touches } from "./sqlite/watch.ts";
import { WatchedBuckets } from "./watched_buckets.ts";
import { watchClosed } from "./watchers.ts";

/**
 * What an acknowledged write outlives: `power-cut` flushes the disk at each commit, as the
 * files engine does; `crash` does not, so that a power cut takes the last writes back (it
 * never damages the database), while a killed process loses nothing either way.
 */
export type SqliteDurability = "power-cut" | "crash";

/** What {@linkcode openSqlite} needs to know. */
export interface SqliteOptions {
  /** The absolute path of the folder that holds `wharf.sqlite`; made if it does not exist. */
  readonly path: string;
  /** What an acknowledged write outlives. Default `power-cut`. */
  readonly durability?: SqliteDurability;
  /** The clock that values expire by. Default `Date.now`. */
  readonly now?: () => number;
  /** For how many milliseconds a write waits for other processes. Default 5000. */
  readonly patience?: number;
}

const REMEMBERED_BUCKETS = 1000;
const PATIENCE = 5000;

/** Opens the database in a folder. */
export async function openSqlite(options: SqliteOptions): Promise<Backend> {
  const { path, durability = "power-cut", patience = PATIENCE } = options;
  const database = await openDatabase({ path, durability, patience });
  return new SqliteBackend(
    database,
    new Transactions(database, patience),
    options.now ?? Date.now,
  );
}

class SqliteBackend implements Backend {
  readonly summary: BackendSummary;
  readonly #store: SqliteStore;
  readonly #watched: WatchedBuckets;
  readonly #buckets = new BoundedCache<Bucket>(REMEMBERED_BUCKETS);

  constructor(
    database: Database,
    transactions: Transactions,
    now: () => number,
  ) {
    this.summary = { location: `SQLite in ${database.folder}`, durable: true };
    const touches = new Touches({
      database,
      transactions,
      now,
      touch: (bucket, key) => this.#watched.touch(bucket, key),
      fail: (cause) => this.#watched.fail(cause),
    });
    transactions.committed = () => touches.read();
    this.#watched = new WatchedBuckets({
      begin: () => touches.begin(),
      catchUp: () => touches.read(),
      end: () => touches.end(),
    });
    this.#store = { database, transactions, now, watched: this.#watched };
  }

  // deno-lint-ignore require-await -- async, so that what it throws is a rejection.
  async open(name: string): Promise<Bucket> {
    checkBucketName(name);
    const known = this.#buckets.get(name);
    if (known !== undefined) return known;
    const bucket = new SqliteBucket(name, this.#store);
    this.#buckets.set(name, bucket);
    return bucket;
  }

  list(): AsyncIterable<string> {
    return listBuckets(this.#store);
  }

  // deno-lint-ignore require-await -- async, so that what it throws is a rejection.
  async info(name: string): Promise<BucketInfo | undefined> {
    checkBucketName(name);
    return isThere(this.#store, name) ? { name } : undefined;
  }

  async drop(name: string): Promise<boolean> {
    checkBucketName(name);
    return await dropBucket(this.#store, name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { database, transactions } = this.#store;
    this.#watched.fail(watchClosed());
    await transactions.idle();
    database.close();
  }
}
