/**
 * Reading what other processes have noted, under a lease of ours. What this process writes is
 * told without it.
 *
 * @module
 */

import { KeyValueError } from "../store.ts";
import type { Connection } from "./connection.ts";
import { type BucketPart, leaseKey, notesAfter } from "./layout.ts";
import { LEASE, type Lease } from "./notes.ts";

/** How often to look for notes, in ms; Deno KV tells nothing across processes that share a file. */
const POLL = { local: 100, remote: 1000 };
const RENEWAL = LEASE / 3;
/** Notes that were not read for so long may be gone. */
const TOO_LATE = LEASE - 5000;

/** What {@linkcode NoteReader} needs. */
export interface NoteReaderParts {
  readonly connection: Connection;
  readonly bucket: BucketPart;
  /** Where reads under way stand, for those who close the database. */
  readonly reading: Set<Promise<void>>;
  /** Called for each key that may have changed. */
  readonly touch: (key: string) => void;
  /** Called when changes may have been missed, or cannot be had. */
  readonly fail: (cause: unknown) => void;
}

/** Reads the notes of one bucket until it is disposed. */
export class NoteReader implements Disposable {
  readonly #parts: NoteReaderParts;
  readonly #timer: ReturnType<typeof setInterval>;
  #after: string | undefined;
  #renewedAt = -Infinity;
  #readAt = Date.now();
  #reading: Promise<void> | undefined;
  #ended = false;

  constructor(parts: NoteReaderParts) {
    this.#parts = parts;
    const { remote } = parts.connection;
    this.#timer = setInterval(
      () => this.#read(),
      remote ? POLL.remote : POLL.local,
    );
    this.#read();
  }

  [Symbol.dispose](): void {
    this.#ended = true;
    clearInterval(this.#timer);
  }

  #read(): void {
    if (this.#reading !== undefined) return;
    const { reading } = this.#parts;
    const read = this.#reading = this.#readNotes().finally(() => {
      this.#reading = undefined;
      reading.delete(read);
    });
    reading.add(read);
  }

  async #readNotes(): Promise<void> {
    try {
      const now = Date.now();
      if (now - this.#readAt > TOO_LATE) throw missed();
      if (now - this.#renewedAt > RENEWAL) await this.#renew(now);
      const { connection, bucket, touch } = this.#parts;
      const selector = notesAfter(bucket, this.#after!);
      const notes = await connection.call(
        "watch the bucket",
        (kv) => Array.fromAsync(kv.list<string[]>(selector)),
      );
      this.#readAt = now;
      if (this.#ended) return;
      for (const { key, value } of notes) {
        this.#after = String(key.at(-1));
        for (const touched of value) touch(touched);
      }
    } catch (cause) {
      // A server that is away for a moment is asked again.
      const isShort = cause instanceof KeyValueError &&
        cause.code === "other" && Date.now() - this.#readAt <= TOO_LATE &&
        this.#after !== undefined;
      if (!this.#ended && !isShort) this.#parts.fail(cause);
    }
  }

  async #renew(now: number): Promise<void> {
    const { connection, bucket } = this.#parts;
    const lease: Lease = { until: now + LEASE };
    const { versionstamp } = await connection.call(
      "watch the bucket",
      (kv) => kv.set(leaseKey(bucket), lease, { expireIn: LEASE }),
    );
    this.#renewedAt = now;
    this.#after ??= versionstamp;
  }
}

function missed(): KeyValueError {
  return new KeyValueError(
    "other",
    "Cannot watch the bucket: the database was away for too long; read the keys and watch again",
  );
}
