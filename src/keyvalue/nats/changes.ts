/**
 * What happens to a bucket from now on. A lost connection is waited for, and what happened
 * meanwhile is told then, as far as the stream still has it.
 *
 * @module
 */

import { createInbox, nanos, type Subscription } from "@nats-io/nats-core";
import { type Change, KeyValueError, type WatchOptions } from "../store.ts";
import { explain } from "./failures.ts";
import type { Connection } from "./guarded_connection.ts";
import { keyOf, toEntry } from "./message.ts";
import {
  addConsumer,
  removeConsumer,
  type Scanned,
  understand,
} from "./scan.ts";
import type { BucketStream } from "./stream.ts";

/** Messages that are asked for at once. */
const BATCH = 256;
/** Milliseconds that the server keeps a question open. */
const OPEN_FOR = 3000;
/** Milliseconds after which an answer to it is overdue. */
const OVERDUE = 4000;
/** Milliseconds between two tries to read on. */
const RETRY_WAIT = 250;

/** Who watches, for error messages. */
export interface Watcher {
  readonly host: string;
  readonly timeout: number;
}

/** The watchers of one bucket. */
export class Changes {
  readonly #stream: BucketStream;
  readonly #starting = new Set<Promise<unknown>>();

  constructor(stream: BucketStream) {
    this.#stream = stream;
  }

  /** Settles when every watcher that was asked for sees what is written; `undefined` if all do. */
  get starting(): Promise<unknown> | undefined {
    return this.#starting.size === 0
      ? undefined
      : Promise.allSettled(this.#starting);
  }

  /**
   * Changes from now on. Reading starts at once; who takes them slowly may find several
   * changes of a key told as one, the last.
   */
  watch(options: WatchOptions, watcher: Watcher): AsyncIterable<Change> {
    const start = this.#start(options.signal, watcher);
    this.#starting.add(start);
    const started = () => this.#starting.delete(start);
    start.then(started, started);
    return this.#changes(start, options, watcher);
  }

  async #start(
    signal: AbortSignal,
    { timeout }: Watcher,
  ): Promise<{ last: number; tail: Tail | undefined }> {
    if (signal.aborted) return { last: 0, tail: undefined };
    const deadline = performance.now() + timeout;
    const last = await this.#stream.lastSequence(deadline);
    const tail = await Tail.open(this.#stream, { last, timeout });
    const leave = () => void tail[Symbol.asyncDispose]();
    if (signal.aborted) leave();
    else signal.addEventListener("abort", leave, { once: true });
    return { last, tail };
  }

  async *#changes(
    start: Promise<{ last: number; tail: Tail | undefined }>,
    { prefix = "", signal }: WatchOptions,
    { host, timeout }: Watcher,
  ): AsyncGenerator<Change> {
    const told = (cause: unknown) =>
      explain(cause, { act: "watch the bucket", host, timeout });
    let { last, tail: first } = await start.catch((cause) => {
      throw told(cause);
    });
    while (!signal.aborted) {
      try {
        await using tail = first ??
          await Tail.open(this.#stream, { last, timeout });
        first = undefined;
        while (!signal.aborted) {
          const found = await tail.next(signal);
          if (found === undefined) break;
          for (const scanned of found) {
            last = scanned.stored.sequence;
            const change = changeFrom(scanned);
            if (change?.key.startsWith(prefix)) yield change;
          }
        }
      } catch (cause) {
        const failure = told(cause);
        const lasting = !(failure instanceof KeyValueError) ||
          failure.code !== "other" || this.#stream.closed;
        if (lasting) throw failure;
        await retryWait(signal);
      }
    }
  }
}

/** A reader that waits at the end of a stream, for as long as its consumer lasts. */
class Tail implements AsyncDisposable {
  readonly #connection: Connection;
  readonly #stream: BucketStream;
  readonly #consumer: string;
  readonly #inbox = createInbox();
  readonly #replies: Subscription;
  #found: Scanned[] = [];
  #wake: () => void = () => {};
  /** Messages of the open question that are still to come. */
  #open = 0;
  #lost = false;
  #left = false;

  private constructor(
    connection: Connection,
    stream: BucketStream,
    consumer: string,
  ) {
    this.#connection = connection;
    this.#stream = stream;
    this.#consumer = consumer;
    stream.turn.then(() => {
      this.#lost = true;
      this.#wake();
    });
    this.#replies = connection.subscribe(this.#inbox, {
      callback: (failure, message) => {
        if (failure !== null) {
          this.#lost = true;
        } else if (message.subject === this.#inbox) {
          // 408 and 404 end a question that found nothing; anything else ends the consumer.
          const { code = 0 } = message.headers ?? {};
          if (code === 408 || code === 404) this.#open = 0;
          else if (code !== 100) this.#lost = true;
        } else {
          this.#open--;
          this.#found.push(understand(message, stream.prefix));
        }
        this.#wake();
      },
    });
  }

  static async open(
    stream: BucketStream,
    { last, timeout }: { last: number; timeout: number },
  ): Promise<Tail> {
    const deadline = performance.now() + timeout;
    // A stream that ends before the place was made anew: all of it is news.
    const isNew = await stream.lastSequence(deadline) < last;
    return await stream.heard(deadline, async (connection) => {
      const { name } = await addConsumer(connection, stream, {
        from: isNew ? 1 : last + 1,
        headersOnly: false,
        deadline,
      });
      const tail = new Tail(connection, stream, name);
      tail.#ask();
      return tail;
    });
  }

  /** The next messages; none when the signal aborts, `undefined` when this reader has had its time. */
  async next(signal: AbortSignal): Promise<readonly Scanned[] | undefined> {
    let overdue = false;
    const woken = Promise.withResolvers<void>();
    this.#wake = woken.resolve;
    const timer = setTimeout(() => {
      overdue = true;
      woken.resolve();
    }, OVERDUE);
    const abort = () => woken.resolve();
    signal.addEventListener("abort", abort);
    try {
      if (this.#found.length === 0 && !this.#lost) {
        if (this.#open <= 0) this.#ask();
        await woken.promise;
      }
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
    }
    const found = this.#found;
    this.#found = [];
    if (found.length > 0) return found;
    return this.#lost || overdue ? undefined : found;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#wake = () => {};
    if (this.#left || this.#connection.isClosed()) return;
    this.#left = true;
    this.#replies.unsubscribe();
    await removeConsumer(this.#connection, this.#stream, this.#consumer);
  }

  #ask(): void {
    this.#open = BATCH;
    this.#connection.publish(
      `$JS.API.CONSUMER.MSG.NEXT.${this.#stream.name}.${this.#consumer}`,
      JSON.stringify({ batch: BATCH, expires: nanos(OPEN_FOR) }),
      { reply: this.#inbox },
    );
  }
}

function changeFrom({ token, stored }: Scanned): Change | undefined {
  const key = keyOf(token, stored);
  if (key === undefined) return undefined;
  return stored.present
    ? { kind: "set", key, entry: toEntry(stored) }
    : { kind: "delete", key };
}

function retryWait(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, RETRY_WAIT);
    signal.addEventListener("abort", end);
  });
}
