/**
 * Buckets in a Deno KV database: a file, memory, a KV Connect server, or the one that the
 * platform provides.
 *
 * The layout of the database is told in `deno_kv/layout.ts`. Nothing is opened before the
 * first bucket is; what could not be opened is tried again by the next call of `open()`.
 *
 * Deno KV watches ten keys at most, those it is named, and not across processes that share a
 * file; so writers note what they touch while someone watches: `deno_kv/notes.ts`.
 *
 * @module
 */

import { BoundedCache } from "./bounded_cache.ts";
import { DenoKvBucket } from "./deno_kv/bucket.ts";
import { dropBucket, isThere, listBuckets } from "./deno_kv/buckets.ts";
import { connect, type Connection } from "./deno_kv/connection.ts";
import { describeDenoKv } from "./deno_kv/describe.ts";
import { bucketPart } from "./deno_kv/layout.ts";
import { DenoKvStore } from "./deno_kv/store.ts";
import { checkBucketName, quote } from "./key_encoding.ts";
import {
  type Backend,
  type BackendSummary,
  type Bucket,
  type BucketInfo,
  KeyValueError,
} from "./store.ts";

/** What {@linkcode openDenoKv} needs to know. */
export interface DenoKvOptions {
  /** A file, `:memory:`, the URL of a KV Connect server, or "" for the default database. */
  readonly path: string;
  /** The clock that values expire by. Default `Date.now`. */
  readonly now?: () => number;
  /**
   * For how many milliseconds one call of the database may be under way, and for how long a
   * call waits for another process that has the file locked. Default 10,000.
   */
  readonly timeout?: number;
}

const REMEMBERED_BUCKETS = 1000;
const TIMEOUT = 10_000;

/** Makes a backend on a Deno KV database, which is opened with the first bucket. */
export function openDenoKv(options: DenoKvOptions): Promise<Backend> {
  return Promise.resolve(new DenoKvBackend(options));
}

interface Opened {
  readonly connection: Connection;
  readonly store: DenoKvStore;
}

class DenoKvBackend implements Backend {
  readonly summary: BackendSummary;
  readonly #options: DenoKvOptions;
  readonly #buckets = new BoundedCache<Bucket>(REMEMBERED_BUCKETS);
  #opened: Promise<Opened> | undefined;
  #closed = false;

  constructor(options: DenoKvOptions) {
    this.#options = options;
    this.summary = describeDenoKv(options.path);
  }

  async open(name: string): Promise<Bucket> {
    checkBucketName(name);
    this.#checkOpen();
    const known = this.#buckets.get(name);
    if (known !== undefined) return known;
    const { store } = await this.#open();
    const part = await bucketPart(name);
    const bucket = new DenoKvBucket(store, { name, part });
    this.#buckets.set(name, bucket);
    return bucket;
  }

  async *list(): AsyncGenerator<string> {
    this.#checkOpen();
    yield* listBuckets((await this.#open()).store);
  }

  async info(name: string): Promise<BucketInfo | undefined> {
    checkBucketName(name);
    this.#checkOpen();
    const { store } = await this.#open();
    const part = await bucketPart(name);
    const act = `look for bucket ${quote(name)}`;
    return await isThere(store, act, part) ? { name } : undefined;
  }

  async drop(name: string): Promise<boolean> {
    checkBucketName(name);
    this.#checkOpen();
    const { store } = await this.#open();
    const part = await bucketPart(name);
    const bucket = new DenoKvBucket(store, { name, part });
    return await dropBucket(store, { name, part, bucket });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    this.#buckets.clear();
    const opened = await this.#opened?.catch(() => undefined);
    await opened?.store.close();
    opened?.connection.close();
  }

  #checkOpen(): void {
    if (!this.#closed) return;
    throw new KeyValueError("other", "Cannot use the store: it was closed");
  }

  #open(): Promise<Opened> {
    if (this.#opened !== undefined) return this.#opened;
    const { path, now = Date.now, timeout = TIMEOUT } = this.#options;
    const opening = connect({ path, timeout }).then((connection) => ({
      connection,
      store: new DenoKvStore(connection, now),
    }));
    this.#opened = opening;
    // The next caller tries again.
    opening.catch(() => this.#opened = undefined);
    return opening;
  }
}
