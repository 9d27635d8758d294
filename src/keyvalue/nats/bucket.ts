/**
 * A bucket of NATS.
 *
 * @module
 */

import { deleteMany, getMany, setMany } from "../batch.ts";
import { addToCounter, formatCounter } from "../counter.ts";
import { expiryOf, NEVER } from "../expiry.ts";
import { checkKey, quote } from "../key_encoding.ts";
import type {
  Bucket,
  Change,
  Entry,
  KeyPage,
  ListOptions,
  Revision,
  SetOptions,
  Swapped,
  Version,
  WatchOptions,
} from "../store.ts";
import { Changes } from "./changes.ts";
import { pause, timeLeft } from "./deadline.ts";
import { explain, isConflict } from "./failures.ts";
import { type Added, type Addition, Increments } from "./increments.ts";
import type { Listings } from "./listings.ts";
import {
  isLive,
  sequenceOf,
  type Stored,
  toEntry,
  versionOf,
} from "./message.ts";
import { nameOfKey } from "./names.ts";
import { Scan } from "./scan.ts";
import type { BucketStream, Write } from "./stream.ts";

/** What the buckets of a backend share. */
export interface BucketContext {
  readonly host: string;
  readonly timeout: number;
  readonly now: () => number;
  readonly listings: Listings;
}

/** Writes that others get in the way of, before a call gives up; its deadline may come first. */
const MOST_TRIES = 100;
/** Revisions that are asked for at once. */
const REVISIONS = 64;

/** The bucket behind a stream. */
export class NatsBucket implements Bucket {
  readonly #stream: BucketStream;
  readonly #context: BucketContext;
  readonly #increments: Increments;
  readonly #changes: Changes;

  constructor(stream: BucketStream, context: BucketContext) {
    this.#stream = stream;
    this.#context = context;
    this.#increments = new Increments((key, additions) =>
      this.#addAll(key, additions)
    );
    this.#changes = new Changes(stream);
  }

  get(key: string): Promise<Entry | undefined> {
    return this.#attempt("get", key, async (deadline) => {
      const stored = await this.#stream.last(nameOfKey(key), deadline);
      return this.#entry(stored);
    });
  }

  set(key: string, value: Uint8Array, options?: SetOptions): Promise<void> {
    return this.#attempt("set", key, async (deadline) => {
      const expiresAt = expiryOf(options, this.#context.now());
      await this.#write(value, {
        key,
        name: nameOfKey(key),
        deadline,
        expiresAt,
      });
    });
  }

  delete(key: string): Promise<void> {
    return this.#attempt(
      "delete",
      key,
      (deadline) => this.#mark(key, "DEL", deadline),
    );
  }

  exists(key: string): Promise<boolean> {
    return this.#attempt("look for", key, async (deadline) => {
      const stored = await this.#stream.last(nameOfKey(key), deadline);
      return isLive(stored, this.#context.now());
    });
  }

  listKeys(options: ListOptions = {}): Promise<KeyPage> {
    const { listings, now, timeout } = this.#context;
    return this.#attempt(
      "list keys from",
      options.prefix ?? "",
      () => listings.page(this.#stream, { options, now, timeout }),
    );
  }

  increment(key: string, delta: bigint): Promise<bigint> {
    return this.#attempt(
      "increment",
      key,
      (deadline) => this.#increments.add(key, { delta, deadline }),
    );
  }

  swap(
    key: string,
    version: Version | undefined,
    value: Uint8Array,
    options?: SetOptions,
  ): Promise<Swapped> {
    const copy = new Uint8Array(value);
    return this.#attempt("swap", key, async (deadline): Promise<Swapped> => {
      const name = nameOfKey(key);
      const now = this.#context.now();
      const expiresAt = expiryOf(options, now);
      // Most keys that are said to be absent never were there.
      let expected = version === undefined ? 0 : sequenceOf(version, now);
      for (let tries = 0;; tries++) {
        if (expected !== undefined) {
          const write = { key, name, deadline, expected, expiresAt };
          const sequence = await this.#writeIf(copy, write, tries);
          if (sequence !== undefined) {
            return { swapped: true, version: versionOf(sequence, expiresAt) };
          }
        }
        const stored = await this.#stream.last(name, deadline);
        const current = this.#entry(stored);
        if (current !== undefined || version !== undefined) {
          return { swapped: false, current };
        }
        // Absent, but not without a trace: deleted, or over.
        expected = stored?.sequence ?? 0;
      }
    });
  }

  getMany(keys: readonly string[]): Promise<(Entry | undefined)[]> {
    return getMany(this, keys);
  }

  setMany(
    entries: readonly (readonly [key: string, value: Uint8Array])[],
  ): Promise<void> {
    return setMany(this, entries);
  }

  deleteMany(keys: readonly string[]): Promise<void> {
    return deleteMany(this, keys);
  }

  watch(options: WatchOptions): AsyncIterable<Change> {
    const { host, timeout } = this.#context;
    return this.#changes.watch(options, { timeout, host });
  }

  history(key: string): Promise<readonly Revision[]> {
    return this.#attempt("read the history of", key, async (deadline) => {
      const { token } = nameOfKey(key);
      await using scan = await Scan.open(this.#stream, {
        from: 1,
        token,
        headersOnly: false,
        deadline,
      });
      const revisions: Revision[] = [];
      while (!scan.ended) {
        for (const { stored, at } of await scan.next(REVISIONS)) {
          revisions.push(
            stored.present
              ? { kind: "set", entry: toEntry(stored), at }
              : { kind: "delete", version: String(stored.sequence), at },
          );
        }
      }
      return revisions;
    });
  }

  purge(key: string): Promise<void> {
    return this.#attempt(
      "purge",
      key,
      (deadline) => this.#mark(key, "PURGE", deadline),
    );
  }

  expiry(key: string): Promise<Date | undefined> {
    const now = this.#context.now();
    return this.#attempt(
      "get the expiry of",
      key,
      (deadline) => this.#stream.endOf(nameOfKey(key), { now, deadline }),
    );
  }

  async #mark(
    key: string,
    operation: "DEL" | "PURGE",
    deadline: number,
  ): Promise<void> {
    const name = nameOfKey(key);
    await this.#write(new Uint8Array(0), { key, name, deadline, operation });
  }

  /** Adds up what waits for one key, and stores it by one write. */
  async #addAll(
    key: string,
    additions: readonly Addition[],
  ): Promise<readonly Added[]> {
    const name = nameOfKey(key);
    const deadline = Math.min(...additions.map(({ deadline }) => deadline));
    for (let tries = 0;; tries++) {
      const stored = await this.#stream.last(name, deadline);
      const current = isLive(stored, this.#context.now()) ? stored : undefined;
      const answers = addUp(key, current?.data, additions);
      const sum = answers.findLast((answer) => "sum" in answer)?.sum;
      if (sum === undefined) return answers;
      const sequence = await this.#writeIf(formatCounter(sum), {
        key,
        name,
        deadline,
        expected: stored?.sequence ?? 0,
        expiresAt: current?.expiresAt ?? NEVER,
      }, tries);
      if (sequence !== undefined) return answers;
    }
  }

  /** Writes if the key is as expected; `undefined` if another write came first. */
  async #writeIf(
    data: Uint8Array,
    write: Write,
    tries: number,
  ): Promise<number | undefined> {
    try {
      return await this.#write(data, write);
    } catch (cause) {
      if (!isConflict(cause) || tries >= MOST_TRIES) throw cause;
      timeLeft(write.deadline);
      if (tries > 0) await pause(tries);
      return undefined;
    }
  }

  /** A watcher that was asked for before a write hears of it. */
  #write(data: Uint8Array, write: Write): Promise<number> {
    const starting = this.#changes.starting;
    if (starting === undefined) return this.#stream.write(data, write);
    const copy = new Uint8Array(data);
    return starting.then(() => this.#stream.write(copy, write));
  }

  #entry(stored: Stored | undefined): Entry | undefined {
    return isLive(stored, this.#context.now()) ? toEntry(stored) : undefined;
  }

  async #attempt<T>(
    act: string,
    key: string,
    task: (deadline: number) => Promise<T>,
  ): Promise<T> {
    const { host, timeout } = this.#context;
    try {
      checkKey(key);
      return await task(performance.now() + timeout);
    } catch (cause) {
      throw explain(cause, { act: `${act} ${quote(key)}`, host, timeout });
    }
  }
}

function addUp(
  key: string,
  start: Uint8Array | undefined,
  additions: readonly Addition[],
): Added[] {
  let value = start;
  return additions.map(({ delta }): Added => {
    try {
      const sum = addToCounter(key, value, delta);
      value = formatCounter(sum);
      return { sum };
    } catch (refused) {
      return { refused };
    }
  });
}
