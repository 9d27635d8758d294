/**
 * Reads, up to ten to a call: what is asked for in one turn of the event loop goes together.
 *
 * @module
 */

import type { Connection } from "./connection.ts";

/** Deno KV reads ten keys at once. */
const MOST_KEYS = 10;

type Read = Deno.KvEntryMaybe<unknown>;

interface Waiting {
  readonly act: string;
  readonly key: Deno.KvKey;
  readonly resolve: (entry: Read) => void;
  readonly reject: (cause: unknown) => void;
}

/** The reads of one database. */
export class Reads {
  readonly #connection: Connection;
  #waiting: Waiting[] = [];

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Reads what stands at a key; `act` is what the message of a failure says was tried. */
  get(act: string, key: Deno.KvKey): Promise<Read> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ act, key, resolve, reject });
      // Whatever else this turn asks for joins in.
      if (this.#waiting.length === 1) queueMicrotask(() => this.#send());
    });
  }

  #send(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (let start = 0; start < waiting.length; start += MOST_KEYS) {
      this.#readBatch(waiting.slice(start, start + MOST_KEYS));
    }
  }

  async #readBatch(batch: readonly Waiting[]): Promise<void> {
    const [first] = batch;
    try {
      const entries = await this.#connection.call<Read[]>(
        first!.act,
        async (kv) =>
          batch.length === 1
            ? [await kv.get(first!.key)]
            : await kv.getMany<unknown[]>(batch.map(({ key }) => key)),
      );
      batch.forEach(({ resolve }, index) => resolve(entries[index]!));
    } catch (cause) {
      for (const { reject } of batch) reject(cause);
    }
  }
}
