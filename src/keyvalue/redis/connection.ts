/**
 * The one connection that all buckets of a backend share: made on first need, made again for
 * ever, and told of by {@linkcode Failure}s alone.
 *
 * Nothing is handed to ioredis unless the connection is ready: what it queued by itself it
 * might send after the caller was told that it failed.
 *
 * @module
 */

import { Redis, type RedisOptions } from "ioredis";
import { isIP } from "node:net";
import type { Address } from "./address.ts";
import { closed, Failure, failureOfReply, isReplyError } from "./failure.ts";

/** How long the server may take. */
export interface Patience {
  /** Milliseconds for a call, from when it was made to its answer. */
  readonly answer: number;
  /** Milliseconds a call waits for a connection. */
  readonly connect: number;
}

/** Between attempts to connect, in ms: the first, and the longest. */
const FIRST_PAUSE = 50;
const LONGEST_PAUSE = 1000;

/**
 * After how many deadlines without any answer the connection is given up: more than one, for that
 * of a call leaves out the time in which this process was held up.
 */
const DEADLINES = 2;

type State =
  | { readonly phase: "idle" }
  | { readonly phase: "connecting"; readonly why?: string }
  | { readonly phase: "ready" }
  /** The server is there and does not let us in. */
  | { readonly phase: "refused"; readonly failure: Failure }
  | { readonly phase: "closed" };

/** A connection to one database of one server. */
export class Connection {
  readonly client: Redis;
  readonly #address: Address;
  readonly #patience: Patience;
  #state: State = { phase: "idle" };
  #refusal: Failure | undefined;
  #lives = 0;
  #waiting:
    | { readonly ready: Promise<void>; end(failure?: Failure): void }
    | undefined;

  constructor(
    address: Address,
    { patience, ca }: { readonly patience: Patience; readonly ca?: string },
  ) {
    this.#address = address;
    this.#patience = patience;
    this.client = new Redis(optionsOf(address, {
      patience,
      ...(ca !== undefined && { ca }),
      pause: (attempt) => this.#pause(attempt),
    }));
    this.client.on("error", (error: unknown) => this.#onError(error));
    this.client.on("connect", () => this.#refusal = undefined);
    this.client.on("ready", () => this.#onReady());
    this.client.on("close", () => this.#onClose());
    this.client.on("end", () => this.#onEnd());
  }

  /** Whether a command can be sent now. */
  get isReady(): boolean {
    return this.#state.phase === "ready" && this.client.status === "ready";
  }

  /** How often the connection was made: a server that was started again has been reached anew. */
  get lives(): number {
    return this.#lives;
  }

  /** Settles when a command can be sent, or as soon as it is clear that none can. */
  ready(): Promise<void> {
    if (this.isReady) return Promise.resolve();
    if (this.#state.phase === "closed") return Promise.reject(closed());
    if (this.#state.phase === "refused") {
      return Promise.reject(this.#state.failure);
    }
    if (this.#state.phase === "idle") {
      this.#state = { phase: "connecting" };
      // What went wrong comes as an event too.
      this.client.connect().catch(() => {});
    }
    return (this.#waiting ??= this.#wait()).ready;
  }

  /** Ends the connection; what waits for it fails. */
  async close(): Promise<void> {
    if (this.#state.phase === "closed") return;
    this.#state = { phase: "closed" };
    this.#waiting?.end(closed());
    const { status } = this.client;
    const ended = new Promise<void>((resolve) =>
      this.client.once("end", () => resolve())
    );
    this.client.disconnect();
    this.client.stream?.destroy();
    if (status === "reconnecting" || status === "close" || status === "end") {
      return;
    }
    await ended;
  }

  #wait() {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    // Whoever waits sees the failure; it must not end the process if nobody does any more.
    promise.catch(() => {});
    const timer = setTimeout(() => end(this.#away()), this.#patience.connect);
    const end = (failure?: Failure) => {
      clearTimeout(timer);
      this.#waiting = undefined;
      if (failure === undefined) resolve();
      else reject(failure);
    };
    return { ready: promise, end };
  }

  #away(): Failure {
    const why = this.#state.phase === "connecting"
      ? this.#state.why
      : undefined;
    return new Failure(
      "other",
      `it cannot be reached (${
        why ?? `no answer within ${this.#patience.connect} ms`
      }); start it, or correct the URL`,
    );
  }

  #onError(error: unknown): void {
    if (this.#state.phase === "closed" || this.#state.phase === "ready") return;
    if (isReplyError(error)) {
      this.#refusal = this.#refusalOf(error);
      return;
    }
    if (!(error instanceof Error) || !("code" in error)) return;
    const why = String(error.code);
    if ("syscall" in error && error.syscall === "connect") {
      // Whatever it said when it last was there.
      this.#refusal = undefined;
      this.#state = { phase: "connecting", why };
    } else if (this.#state.phase === "connecting") {
      this.#state = { phase: "connecting", why };
    }
  }

  /** The text of the reply stays out: old servers repeat the password in it. */
  #refusalOf(error: Error): Failure {
    const { code, state, word } = failureOfReply(error.message);
    if (word !== "ERR") return new Failure(code, state, word);
    const command = "command" in error
      ? (error.command as { readonly name?: string }).name
      : undefined;
    return new Failure(
      "other",
      command === "select"
        ? `it has no database ${this.#address.db}; use a lower number in the URL, or raise "databases" in redis.conf`
        : "it refused the first commands of the connection; check the user, the password and the database in the URL",
      word,
    );
  }

  #onReady(): void {
    if (this.#state.phase === "closed") return;
    if (this.#refusal !== undefined) {
      // ioredis would go on, in database 0.
      this.client.disconnect(true);
      this.#refuse(this.#refusal);
      return;
    }
    this.#state = { phase: "ready" };
    this.#lives++;
    this.#waiting?.end();
  }

  #onClose(): void {
    if (this.#state.phase === "closed") return;
    if (this.#refusal !== undefined) this.#refuse(this.#refusal);
    else if (this.#state.phase !== "connecting") {
      this.#state = { phase: "connecting" };
    }
  }

  /** Not even an attempt could be made, and ioredis makes no further one. */
  #onEnd(): void {
    if (this.#state.phase === "closed") return;
    const failure = this.#away();
    this.#state = { phase: "idle" };
    this.#waiting?.end(failure);
  }

  #refuse(failure: Failure): void {
    this.#state = { phase: "refused", failure };
    this.#waiting?.end(failure);
  }

  #pause(attempt: number): number {
    return this.#state.phase === "refused" || this.#refusal !== undefined
      ? LONGEST_PAUSE
      : Math.min(FIRST_PAUSE * 2 ** Math.min(attempt - 1, 10), LONGEST_PAUSE);
  }
}

interface ClientOptions {
  readonly patience: Patience;
  readonly ca?: string;
  readonly pause: (attempt: number) => number;
}

/** How ioredis is set up for a connection. */
function optionsOf(
  address: Address,
  { patience, ca, pause }: ClientOptions,
): RedisOptions & { readonly replyMapping: "legacy" } {
  return {
    host: address.host,
    port: address.port,
    db: address.db,
    ...(address.username !== undefined && { username: address.username }),
    ...(address.password !== undefined && { password: address.password }),
    ...(address.tls && {
      tls: {
        // An address is no name; it is checked against the certificate all the same.
        ...(isIP(address.host) === 0 && { servername: address.host }),
        ...(ca !== undefined && { ca }),
      },
    }),
    lazyConnect: true,
    retryStrategy: pause,
    connectTimeout: patience.connect,
    // A server that hangs is left, and reached anew; calls have a deadline of their own.
    socketTimeout: patience.answer * DEADLINES,
    // What was under way when the connection was lost fails, and is never sent again.
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    autoResubscribe: false,
    enableOfflineQueue: false,
    // LOADING is told per call; INFO would ask for a right that few users have.
    enableReadyCheck: false,
    disableClientInfo: true,
    stringNumbers: true,
    replyMapping: "legacy",
  };
}
