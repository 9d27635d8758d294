/**
 * A bucket of a dev server that is running: every method is a call of its explorer.
 *
 * @module
 */

import type {
  Counted,
  EntryDetail,
  KeyChange,
  KeyList,
  Problem,
  RevisionDetail,
  Written,
} from "../../explorer/api.ts";
import { deleteMany, getMany, setMany } from "../../keyvalue/batch.ts";
import { checkKey, quote } from "../../keyvalue/key_encoding.ts";
import {
  type Bucket,
  type Change,
  DEFAULT_PAGE_SIZE,
  type Entry,
  KeyValueError,
  type ListOptions,
  type Revision,
  type SetOptions,
  type Swapped,
  type Version,
  type WatchOptions,
} from "../../keyvalue/store.ts";
import { type ApiCall, type DevServer, faultOf } from "./dev_server.ts";
import { eventsOf } from "./dev_server_events.ts";
import { KvFault } from "./fault.ts";

/** What can be done with a bucket beside the usual. */
export interface Abilities {
  readonly watch: boolean;
  readonly history: boolean;
  readonly purge: boolean;
}

/** Which bucket, and what can be done with it. */
export interface DevServerBucketOptions {
  /** The name that guests open it by. */
  readonly name: string;
  readonly can: Abilities;
  /** Aborts when its store is closed. */
  readonly closing: AbortSignal;
}

/** Makes a bucket of a server. */
export function devServerBucket(
  server: DevServer,
  { name, can, closing }: DevServerBucketOptions,
): Bucket {
  const calls = new BucketCalls(server, name, closing);
  return {
    get: (key) => calls.get(key),
    set: (key, value, options) => calls.set(key, value, options),
    delete: (key) => calls.delete(key),
    exists: async (key) => await calls.entry(key) !== undefined,
    listKeys: (options) => calls.listKeys(options),
    increment: (key, delta) => calls.increment(key, delta),
    swap: (key, version, value, options) =>
      calls.swap(key, version, { value, options }),
    getMany: (keys) => getMany(calls, keys),
    setMany: (entries) => setMany(calls, entries),
    deleteMany: (keys) => deleteMany(calls, keys),
    expiry: (key) => calls.expiry(key),
    ...(can.watch && { watch: (options) => calls.watch(options) }),
    ...(can.history && { history: (key) => calls.history(key) }),
    ...(can.purge && { purge: (key) => calls.purge(key) }),
  };
}

/** RFC 9110, 8.8.3: what a tag can hold. No other text is a version that was told. */
const TAG = /^[\x21\x23-\x7e]*$/;

class BucketCalls {
  readonly #server: DevServer;
  readonly #bucket: string;
  readonly #closing: AbortSignal;

  constructor(server: DevServer, bucket: string, closing: AbortSignal) {
    this.#server = server;
    this.#bucket = bucket;
    this.#closing = closing;
  }

  async get(key: string): Promise<Entry | undefined> {
    const answer = await this.#server.call(this.#of("GET", "/value", { key }));
    if (!answer.ok) return absent(answer.problem);
    const { response } = answer;
    const version = response.headers.get("etag")?.replace(/^"(.*)"$/, "$1");
    const value = await this.#whole(response);
    if (version !== undefined) return { value, version };
    throw new KeyValueError(
      "other",
      `Cannot get ${quote(key)}: the server tells no version`,
    );
  }

  async entry(key: string): Promise<EntryDetail | undefined> {
    const answer = await this.#server.call(this.#of("GET", "/entry", { key }));
    if (!answer.ok) return absent(answer.problem);
    return await this.#server.read<EntryDetail>(answer.response);
  }

  async set(
    key: string,
    value: Uint8Array,
    { ttl }: SetOptions = {},
  ): Promise<void> {
    // Copied now: the caller may change it while it is sent.
    const body = new Uint8Array(value);
    const query = { key, ...ttlOf(ttl) };
    await this.#server.done({ ...this.#of("PUT", "/value", query), body });
  }

  async delete(key: string): Promise<void> {
    await this.#server.done(this.#of("DELETE", "/value", { key }));
  }

  async listKeys(
    { prefix, cursor, limit }: ListOptions = {},
  ): Promise<{ keys: readonly string[]; cursor?: string }> {
    const most = Math.min(limit ?? DEFAULT_PAGE_SIZE, DEFAULT_PAGE_SIZE);
    return await this.#server.json<KeyList>(
      this.#of("GET", "/keys", { prefix, cursor, limit: `${most}` }),
    );
  }

  async increment(key: string, delta: bigint): Promise<bigint> {
    const { value } = await this.#server.json<Counted>(
      this.#of("POST", "/increment", { key, delta: `${delta}` }),
    );
    return BigInt(value);
  }

  async swap(
    key: string,
    version: Version | undefined,
    { value, options: { ttl } = {} }: {
      readonly value: Uint8Array;
      readonly options: SetOptions | undefined;
    },
  ): Promise<Swapped> {
    const body = new Uint8Array(value);
    if (version !== undefined && !TAG.test(version)) {
      return { swapped: false, current: await this.get(key) };
    }
    const answer = await this.#server.call({
      ...this.#of("PUT", "/value", { key, ...ttlOf(ttl) }),
      headers: version === undefined
        ? { "if-none-match": "*" }
        : { "if-match": `"${version}"` },
      body,
    });
    if (answer.ok) {
      const written = await this.#server.read<Written>(answer.response);
      return { swapped: true, version: written.version ?? "" };
    }
    if (answer.problem.code !== "conflict") throw faultOf(answer.problem);
    return { swapped: false, current: await this.get(key) };
  }

  async expiry(key: string): Promise<Date | undefined> {
    const { expires } = await this.entry(key) ?? {};
    return expires === undefined ? undefined : new Date(expires);
  }

  async *watch({ prefix, signal }: WatchOptions): AsyncGenerator<Change> {
    const call = this.#of("GET", "/changes", { prefix });
    let isWatching = false;
    try {
      const answer = await this.#server.call({
        ...call,
        signal: AbortSignal.any([signal, this.#closing]),
      });
      if (!answer.ok) throw faultOf(answer.problem);
      isWatching = true;
      const { body } = answer.response;
      for await (const { name, data } of body === null ? [] : eventsOf(body)) {
        if (name === "error") throw faultOf(JSON.parse(data) as Problem);
        if (name !== "change") continue;
        const change = await this.#changeOf(JSON.parse(data));
        if (signal.aborted) return;
        // A key that is gone when it is looked at is told of by the next change.
        if (change !== undefined) yield change;
      }
    } catch (error) {
      if (signal.aborted) return;
      const isOver = this.#closing.aborted || error instanceof TypeError ||
        error instanceof KvFault && error.code === "no-server" && isWatching;
      throw isOver ? this.#ended(error) : error;
    }
    if (!signal.aborted) throw this.#ended();
  }

  async history(key: string): Promise<readonly Revision[]> {
    const revisions = await this.#server.json<readonly RevisionDetail[]>(
      this.#of("GET", "/history", { key }),
    );
    return revisions.map((revision) => revisionOf(key, revision));
  }

  async purge(key: string): Promise<void> {
    await this.#server.done(this.#of("POST", "/purge", { key }));
  }

  #of(
    method: ApiCall["method"],
    path: ApiCall["path"],
    query: Readonly<Record<string, string | undefined>>,
  ): ApiCall {
    // Another text would be sent in place of one that is no whole one.
    for (const text of [query["key"], query["prefix"]]) {
      if (text !== undefined) checkKey(text);
    }
    return { method, path, query: { bucket: this.#bucket, ...query } };
  }

  async #changeOf({ kind, key }: KeyChange): Promise<Change | undefined> {
    if (kind === "delete") return { kind, key };
    const entry = await this.get(key);
    return entry && { kind, key, entry };
  }

  /** All of a value; one that breaks off is none. */
  async #whole(response: Response): Promise<Uint8Array<ArrayBuffer>> {
    try {
      return await response.bytes();
    } catch (cause) {
      throw this.#ended(cause);
    }
  }

  #ended(cause?: unknown): KeyValueError {
    return new KeyValueError(
      "other",
      `Cannot read on from bucket ${
        quote(this.#bucket)
      }: the connection to ${this.#server.origin} has ended`,
      { cause },
    );
  }
}

function ttlOf(ttl: number | undefined): { readonly ttl?: string } {
  return ttl === undefined ? {} : { ttl: `${ttl}` };
}

/** An absent key is an answer; all else that is refused is not. */
function absent(problem: Problem): undefined {
  if (problem.code !== "not-found") throw faultOf(problem);
  return undefined;
}

function revisionOf(
  key: string,
  { kind, version, at, size = 0, preview = "" }: RevisionDetail,
): Revision {
  if (kind === "delete") return { kind, version, at: new Date(at) };
  const value = Uint8Array.fromBase64(preview);
  if (value.length < size) {
    throw new KeyValueError(
      "other",
      `Cannot read the history of ${quote(key)}: a value of ${size} bytes is ` +
        "longer than the explorer shows; read it from the store itself",
    );
  }
  return { kind, entry: { value, version }, at: new Date(at) };
}
