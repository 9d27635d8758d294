/**
 * Reading and replacing the values of one database.
 *
 * @module
 */

import { KeyedQueue } from "../keyed_queue.ts";
import { type Entry, KeyValueError } from "../store.ts";
import { watchClosed, type Watchers } from "../watchers.ts";
import { ChunkStore, type Draft } from "./chunk_store.ts";
import { type Change, Commits, type Mutation } from "./commits.ts";
import { type Connection, pause } from "./connection.ts";
import { Cursors } from "./cursors.ts";
import type { Place } from "./layout.ts";
import { idOf } from "./notes.ts";
import { Reads } from "./reads.ts";
import {
  type Chunks,
  chunksOf,
  formatStored,
  needsChunks,
  parseStored,
  type StoredValue,
} from "./stored_value.ts";

/** How often a write is tried again after others were faster, and a read after its chunks were removed. */
const MOST_TRIES = 200;
/** From which try on it waits in between. */
const PATIENT_TRIES = 3;
/** Deno KV refuses an expiry much further away; ours is beside the value. */
const LONGEST_EXPIRE_IN = 1e13;

/** What a read gives when the value it met was replaced before all its chunks were read. */
export const REPLACED = Symbol("replaced");

/** What stands at a place. */
export interface Seen {
  /** `null` if nothing does. */
  readonly versionstamp: string | null;
  /** Absent where there is nothing, and where it has expired. */
  readonly alive: StoredValue | undefined;
  /** Chunks that a write has to remove. */
  readonly chunks: Chunks | undefined;
  /** Whether another program has put something there that is no value of ours. */
  readonly foreign: boolean;
}

/** What to put at a place; `undefined` to leave nothing. */
export type Put =
  | {
    readonly value: Uint8Array<ArrayBuffer>;
    readonly expiresAt: number;
  }
  | undefined;

/** One call on one key. */
export interface Call {
  /** The operation and the key, quoted, for messages. */
  readonly act: string;
  readonly place: Place;
}

/** The values of one database. */
export class DenoKvStore {
  readonly connection: Connection;
  readonly now: () => number;
  readonly chunks: ChunkStore;
  readonly cursors: Cursors;
  /** Writes to one key, one after the other. */
  readonly queue = new KeyedQueue<string>();
  /** The buckets that someone watches, by {@linkcode idOf}. */
  readonly watched = new Map<string, Watchers>();
  /** What is being read for those who watch. */
  readonly reading = new Set<Promise<void>>();
  readonly #reads: Reads;
  readonly #commits: Commits;
  readonly #sweeping: Promise<void>;

  constructor(connection: Connection, now: () => number) {
    this.connection = connection;
    this.now = now;
    this.chunks = new ChunkStore(connection, now);
    this.cursors = new Cursors(connection, now);
    this.#reads = new Reads(connection);
    this.#commits = new Commits(
      connection,
      (bucket, key) => this.watched.get(idOf(bucket))?.touch(key),
    );
    this.#sweeping = this.chunks.sweep();
  }

  /** Waits for what is under way. */
  async close(): Promise<void> {
    for (const watchers of [...this.watched.values()]) {
      watchers.fail(watchClosed());
    }
    await Promise.allSettled(this.reading);
    await this.queue.idle();
    await this.#sweeping;
  }

  /** Whether something is there. */
  async has({ act, place }: Call): Promise<boolean> {
    const entry = await this.#reads.get(act, place.value);
    const { alive, foreign } = this.#see(entry);
    return foreign || alive !== undefined;
  }

  /** When what is there expires; `undefined` if nothing is. */
  async expiresAt({ act, place }: Call): Promise<number | undefined> {
    return this.#see(await this.#reads.get(act, place.value)).alive?.expiresAt;
  }

  /** The value at a place. */
  async entry(call: Call): Promise<Entry | undefined> {
    const { act, place } = call;
    let before: string | null | undefined;
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      if (tries >= PATIENT_TRIES) await pause();
      const seen = this.#see(await this.#reads.get(act, place.value));
      const entry = await this.entryOf(call, seen);
      if (entry !== REPLACED) return entry;
      // The same value still stands there, so its chunks are not gone because it was replaced.
      if (seen.versionstamp === before) break;
      before = seen.versionstamp;
    }
    throw new KeyValueError(
      "other",
      `Cannot ${act}: parts of the value are missing; delete it, or set it again`,
    );
  }

  /** Puts a value where there is any or none; the queue of the key must be held. */
  async put(call: Call, put: Put): Promise<void> {
    const { act, place } = call;
    if (put === undefined || !this.#needsChunks(place, put)) {
      // As long as the mark is not there the old value has no chunks, and need not be read.
      const versionstamp = await this.#commits.commit({
        act,
        bucket: place.bucket,
        key: place.key,
        checks: [{ key: place.mark, versionstamp: null }],
        mutations: [this.#mutation(place, put)],
        keys: 2 * place.size,
        values: put === undefined ? 0 : sizeIn(place, put),
      });
      if (versionstamp !== undefined) return;
    }
    await this.replace(call, () => ({ put, result: undefined }));
  }

  /**
   * Puts what `decide` makes of the value there is, or leaves it where that gives no `put`.
   * `decide` is asked again when another process was faster, and when it answers {@linkcode REPLACED}. The queue of the key must be held.
   */
  async replace<T>(
    call: Call,
    decide: (
      seen: Seen,
    ) => Decision<T> | Promise<Decision<T> | typeof REPLACED>,
  ): Promise<T> {
    const { act, place } = call;
    let draft: Draft | undefined;
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      if (tries >= PATIENT_TRIES) await pause();
      const entry = await this.#reads.get(act, place.value);
      const seen = this.#see(entry);
      const decision = await decide(seen);
      if (decision === REPLACED) continue;
      if (!("put" in decision)) {
        if (draft) await this.chunks.remove(place.bucket, draft.chunks);
        return decision.result;
      }
      if (decision.put && this.#needsChunks(place, decision.put)) {
        draft = await this.#draft(call, decision.put, draft);
      }
      const change = this.#change(call, { seen, put: decision.put, draft });
      const versionstamp = await this.#commits.commit(change);
      if (versionstamp === undefined) continue;
      if (seen.chunks) await this.chunks.remove(place.bucket, seen.chunks);
      return "done" in decision ? decision.done(versionstamp) : decision.result;
    }
    throw new KeyValueError(
      "other",
      `Cannot ${act}: others changed it each time; try again`,
    );
  }

  /** The value that was seen; {@linkcode REPLACED} if its chunks are gone since. */
  async entryOf(
    { act, place }: Call,
    { alive, versionstamp, foreign }: Seen,
  ): Promise<Entry | undefined | typeof REPLACED> {
    if (foreign) {
      throw new KeyValueError(
        "other",
        `Cannot ${act}: another program has stored something there that is no bytes; delete it, or set it`,
      );
    }
    if (alive === undefined) return undefined;
    const { held, keySize } = alive;
    const bytes = held instanceof Uint8Array
      ? held
      : await this.chunks.read(act, held, place);
    if (bytes === undefined) return REPLACED;
    return {
      value: keySize === 0 ? bytes : bytes.slice(keySize),
      version: versionstamp!,
    };
  }

  /** What a read of the database means now. */
  #see(entry: Deno.KvEntryMaybe<unknown>): Seen {
    const stored = parseStored(entry.value);
    const alive = stored !== undefined && stored.expiresAt > this.now();
    return {
      versionstamp: entry.versionstamp,
      alive: alive ? stored : undefined,
      chunks: chunksOf(stored),
      foreign: entry.versionstamp !== null && stored === undefined,
    };
  }

  async #draft(
    { act, place }: Call,
    put: NonNullable<Put>,
    earlier: Draft | undefined,
  ): Promise<Draft> {
    if (earlier !== undefined && await this.#isThere(act, earlier)) {
      return earlier;
    }
    await this.chunks.sweep();
    return await this.chunks.write(act, withKey(place, put.value), {
      bucket: place.bucket,
      expireIn: this.#expireIn(put.expiresAt),
    });
  }

  async #isThere(act: string, { check }: Draft): Promise<boolean> {
    const { versionstamp } = await this.#reads.get(act, check.key);
    return versionstamp === check.versionstamp;
  }

  #change(
    { act, place }: Call,
    { seen, put, draft }: {
      readonly seen: Seen;
      readonly put: Put;
      readonly draft: Draft | undefined;
    },
  ): Change {
    const checks: Deno.AtomicCheck[] = [
      { key: place.value, versionstamp: seen.versionstamp },
    ];
    const mutations: Mutation[] = [this.#mutation(place, put, draft)];
    if (draft !== undefined) {
      checks.push(draft.check);
      mutations.push({ key: draft.check.key });
      mutations.push({ key: place.mark, value: true });
    } else if (seen.chunks !== undefined || put === undefined) {
      mutations.push({ key: place.mark });
    }
    if (seen.chunks !== undefined) {
      mutations.push(this.chunks.toWaste(place.bucket, seen.chunks));
    }
    return {
      act,
      bucket: place.bucket,
      key: place.key,
      checks,
      mutations,
      keys: 4 * place.size,
      values: 500 + (put && !draft ? sizeIn(place, put) : 0),
    };
  }

  #mutation(place: Place, put: Put, draft?: Draft): Mutation {
    if (put === undefined) return { key: place.value };
    return {
      key: place.value,
      value: formatStored({
        held: draft?.chunks ?? withKey(place, put.value),
        keySize: place.inFront.length,
        expiresAt: put.expiresAt,
      }),
      expireIn: this.#expireIn(put.expiresAt),
    };
  }

  #needsChunks(place: Place, put: NonNullable<Put>): boolean {
    const keySize = place.inFront.length;
    return needsChunks(keySize + put.value.length, {
      keySize,
      expiresAt: put.expiresAt,
    });
  }

  #expireIn(expiresAt: number): number | undefined {
    const left = expiresAt - this.now();
    return left > LONGEST_EXPIRE_IN ? undefined : Math.max(1, Math.ceil(left));
  }
}

/** What {@linkcode DenoKvStore.replace} is to do, and what it returns. */
export type Decision<T> =
  | { readonly result: T }
  | { readonly put: Put; readonly result: T }
  | {
    readonly put: Put;
    /** Makes the result of the new versionstamp. */
    readonly done: (versionstamp: string) => T;
  };

function withKey(
  { inFront }: Place,
  value: Uint8Array<ArrayBuffer>,
): Uint8Array<ArrayBuffer> {
  if (inFront.length === 0) return value;
  const bytes = new Uint8Array(inFront.length + value.length);
  bytes.set(inFront);
  bytes.set(value, inFront.length);
  return bytes;
}

function sizeIn({ inFront }: Place, { value }: NonNullable<Put>): number {
  return inFront.length + value.length + 100;
}
