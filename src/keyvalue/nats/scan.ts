/**
 * Reading a bucket's stream in its order, by a consumer that lasts for one reading.
 *
 * @module
 */

import {
  AckPolicy,
  DeliverPolicy,
  JetStreamApiError,
} from "@nats-io/jetstream";
import {
  createInbox,
  type Msg,
  nanos,
  nuid,
  type Subscription,
} from "@nats-io/nats-core";
import { before, timeLeft } from "./deadline.ts";
import type { Connection } from "./guarded_connection.ts";
import { type Stored, storedFrom } from "./message.ts";
import { type BucketStream, managerOf } from "./stream.ts";

/** Milliseconds after which the server forgets a consumer that was not removed. */
const FORGOTTEN_AFTER = 5000;
/** Milliseconds that the removal of a consumer may hold up its reader. */
const REMOVED_WITHIN = 500;
/** A reply subject of so many tokens names a domain and an account before the stream. */
const TOKENS_WITH_DOMAIN = 11;
/** Statuses that end a batch because nothing more is there. */
const END_OF_MESSAGES: readonly number[] = [404, 408];

/** A message of a scan. */
export interface Scanned {
  /** What stands for the key in the subject. */
  readonly token: string;
  readonly stored: Stored;
  readonly at: Date;
  /** How many messages there were behind it when it was sent. */
  readonly pending: number;
}

/** What to read. */
export interface ScanOptions {
  /** The first sequence to read. */
  readonly from: number;
  /** The messages of one key alone. */
  readonly token?: string;
  readonly headersOnly: boolean;
  readonly deadline: number;
}

/** A reading under way. */
export class Scan implements AsyncDisposable {
  readonly #connection: Connection;
  readonly #stream: BucketStream;
  readonly #consumer: string;
  readonly #deadline: number;
  readonly #inbox = createInbox();
  readonly #replies: Subscription;
  #receive: (message: Msg) => void = () => {};
  #batches = 0;
  #pending: number;

  private constructor(
    connection: Connection,
    stream: BucketStream,
    { consumer, pending, deadline }: {
      consumer: string;
      pending: number;
      deadline: number;
    },
  ) {
    this.#connection = connection;
    this.#stream = stream;
    this.#consumer = consumer;
    this.#pending = pending;
    this.#deadline = deadline;
    this.#replies = connection.subscribe(`${this.#inbox}.*`, {
      callback: (failure, message) => {
        if (failure === null) this.#receive(message);
      },
    });
  }

  /** Starts to read. */
  static open(stream: BucketStream, options: ScanOptions): Promise<Scan> {
    const { deadline } = options;
    return stream.heard(deadline, async (connection) => {
      const { name, pending } = await addConsumer(connection, stream, options);
      return new Scan(connection, stream, {
        consumer: name,
        pending,
        deadline,
      });
    });
  }

  /** Whether everything was read that was there when the last message was sent. */
  get ended(): boolean {
    return this.#pending === 0;
  }

  /** The next messages, at most so many; none when all is read. */
  async next(count: number): Promise<Scanned[]> {
    if (this.ended) return [];
    const found: Scanned[] = [];
    const done = Promise.withResolvers<void>();
    const reply = `${this.#inbox}.${++this.#batches}`;
    this.#receive = (message) => {
      if (!message.subject.startsWith(this.#inbox)) {
        const scanned = understand(message, this.#stream.prefix);
        this.#pending = scanned.pending;
        found.push(scanned);
        if (found.length === count || this.ended) done.resolve();
      } else if (message.subject === reply) {
        if (END_OF_MESSAGES.includes(message.headers?.code ?? 0)) {
          this.#pending = 0;
          done.resolve();
        } else {
          done.reject(refusal(message));
        }
      }
      // Else it is the end of an earlier batch, which came after the batch was full.
    };
    this.#connection.publish(
      `$JS.API.CONSUMER.MSG.NEXT.${this.#stream.name}.${this.#consumer}`,
      JSON.stringify({ batch: count, no_wait: true }),
      { reply },
    );
    await before(this.#deadline, done.promise);
    return found;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#connection.isClosed()) return;
    this.#replies.unsubscribe();
    await removeConsumer(this.#connection, this.#stream, this.#consumer);
  }
}

/** Makes a consumer that reads a stream in its order, and tells how much there is to read. */
export async function addConsumer(
  connection: Connection,
  stream: BucketStream,
  { from, token, headersOnly, deadline }: ScanOptions,
): Promise<{ readonly name: string; readonly pending: number }> {
  const manager = await managerOf(connection, timeLeft(deadline));
  const name = `wharf_${nuid.next()}`;
  const { num_pending } = await manager.consumers.add(stream.name, {
    name,
    ack_policy: AckPolicy.None,
    deliver_policy: from > 1 ? DeliverPolicy.StartSequence : DeliverPolicy.All,
    ...(from > 1 && { opt_start_seq: from }),
    // Without a filter, how much is left to read costs the server nothing to know.
    ...(token !== undefined && { filter_subject: stream.prefix + token }),
    headers_only: headersOnly,
    inactive_threshold: nanos(FORGOTTEN_AFTER),
    mem_storage: true,
    num_replicas: 1,
  });
  return { name, pending: num_pending };
}

/** Removes a consumer, if the server can be told within a moment. */
export async function removeConsumer(
  connection: Connection,
  stream: BucketStream,
  name: string,
): Promise<void> {
  if (connection.isClosed() || !connection.protocol.connected) return;
  try {
    const manager = await managerOf(connection, REMOVED_WITHIN);
    await manager.consumers.delete(stream.name, name);
  } catch {
    // The server forgets it by itself.
  }
}

/** A message that a consumer delivered. */
export function understand(message: Msg, prefix: string): Scanned {
  const tokens = message.reply?.split(".") ?? [];
  const first = tokens.length >= TOKENS_WITH_DOMAIN ? 7 : 5;
  const { headers } = message;
  return {
    token: message.subject.slice(prefix.length),
    stored: storedFrom(headers, Number(tokens[first]), message.data),
    at: new Date(Math.floor(Number(tokens[first + 2]) / 1e6)),
    pending: Number(tokens[first + 3]),
  };
}

function refusal({ headers }: Msg): JetStreamApiError {
  return new JetStreamApiError({
    code: headers?.code ?? 0,
    err_code: 0,
    description: headers?.description ?? "no description",
  });
}
