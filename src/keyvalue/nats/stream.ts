/**
 * The JetStream stream behind one bucket: its making, and requests to it.
 *
 * Reads and writes are sent as requests of their own, not through the client's KV class:
 * that writes no headers, which expiry and long keys need.
 *
 * @module
 */

import { JetStreamApiError, jetstreamManager } from "@nats-io/jetstream";
import type { JetStreamManager, StreamInfo } from "@nats-io/jetstream";
import { Kvm } from "@nats-io/kv";
import { Empty, type Msg, type NatsConnection } from "@nats-io/nats-core";
import { quote } from "../key_encoding.ts";
import { KeyValueError } from "../store.ts";
import { pause, timeLeft } from "./deadline.ts";
import {
  isMissing,
  isNameInUse,
  isNoMessage,
  isTimeout,
  isTooLarge,
  isUnheard,
} from "./failures.ts";
import type { Connection } from "./guarded_connection.ts";
import type { Link } from "./link.ts";
import {
  type Marks,
  messageFor,
  type Outgoing,
  type Stored,
  storedFrom,
} from "./message.ts";
import { isDigestOfBucket, type KeyName, nameOfBucket } from "./names.ts";
import type { NatsSettings } from "./settings.ts";
import { endOfValue } from "./value_end.ts";

const API = "$JS.API";
const SEQUENCE = "Nats-Sequence";
const NOT_FOUND = 404;
/** Milliseconds without an answer after which a reader asks whether the stream is there. */
const SILENCE = 250;
/** NATS takes 4 KiB; a unit of UTF-16 has three bytes at most. */
const LONGEST_DESCRIPTION = 1365;
/** `code` and `err_code` for a status in place of a message, which no error code covers. */
const UNEXPECTED_STATUS = 0;

/** What matters of a stream's settings. */
export interface StreamFacts {
  /** Whether every message but the last of a key is forgotten. */
  readonly lastOnly: boolean;
  /** Whether any server that has the stream may answer; a follower may not have the last write yet. */
  readonly direct: boolean;
  /** The largest message; -1 for the server's own limit. */
  readonly largest: number;
}

/** What a write is about. */
export interface Write extends Marks {
  readonly key: string;
  readonly name: KeyName;
  readonly deadline: number;
}

/** A bucket's stream. */
export class BucketStream {
  /** The name of the stream. */
  readonly name: string;
  /** What stands before a key in its subject. */
  readonly prefix: string;
  readonly #bucket: string;
  readonly #link: Link;
  readonly #settings: NatsSettings;
  #facts: StreamFacts;
  /** The life of the link in which the stream was last found; `undefined` if there is doubt. */
  #preparedIn: number | undefined;
  #preparing: Promise<void> | undefined;

  private constructor(
    link: Link,
    settings: NatsSettings,
    { bucket, facts }: { bucket: string; facts: StreamFacts },
  ) {
    const name = nameOfBucket(bucket);
    this.name = `KV_${name}`;
    this.prefix = `$KV.${name}.`;
    this.#bucket = bucket;
    this.#link = link;
    this.#settings = settings;
    this.#facts = facts;
    this.#preparedIn = link.lives;
  }

  /** Finds a bucket's stream, or makes it. */
  static async open(
    link: Link,
    settings: NatsSettings,
    { bucket, deadline }: { bucket: string; deadline: number },
  ): Promise<BucketStream> {
    const facts = await prepare(link, settings, { bucket, deadline });
    return new BucketStream(link, settings, { bucket, facts });
  }

  /** What matters of the stream's settings, as they were when it was last looked for. */
  get facts(): StreamFacts {
    return this.#facts;
  }

  /** Settles when the connection came back or ended. */
  get turn(): Promise<void> {
    return this.#link.turn;
  }

  /** Whether the backend was disposed of. */
  get closed(): boolean {
    return this.#link.closed;
  }

  /** The sequence of the last message that was ever written. */
  lastSequence(deadline: number): Promise<number> {
    return this.heard(deadline, async (connection) => {
      const manager = await managerOf(connection, timeLeft(deadline));
      return (await manager.streams.info(this.name)).state.last_seq;
    });
  }

  /** The last message of a key. */
  last(name: KeyName, deadline: number): Promise<Stored | undefined> {
    return this.heard(deadline, async (connection) => {
      const subject = this.prefix + name.token;
      if (!this.#facts.direct) {
        const timeout = timeLeft(deadline);
        return await this.#lastFromLeader(connection, subject, timeout);
      }
      return await this.#lastFromAny(connection, subject, deadline);
    });
  }

  /** When the value that a key has at the time `now` ends; `undefined` for never, and for no value. */
  endOf(
    name: KeyName,
    { now, deadline }: { readonly now: number; readonly deadline: number },
  ): Promise<Date | undefined> {
    return this.heard(deadline, async (connection) => {
      const manager = await managerOf(connection, timeLeft(deadline));
      const subject = this.prefix + name.token;
      return await endOfValue(manager, { stream: this.name, subject, now });
    });
  }

  /** Writes a message; what it returns is its sequence. The bytes are read before it returns its promise. */
  write(data: Uint8Array, write: Write): Promise<number> {
    const { name, deadline } = write;
    const message = messageFor(data, write);
    const subject = this.prefix + name.token;
    return this.heard(deadline, async (connection) => {
      checkSize(connection, message);
      const { headers, data } = message;
      const answer = await connection.request(subject, data, {
        timeout: timeLeft(deadline),
        ...(headers && { headers }),
      });
      try {
        return sequenceFrom(answer);
      } catch (cause) {
        if (isTooLarge(cause)) throw tooLarge(data.length, this.#facts.largest);
        throw cause;
      }
    });
  }

  /**
   * Sends what `send` sends, and sends it again where nobody heard it: then nothing was
   * done, and the stream may be gone, or not be up again after a restart.
   */
  async heard<T>(
    deadline: number,
    send: (connection: Connection) => Promise<T>,
  ): Promise<T> {
    for (let tries = 0;; tries++) {
      const connection = this.#link.up ?? await this.#link.wait(deadline);
      if (this.#preparedIn !== this.#link.lives) await this.#prepare(deadline);
      try {
        return await send(connection);
      } catch (cause) {
        // The server does not answer either when it is asked for a key of no stream.
        if (isTimeout(cause) || isUnheard(cause) || isMissing(cause)) {
          this.#preparedIn = undefined;
        }
        if (!isUnheard(cause) && !isMissing(cause)) throw cause;
        if (tries > 0) await pause(tries + 3);
      }
    }
  }

  /** Looks for the stream again, once for all who wait. */
  #prepare(deadline: number): Promise<void> {
    return this.#preparing ??= this.#prepareOnce(deadline).finally(() => {
      this.#preparing = undefined;
    });
  }

  async #prepareOnce(deadline: number): Promise<void> {
    const { lives } = this.#link;
    const bucket = this.#bucket;
    this.#facts = await prepare(this.#link, this.#settings, {
      bucket,
      deadline,
    });
    this.#preparedIn = lives;
  }

  async #lastFromAny(
    connection: Connection,
    subject: string,
    deadline: number,
  ): Promise<Stored | undefined> {
    const ask = (timeout: number) =>
      connection.request(
        `${API}.DIRECT.GET.${this.name}.${subject}`,
        Empty,
        { timeout },
      );
    try {
      return understand(await ask(Math.min(SILENCE, timeLeft(deadline))));
    } catch (cause) {
      if (!isTimeout(cause)) throw cause;
    }
    // For a stream that somebody dropped the server has no answer; this fails then.
    const manager = await managerOf(connection, timeLeft(deadline));
    await manager.streams.info(this.name);
    return understand(await ask(timeLeft(deadline)));
  }

  async #lastFromLeader(
    connection: Connection,
    subject: string,
    timeout: number,
  ): Promise<Stored | undefined> {
    try {
      const manager = await managerOf(connection, timeout);
      const found = await manager.streams.getMessage(this.name, {
        last_by_subj: subject,
      });
      return found === null
        ? undefined
        : storedFrom(found.header, found.seq, found.data);
    } catch (cause) {
      if (isNoMessage(cause)) return undefined;
      throw cause;
    }
  }
}

/** The client library refuses a larger message, but does not say what the limit is. */
function checkSize(connection: Connection, { headers, data }: Outgoing): void {
  const limit = connection.info?.max_payload;
  if (limit === undefined) return;
  const size = data.length + (headers?.toString().length ?? 0);
  if (size > limit) throw tooLarge(size, limit);
}

/** The manager of a connection's streams and consumers; it asks the server for nothing. */
export function managerOf(
  connection: Connection,
  timeout: number,
): Promise<JetStreamManager> {
  // The class says that a property can be undefined which its interface calls optional.
  return jetstreamManager(connection as NatsConnection, {
    checkAPI: false,
    timeout,
  });
}

async function prepare(
  link: Link,
  settings: NatsSettings,
  { bucket, deadline }: { bucket: string; deadline: number },
): Promise<StreamFacts> {
  const name = nameOfBucket(bucket);
  const connection = link.up ?? await link.wait(deadline);
  const manager = await managerOf(connection, timeLeft(deadline));
  try {
    return factsFrom(await manager.streams.info(`KV_${name}`));
  } catch (cause) {
    if (!isMissing(cause)) throw cause;
    if (settings.create === false) {
      throw new KeyValueError(
        "no-such-store",
        `Cannot open bucket ${
          quote(bucket)
        }: NATS has none of that name and "create" is off; make it with: nats kv add ${name}`,
        { cause },
      );
    }
  }
  await createStream(connection, settings, { bucket, deadline });
  return factsFrom(await manager.streams.info(`KV_${name}`));
}

/** Makes a bucket's stream; `false` if somebody else was faster, and chose other settings. */
export async function createStream(
  connection: Connection,
  settings: NatsSettings,
  { bucket, deadline }: { bucket: string; deadline: number },
): Promise<boolean> {
  const name = nameOfBucket(bucket);
  const timeout = timeLeft(deadline);
  const { history, replicas, storage, maxValueSize, ttl } = settings;
  const client = (await managerOf(connection, timeout)).jetstream();
  try {
    await new Kvm(client).create(name, {
      ...(history !== undefined && { history }),
      ...(replicas !== undefined && { replicas }),
      ...(storage !== undefined && { storage }),
      ...(maxValueSize !== undefined && { maxValueSize }),
      ...(ttl !== undefined && { ttl }),
      ...(isDigestOfBucket(name) && bucket.length <= LONGEST_DESCRIPTION && {
        description: bucket,
      }),
    });
    return true;
  } catch (cause) {
    if (!isNameInUse(cause)) throw cause;
    return false;
  }
}

function factsFrom({ config }: StreamInfo): StreamFacts {
  return {
    lastOnly: config.max_msgs_per_subject === 1,
    direct: config.allow_direct === true && config.num_replicas === 1,
    largest: config.max_msg_size,
  };
}

function understand(answer: Msg): Stored | undefined {
  const { headers } = answer;
  const sequence = Number(headers?.get(SEQUENCE));
  if (sequence > 0) return storedFrom(headers, sequence, answer.data);
  if (headers?.code === NOT_FOUND) return undefined;
  throw new JetStreamApiError({
    code: headers?.code ?? UNEXPECTED_STATUS,
    err_code: UNEXPECTED_STATUS,
    description: headers?.description ?? "an answer without a sequence",
  });
}

interface PublishAnswer {
  readonly seq?: number;
  readonly error?: {
    readonly code: number;
    readonly err_code: number;
    readonly description: string;
  };
}

function sequenceFrom(answer: Msg): number {
  const { seq, error } = answer.json<PublishAnswer>();
  if (error !== undefined) throw new JetStreamApiError(error);
  if (seq !== undefined) return seq;
  throw new JetStreamApiError({
    code: UNEXPECTED_STATUS,
    err_code: UNEXPECTED_STATUS,
    description: "an acknowledgement without a sequence",
  });
}

function tooLarge(size: number, limit: number): KeyValueError {
  return new KeyValueError(
    "other",
    `Cannot store a value in NATS: with its key it takes ${size} bytes and a message may have ${limit}; ` +
      "store less, or raise max_payload of the server or the maximum value size of the bucket",
  );
}
