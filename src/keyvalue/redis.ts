/**
 * Buckets in Redis, each key a plain string at `{bucket}:{key}`, the way wash lays them out.
 *
 * Redis has no version of a key, so Wharf keeps one beside the values, in keys
 * `wharf-version-0` to `wharf-version-16383` (two megabytes at most): each write also sets the
 * one that its key falls to, in the same atomic command, to a token that no other write ever has.
 * A version is that token and a fingerprint of the value. A swap reads both again, compares, and
 * lets one script set the new value if token and value, byte for byte, are still those.
 *
 * - A to B to A by Wharf fails, from any process: each write has its own token. Deleting and
 *   expiring need none, because the write that brings the key back has one.
 * - Another program's plain SET, INCR or the like changes no token but the value, which is
 *   seen; only when it puts the very bytes back can a swap not know.
 * - Two keys that share a token see each other's writes as their own: a swap may fail once
 *   more than it had to, with the current entry, and its retry succeeds.
 *
 * - Under a maxmemory-policy of `allkeys-*` Redis may throw a token away; what holds a version
 *   then is the value alone, until the next write.
 *
 * A token per key would double the keys and would have to expire and be deleted with them.
 *
 * @module
 */

import { BoundedCache } from "./bounded_cache.ts";
import { checkBucketName, quote } from "./key_encoding.ts";
import { type Address, parseAddress } from "./redis/address.ts";
import { RedisBucket, type Server } from "./redis/bucket.ts";
import { dropKeys, infoOf, listBuckets } from "./redis/buckets.ts";
import { Connection, type Patience } from "./redis/connection.ts";
import { closed, explain } from "./redis/failure.ts";
import { KeyPages } from "./redis/key_pages.ts";
import {
  type BucketNames,
  DEFAULT_PREFIX,
  parseNames,
  parsePrefix,
  type PrefixOf,
} from "./redis/layout.ts";
import { Rounds } from "./redis/rounds.ts";
import { ServerLife } from "./redis/server_life.ts";
import { makeTokens } from "./redis/version.ts";
import { Watches } from "./redis/watch.ts";
import {
  type Backend,
  type BackendSummary,
  type Bucket,
  type BucketInfo,
  KeyValueError,
} from "./store.ts";

/** What {@linkcode openRedis} needs to know. */
export interface RedisOptions {
  /** `redis://user:password@host:port/database`, or `rediss://` for TLS. */
  readonly url: string;
  /** What stands in front of a key; `{bucket}` in it is the bucket's name. Default `{bucket}:`. */
  readonly prefix?: string;
  /** The absolute path of a PEM file with the certificates that may vouch for the server. */
  readonly caFile?: string;
  /** Milliseconds a call may take. Default 5000. */
  readonly timeout?: number;
  /** Milliseconds a call waits for a connection. Default 1000, and never longer than `timeout`. */
  readonly connectTimeout?: number;
}

const ANSWER = 5000;
const CONNECT = 1000;
const REMEMBERED_BUCKETS = 1000;

/** Makes a backend on a Redis server; the connection is made when a bucket is opened. */
export async function openRedis(options: RedisOptions): Promise<Backend> {
  const address = parseAddress(options.url);
  const template = options.prefix ?? DEFAULT_PREFIX;
  const prefixOf = parsePrefix(template);
  const answer = options.timeout ?? ANSWER;
  const connect = Math.min(options.connectTimeout ?? CONNECT, answer);
  const ca = await readCertificates(options.caFile, address);
  return new RedisBackend({
    address,
    prefixOf,
    names: parseNames(template),
    patience: { answer, connect },
    ...(ca !== undefined && { ca }),
  });
}

async function readCertificates(
  path: string | undefined,
  address: Address,
): Promise<string | undefined> {
  if (path === undefined) return undefined;
  try {
    return await Deno.readTextFile(path);
  } catch (cause) {
    throw new KeyValueError(
      "other",
      `Cannot open ${address.location}: the certificates in ${
        quote(path)
      } cannot be read; correct the path`,
      { cause },
    );
  }
}

interface Setup {
  readonly address: Address;
  readonly prefixOf: PrefixOf;
  /** `undefined` where all buckets share one heap of keys. */
  readonly names: BucketNames | undefined;
  readonly patience: Patience;
  readonly ca?: string;
}

class RedisBackend implements Backend {
  readonly summary: BackendSummary;
  /** Absent where all buckets share their keys. */
  readonly list?: () => AsyncIterable<string>;
  readonly #names: BucketNames | undefined;
  readonly #prefixOf: PrefixOf;
  readonly #connection: Connection;
  readonly #server: Server;
  readonly #buckets = new BoundedCache<RedisBucket>(REMEMBERED_BUCKETS);
  #closing: Promise<void> | undefined;

  constructor({ address, prefixOf, names, ...setup }: Setup) {
    this.summary = { location: address.location, durable: true };
    this.#prefixOf = prefixOf;
    this.#connection = new Connection(address, setup);
    const rounds = new Rounds(this.#connection, setup.patience.answer);
    this.#server = {
      location: address.location,
      rounds,
      pages: new KeyPages(new ServerLife(this.#connection, rounds)),
      watches: new Watches(address.db, () => new Connection(address, setup)),
      token: makeTokens(),
    };
    this.#names = names;
    if (names !== undefined) {
      this.list = () => listBuckets(this.#server, names);
    }
  }

  open(name: string): Promise<Bucket> {
    return this.#open(name);
  }

  async info(name: string): Promise<BucketInfo | undefined> {
    return await infoOf(this.#server, { name, bucket: await this.#open(name) });
  }

  async drop(name: string): Promise<boolean> {
    const bucket = await this.#open(name);
    if (this.#names === undefined) {
      throw new KeyValueError(
        "other",
        `Cannot drop bucket ${
          quote(name)
        }: all buckets of this store share their keys, so others would lose theirs; use a Redis prefix with {bucket} in it`,
      );
    }
    return await dropKeys(this.#server, { name, bucket });
  }

  async #open(name: string): Promise<RedisBucket> {
    checkBucketName(name);
    try {
      if (this.#closing !== undefined) throw closed();
      if (!this.#connection.isReady) await this.#connection.ready();
    } catch (cause) {
      throw explain(cause, {
        act: `open bucket ${quote(name)}`,
        location: this.summary.location,
      });
    }
    const known = this.#buckets.get(name);
    if (known !== undefined) return known;
    const bucket = new RedisBucket(this.#server, this.#prefixOf(name));
    this.#buckets.set(name, bucket);
    return bucket;
  }

  async check(): Promise<void> {
    try {
      if (this.#closing !== undefined) throw closed();
      await this.#connection.ready();
    } catch (cause) {
      throw explain(cause, {
        act: "keep buckets",
        location: this.summary.location,
      });
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#closing ??= this.#close();
  }

  async #close(): Promise<void> {
    this.#server.watches.close();
    await this.#server.rounds.close();
    await this.#connection.close();
  }
}
