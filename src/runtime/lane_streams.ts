/**
 * Bodies between threads. The receiver gives the sender credit, in bytes, as its reader takes
 * what came: neither side holds more than a window, however slow the other is.
 *
 * @module
 */

import type { HeaderLine } from "./http_message.ts";
import { errorFrom, faultOf } from "./lane_fault.ts";
import type { StreamMessage } from "./lane_protocol.ts";
import { ownBytes, type Posting } from "./outbox.ts";

/** How many bytes are under way at most; a piece that is larger goes whole. */
export const STREAM_WINDOW = 64 * 1024;

/** A body to send. */
export interface OutgoingBody {
  /** Nothing is read of it before there is credit. */
  readonly body: ReadableStream<Uint8Array> | null;
  readonly trailers: Promise<readonly HeaderLine[]> | undefined;
  /** How many bytes may be sent before the receiver asks. */
  readonly credit: number;
}

/** A body that comes. */
export interface IncomingBody {
  readonly body: ReadableStream<Uint8Array>;
  readonly trailers: Promise<readonly HeaderLine[]>;
}

/** The bodies of one side of a lane, by the call they belong to: at most one each way. */
export class LaneStreams {
  readonly #outbox: Posting<StreamMessage>;
  readonly #senders = new Map<string, Sender>();
  readonly #receivers = new Map<string, Receiver>();

  constructor(outbox: Posting<StreamMessage>) {
    this.#outbox = outbox;
  }

  /** Sends a body; resolves when it has ended, one way or another. Never rejects. */
  async send(id: string, body: OutgoingBody): Promise<void> {
    const sender = new Sender(id, body, this.#outbox);
    this.#senders.set(id, sender);
    await sender.run();
    this.#senders.delete(id);
  }

  /** The other side needs no more of a body that is sent. */
  stopSending(id: string): void {
    this.#senders.get(id)?.cancel();
  }

  /** Sends what is left of all bodies, whether or not there is credit. */
  sendAll(): void {
    for (const sender of this.#senders.values()) sender.credit(Infinity);
  }

  /**
   * Takes the body of a call.
   *
   * @param credit How many bytes the sender was given from the start.
   * @param ended Called when no more will come, or none is wanted.
   */
  receive(id: string, credit: number, ended: () => void): IncomingBody {
    const receiver = new Receiver(id, this.#outbox, credit, () => {
      this.#receivers.delete(id);
      ended();
    });
    this.#receivers.set(id, receiver);
    return { body: receiver.body(), trailers: receiver.trailers };
  }

  /** Takes a message of the other side. */
  take(message: StreamMessage): void {
    const { id } = message;
    switch (message.kind) {
      case "chunk":
        return this.#receivers.get(id)?.chunk(message.bytes);
      case "end":
        return this.#receivers.get(id)?.end(message.trailers ?? []);
      case "break":
        return this.#receivers.get(id)?.fail(errorFrom(message.fault));
      case "credit":
        return this.#senders.get(id)?.credit(message.bytes);
      case "cancel":
        return this.#senders.get(id)?.cancel();
    }
  }

  /** Nobody reads a body that comes any more. */
  stopReceiving(id: string): void {
    this.#receivers.delete(id);
  }

  /** Breaks off a body that comes. */
  breakOff(id: string, error: Error): void {
    this.#receivers.get(id)?.fail(error);
  }
}

class Sender {
  readonly #id: string;
  readonly #body: OutgoingBody;
  readonly #outbox: Posting<StreamMessage>;
  #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  #credit: number;
  #isCancelled = false;
  #wake: (() => void) | undefined;

  constructor(id: string, body: OutgoingBody, outbox: Posting<StreamMessage>) {
    this.#id = id;
    this.#body = body;
    this.#outbox = outbox;
    this.#credit = body.credit;
    // They are awaited behind the body; a rejection must not count as unhandled before that.
    body.trailers?.catch(() => {});
  }

  credit(bytes: number): void {
    this.#credit += bytes;
    this.#wake?.();
  }

  cancel(): void {
    this.#isCancelled = true;
    this.#reader?.cancel().catch(() => {});
    this.#wake?.();
  }

  async run(): Promise<void> {
    try {
      await this.#sendBody();
      const trailers = await this.#body.trailers;
      if (this.#isCancelled) return;
      this.#outbox.post({
        kind: "end",
        id: this.#id,
        ...(trailers === undefined ? {} : { trailers }),
      });
    } catch (error) {
      if (this.#isCancelled) return;
      this.#outbox.post({ kind: "break", id: this.#id, fault: faultOf(error) });
    }
  }

  async #sendBody(): Promise<void> {
    const { body } = this.#body;
    if (body === null) return;
    for (;;) {
      while (this.#credit <= 0 && !this.#isCancelled) {
        await new Promise<void>((resolve) => this.#wake = resolve);
      }
      if (this.#isCancelled) return;
      this.#reader ??= body.getReader();
      const { value, done } = await this.#reader.read();
      if (done || this.#isCancelled) return;
      if (value.length === 0) continue;
      this.#credit -= value.length;
      const bytes = ownBytes(value);
      this.#outbox.post({ kind: "chunk", id: this.#id, bytes }, bytes);
    }
  }
}

type ReceiverState =
  | { readonly phase: "open" }
  | { readonly phase: "ended" }
  | { readonly phase: "failed"; readonly error: Error };

class Receiver {
  readonly #id: string;
  readonly #outbox: Posting<StreamMessage>;
  readonly #ended: () => void;
  readonly #trailers = Promise.withResolvers<readonly HeaderLine[]>();
  #chunks: Uint8Array<ArrayBuffer>[] = [];
  #state: ReceiverState = { phase: "open" };
  /** What the sender may still send, as far as this side knows. */
  #credit: number;
  #wake: (() => void) | undefined;

  constructor(
    id: string,
    outbox: Posting<StreamMessage>,
    credit: number,
    ended: () => void,
  ) {
    this.#id = id;
    this.#outbox = outbox;
    this.#credit = credit;
    this.#ended = ended;
    // Not everybody asks for them.
    this.#trailers.promise.catch(() => {});
  }

  get trailers(): Promise<readonly HeaderLine[]> {
    return this.#trailers.promise;
  }

  body(): ReadableStream<Uint8Array> {
    return new ReadableStream<Uint8Array>({
      pull: (controller) => this.#pull(controller),
      cancel: () => this.#cancel(),
    }, { highWaterMark: 0 });
  }

  chunk(bytes: Uint8Array<ArrayBuffer>): void {
    if (this.#state.phase !== "open") return;
    this.#chunks.push(bytes);
    this.#credit -= bytes.length;
    this.#wake?.();
  }

  end(trailers: readonly HeaderLine[]): void {
    this.#trailers.resolve(trailers);
    this.#settle({ phase: "ended" });
  }

  fail(error: Error): void {
    this.#trailers.reject(error);
    this.#settle({ phase: "failed", error });
  }

  async #pull(
    controller: ReadableStreamDefaultController<Uint8Array>,
  ): Promise<void> {
    this.#ask();
    while (this.#chunks.length === 0 && this.#state.phase === "open") {
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
    const chunk = this.#chunks.shift();
    if (chunk !== undefined) {
      controller.enqueue(chunk);
      // One that has had everything need not ask once more to see the end.
      if (this.#chunks.length > 0 || this.#state.phase !== "ended") return;
    }
    switch (this.#state.phase) {
      case "open":
        return;
      case "ended":
        return controller.close();
      case "failed":
        return controller.error(this.#state.error);
    }
  }

  /** Fills the sender's credit up when half of it is used and was taken. */
  #ask(): void {
    if (this.#state.phase !== "open") return;
    const held = this.#chunks.reduce((sum, { length }) => sum + length, 0);
    const bytes = STREAM_WINDOW - this.#credit - held;
    if (bytes < STREAM_WINDOW / 2) return;
    this.#credit += bytes;
    this.#outbox.post({ kind: "credit", id: this.#id, bytes });
  }

  #cancel(): void {
    if (this.#state.phase === "open") {
      this.#outbox.post({ kind: "cancel", id: this.#id });
    }
    this.#chunks = [];
    this.end([]);
  }

  #settle(state: ReceiverState): void {
    if (this.#state.phase !== "open") return;
    this.#state = state;
    this.#wake?.();
    this.#ended();
  }
}
