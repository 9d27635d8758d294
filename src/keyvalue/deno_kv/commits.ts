/**
 * Changes, many to a commit: what is asked for while another commit is under way goes
 * together into the next, and costs one flush of the disk or one journey to the server.
 *
 * @module
 */

import type { Connection } from "./connection.ts";
import type { BucketPart } from "./layout.ts";
import { idOf, LONGEST_NOTED, Notes } from "./notes.ts";

/** Deno KV takes 100 checks, 1,000 mutations, 800 KiB of values and 80 KiB of keys in one commit. */
const MOST_CHECKS = 100;
const MOST_VALUES = 700_000;
const MOST_KEYS = 60_000;
/** The keys of a commit are noted in one value of 64 KiB; a UTF-16 unit takes three bytes at most. */
const MOST_NOTED = 20_000;
/** How many commits are under way at once: a file takes one after the other anyway. */
const WIDTH = { local: 1, remote: 8 };

/** What one write does to the database, all or nothing. It has few checks and mutations. */
export interface Change {
  /** `Cannot …`: what was tried. */
  readonly act: string;
  readonly bucket: BucketPart;
  /** The key of the bucket that it changes; `undefined` where it is not known. */
  readonly key: string | undefined;
  readonly checks: readonly Deno.AtomicCheck[];
  readonly mutations: readonly Mutation[];
  /** About how many bytes its keys have. */
  readonly keys: number;
  /** About how many bytes its values have. */
  readonly values: number;
}

/** A key to set, or to delete where there is no value. */
export interface Mutation {
  readonly key: Deno.KvKey;
  readonly value?: unknown;
  /** Milliseconds after which the database may drop it. */
  readonly expireIn?: number | undefined;
}

interface Waiting {
  readonly change: Change;
  readonly resolve: (versionstamp: string | undefined) => void;
  readonly reject: (cause: unknown) => void;
}

/** The commits to one database. */
export class Commits {
  readonly #connection: Connection;
  readonly #width: number;
  readonly #notes: Notes;
  readonly #touch: (bucket: BucketPart, key: string) => void;
  #waiting: Waiting[] = [];
  #underWay = 0;

  /** `touch` is called for each key that was changed. */
  constructor(
    connection: Connection,
    touch: (bucket: BucketPart, key: string) => void,
  ) {
    this.#connection = connection;
    this.#notes = new Notes(connection);
    this.#touch = touch;
    this.#width = connection.remote ? WIDTH.remote : WIDTH.local;
  }

  /**
   * Commits a change; gives the new versionstamp, or `undefined` if a check failed. Two changes
   * that check one key MUST NOT wait at once: they could end up in one commit, and both pass.
   */
  commit(change: Change): Promise<string | undefined> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ change, resolve, reject });
      if (this.#underWay < this.#width) {
        this.#underWay++;
        this.#work();
      }
    });
  }

  async #work(): Promise<void> {
    // Whatever else this turn asks for joins in.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const batch = this.#takeBatch();
      try {
        const versionstamp = await this.#send(batch);
        if (versionstamp !== undefined || batch.length === 1) {
          for (const { resolve } of batch) resolve(versionstamp);
        } else {
          await Promise.all(batch.map((one) => this.#sendAlone(one)));
        }
      } catch (cause) {
        for (const { reject } of batch) reject(cause);
      }
    }
    this.#underWay--;
  }

  #takeBatch(): Waiting[] {
    let checks = 0;
    let keys = 0;
    let values = 0;
    let noted = 0;
    let count = 0;
    const buckets = new Set<string>();
    for (const { change } of this.#waiting) {
      buckets.add(idOf(change.bucket));
      const { length } = change.key ?? "";
      if (length <= LONGEST_NOTED) noted += length;
      checks += change.checks.length;
      keys += change.keys;
      values += change.values;
      const full = checks + buckets.size > MOST_CHECKS || keys > MOST_KEYS ||
        values > MOST_VALUES || noted > MOST_NOTED;
      if (full && count > 0) break;
      count++;
    }
    return this.#waiting.splice(0, count);
  }

  async #sendAlone(one: Waiting): Promise<void> {
    try {
      one.resolve(await this.#send([one]));
    } catch (cause) {
      one.reject(cause);
    }
  }

  async #send(batch: readonly Waiting[]): Promise<string | undefined> {
    const changes = batch.map(({ change }) => change);
    const { act } = changes[0]!;
    while (true) {
      const ended = await this.#connection.call(act, (kv) => {
        const atomic = kv.atomic();
        for (const change of changes) {
          atomic.check(...change.checks);
          for (const mutation of change.mutations) apply(atomic, mutation);
        }
        this.#notes.add(kv, atomic, changes);
        return atomic.commit();
      });
      if (ended.ok) {
        for (const { bucket, key } of changes) {
          if (key !== undefined) this.#touch(bucket, key);
        }
        return ended.versionstamp;
      }
      if (!await this.#notes.learn(act, changes)) return undefined;
    }
  }
}

function apply(atomic: Deno.AtomicOperation, mutation: Mutation): void {
  const { key, value, expireIn } = mutation;
  if (value === undefined) atomic.delete(key);
  else if (expireIn === undefined) atomic.set(key, value);
  else atomic.set(key, value, { expireIn });
}
