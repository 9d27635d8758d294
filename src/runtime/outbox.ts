/**
 * Messages on their way to another thread, those of one turn in one batch: what a message
 * costs is mostly the waking of the other side.
 *
 * @module
 */

/** The end of a channel between threads: a Worker, or what one is given by its own. */
export interface MessageEndpoint {
  /** Sends what can be cloned. */
  postMessage(message: unknown, transfer: Transferable[]): void;
}

/** Below this a copy costs less than to hand the bytes over. */
const LEAST_TRANSFER = 16 * 1024;

/** Takes messages for another thread. */
export interface Posting<Message> {
  /**
   * Sends a message with those of the same turn.
   *
   * @param bytes What the message holds; large ones are gone from this thread then. Each MUST be the sender's own.
   */
  post(message: Message, ...bytes: readonly Uint8Array<ArrayBuffer>[]): void;
}

/** With so many calls under way a message waits for those of the same turn of the event loop. */
const MANY_CALLS = 8;

/**
 * Collects messages and sends them. Where little is under way they go with the microtasks that
 * are due, so that a request by itself waits for nothing.
 */
export class Outbox<Message extends object> implements Posting<Message> {
  readonly #endpoint: MessageEndpoint;
  readonly #calls: () => number;
  #parts: (Message | string)[] = [];
  /** Messages that leave as JSON, at the end of the parts. */
  #plain: Message[] = [];
  #transfer: Transferable[] = [];
  #isDue = false;
  #isAlong = false;

  /** @param calls How many calls are under way. */
  constructor(endpoint: MessageEndpoint, calls: () => number = () => 0) {
    this.#endpoint = endpoint;
    this.#calls = calls;
  }

  post(message: Message, ...bytes: readonly Uint8Array<ArrayBuffer>[]): void {
    this.#closePlain();
    this.#parts.push(message);
    for (const { buffer, byteLength } of bytes) {
      if (byteLength >= LEAST_TRANSFER) this.#transfer.push(buffer);
    }
    this.#schedule();
  }

  /**
   * Sends a message with those of the same turn, as JSON: a text crosses for a quarter of what
   * objects cost.
   *
   * @param message Holds nothing but what JSON has; what is `undefined` in it is left out.
   */
  postPlain(message: Message): void {
    this.#plain.push(message);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#isDue) return;
    if (this.#calls() < MANY_CALLS) queueMicrotask(() => this.#flush());
    else setImmediate(() => this.#flush());
    // Not before it is: a guest can leave so little stack that what is called here throws.
    this.#isDue = true;
  }

  /** What comes next goes behind the messages that leave as JSON. */
  #closePlain(): void {
    if (this.#plain.length === 0) return;
    this.#parts.push(JSON.stringify(this.#plain));
    this.#plain = [];
  }

  /** Sends a message that nobody waits for: with the next one, at the end of the turn at the latest. */
  postAlong(message: Message): void {
    this.#closePlain();
    this.#parts.push(message);
    if (this.#isDue || this.#isAlong) return;
    this.#isAlong = true;
    setImmediate(() => {
      this.#isAlong = false;
      this.#flush();
    });
  }

  #flush(): void {
    this.#closePlain();
    if (this.#parts.length === 0) return;
    const parts = this.#parts;
    const transfer = this.#transfer;
    this.#parts = [];
    this.#transfer = [];
    this.#isDue = false;
    this.#endpoint.postMessage(parts, transfer);
  }
}

/** What an {@linkcode Outbox} sends at once: messages, and texts that are lists of them. */
export type Batch<Message> = readonly (Message | string)[];

/** Calls back with each message of a batch, in order. */
export function eachMessage<Message>(
  batch: Batch<Message>,
  take: (message: Message) => void,
): void {
  for (const part of batch) {
    if (typeof part !== "string") take(part);
    else for (const message of JSON.parse(part) as Message[]) take(message);
  }
}

/** The bytes in a buffer that holds nothing else: cloning a view clones all that is behind it. */
export function ownBytes(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer, byteLength } = bytes;
  return buffer instanceof ArrayBuffer && buffer.byteLength === byteLength
    ? bytes as Uint8Array<ArrayBuffer>
    : new Uint8Array(bytes);
}
