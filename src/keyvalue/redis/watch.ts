/**
 * Changes that Redis tells of by keyspace events, whoever makes them.
 *
 * Redis sends them only if it was told to, and keeps none for a client that is away: a watch
 * whose connection is lost fails, so that its owner can look at the keys and watch again.
 *
 * @module
 */

import type { Connection } from "./connection.ts";
import { closed, Failure, failureOf } from "./failure.ts";
import { patternOf } from "./layout.ts";

/** What happened to a Redis key. */
export interface KeyEvent {
  readonly key: string;
  /** Whether it is gone; else it was written in some way. */
  readonly gone: boolean;
}

const GONE = new Set(["del", "expired", "evicted", "rename_from", "move_from"]);
/** `notify-keyspace-events` for all that can happen to strings, the classes that `A` stands for. */
const NEEDED = "Kg$xe";

/** The watches of a backend, each on a connection of its own. */
export class Watches {
  readonly #connect: () => Connection;
  readonly #db: number;
  readonly #open = new Set<() => void>();
  #closed = false;

  constructor(db: number, connect: () => Connection) {
    this.#db = db;
    this.#connect = connect;
  }

  /** What happens to keys with a prefix, from when the first is asked for until `signal` aborts. */
  async *changes(
    prefix: string,
    signal: AbortSignal,
  ): AsyncGenerator<KeyEvent> {
    if (signal.aborted) return;
    if (this.#closed) throw closed();
    const connection = this.#connect();
    const events = new Arrivals<KeyEvent>();
    const stop = () => events.end();
    const shut = () => events.end(closed());
    this.#open.add(shut);
    signal.addEventListener("abort", stop);
    try {
      await connection.ready();
      const { client } = connection;
      client.once("close", () => events.end(missed()));
      await checkEvents(connection);
      const place = `__keyspace@${this.#db}__:`;
      client.on("pmessage", (_, channel: string, event: string) => {
        const key = channel.slice(place.length);
        if (key.startsWith(prefix)) events.add({ key, gone: GONE.has(event) });
      });
      await client.psubscribe(place + patternOf(prefix));
      yield* events;
    } catch (cause) {
      throw failureOf(cause);
    } finally {
      signal.removeEventListener("abort", stop);
      this.#open.delete(shut);
      await connection.close();
    }
  }

  /** Ends every watch. */
  close(): void {
    this.#closed = true;
    for (const shut of this.#open) shut();
  }
}

async function checkEvents({ client }: Connection): Promise<void> {
  const [, flags = ""] = await client.config(
    "GET",
    "notify-keyspace-events",
  ) as string[];
  const all = flags.replace("A", "g$xe");
  if ([...NEEDED].every((flag) => all.includes(flag))) return;
  throw new Failure(
    "other",
    `Redis sends no keyspace events; turn them on with "CONFIG SET notify-keyspace-events ${NEEDED}" or in redis.conf`,
  );
}

function missed(): Failure {
  return new Failure(
    "other",
    "the connection was lost, and Redis keeps no events for later; read the keys and watch again",
  );
}

/** Items in the order they arrive, for one reader. */
class Arrivals<Item> {
  #items: Item[] = [];
  #ended = false;
  #failure: Failure | undefined;
  #wake: (() => void) | undefined;

  add(item: Item): void {
    if (this.#ended) return;
    this.#items.push(item);
    this.#wake?.();
  }

  end(failure?: Failure): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#failure = failure;
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Item> {
    while (true) {
      const items = this.#items;
      this.#items = [];
      yield* items;
      if (this.#items.length > 0) continue;
      if (this.#failure !== undefined) throw this.#failure;
      if (this.#ended) return;
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
  }
}
