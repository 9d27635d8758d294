/**
 * Buckets in NATS JetStream: one key-value bucket of NATS for each.
 *
 * Whatever NATS can name keeps its name, so that other programs and Wharf read each other's
 * keys; how the rest is spelled is told in `nats/names.ts`. When a value ends is kept in a
 * header that other programs overlook (`Wharf-Expires`), and enforced here when it is read.
 * A version is the revision of NATS, and lasts as long as the bucket.
 *
 * @module
 */

import { BoundedCache } from "./bounded_cache.ts";
import { checkBucketName, quote } from "./key_encoding.ts";
import { before } from "./nats/deadline.ts";
import { NatsBucket } from "./nats/bucket.ts";
import {
  type BucketAccess,
  createBucket,
  dropBucket,
  infoOf,
  listBuckets,
} from "./nats/buckets.ts";
import { explain } from "./nats/failures.ts";
import { Link } from "./nats/link.ts";
import { Listings } from "./nats/listings.ts";
import {
  checkSettings,
  type NatsSettings,
  parseEndpoint,
} from "./nats/settings.ts";
import { BucketStream } from "./nats/stream.ts";
import type { Backend, BackendSummary, Bucket, BucketInfo } from "./store.ts";

/** What {@linkcode openNats} may be told. */
export interface NatsOptions extends NatsSettings {
  /** The clock that values expire by. Default `Date.now`. */
  readonly now?: () => number;
}

const REMEMBERED_BUCKETS = 1000;
const DEFAULT_TIMEOUT = 2000;

/** Makes a backend; it connects when a bucket is first opened. */
export function openNats(options: NatsOptions): Promise<Backend> {
  return new Promise((resolve) => {
    checkSettings(options);
    resolve(new NatsBackend(options));
  });
}

class NatsBackend implements Backend {
  readonly summary: BackendSummary;
  readonly #options: NatsOptions;
  readonly #host: string;
  readonly #timeout: number;
  readonly #link: Link;
  readonly #listings = new Listings();
  readonly #buckets = new BoundedCache<Bucket>(REMEMBERED_BUCKETS);
  readonly #opening = new Map<string, Promise<Bucket>>();
  #closing: Promise<void> | undefined;

  constructor(options: NatsOptions) {
    const endpoint = parseEndpoint(options.url);
    this.summary = {
      location: `NATS at ${endpoint.host}`,
      durable: options.storage !== "memory",
    };
    this.#options = options;
    this.#host = endpoint.host;
    this.#timeout = options.timeout ?? DEFAULT_TIMEOUT;
    this.#link = new Link(endpoint, options, this.#timeout);
  }

  async open(name: string): Promise<Bucket> {
    checkBucketName(name);
    const known = this.#buckets.get(name);
    if (known !== undefined) return known;
    const opening = this.#opening.get(name) ?? this.#open(name);
    this.#opening.set(name, opening);
    try {
      return await opening;
    } finally {
      if (this.#opening.get(name) === opening) this.#opening.delete(name);
    }
  }

  async *list(): AsyncGenerator<string> {
    try {
      yield* listBuckets(this.#access);
    } catch (cause) {
      throw this.#explain(cause, "list buckets");
    }
  }

  info(name: string): Promise<BucketInfo | undefined> {
    return this.#attempt("look for", name, infoOf);
  }

  create(name: string): Promise<boolean> {
    return this.#attempt("create", name, createBucket);
  }

  drop(name: string): Promise<boolean> {
    return this.#attempt("drop", name, dropBucket);
  }

  async check(): Promise<void> {
    const timeout = this.#timeout;
    try {
      const deadline = performance.now() + timeout;
      const connection = await this.#link.wait(deadline);
      // A connection that stands may be one to a server that hangs, or died just now.
      await before(deadline, connection.flush());
    } catch (cause) {
      const act = "use the store";
      throw explain(cause, { act, host: this.#host, timeout });
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#closing ??= this.#link[Symbol.asyncDispose]();
  }

  get #access(): BucketAccess {
    return {
      link: this.#link,
      settings: this.#options,
      timeout: this.#timeout,
    };
  }

  async #attempt<T>(
    act: string,
    name: string,
    task: (access: BucketAccess, name: string) => Promise<T>,
  ): Promise<T> {
    checkBucketName(name);
    try {
      return await task(this.#access, name);
    } catch (cause) {
      throw this.#explain(cause, `${act} bucket ${quote(name)}`);
    }
  }

  #explain(cause: unknown, act: string): unknown {
    return explain(cause, { act, host: this.#host, timeout: this.#timeout });
  }

  async #open(name: string): Promise<Bucket> {
    const host = this.#host;
    const timeout = this.#timeout;
    try {
      const deadline = performance.now() + timeout;
      const stream = await BucketStream.open(this.#link, this.#options, {
        bucket: name,
        deadline,
      });
      const bucket = new NatsBucket(stream, {
        host,
        timeout,
        now: this.#options.now ?? Date.now,
        listings: this.#listings,
      });
      this.#buckets.set(name, bucket);
      return bucket;
    } catch (cause) {
      throw this.#explain(cause, `open bucket ${quote(name)}`);
    }
  }
}
