/**
 * The body of a message that a guest writes: a window of bytes between the guest's
 * `output-stream` and the stream the server reads.
 *
 * @module
 */

import type { HeaderLine } from "../../runtime/http_message.ts";
import type { ByteSink } from "../io/streams.ts";
import { streamClosed, streamFailed } from "../io/streams.ts";

/** How many bytes wait at most for the client to take them; then the guest waits. */
export const BODY_WINDOW = 128 * 1024;

type PipeState =
  | { readonly phase: "open" }
  /** The guest finished it; what is in the window is still to be sent. */
  | { readonly phase: "finished" }
  /** The reader has gone away: what is written from now on has no one to go to. */
  | { readonly phase: "cancelled" }
  | { readonly phase: "failed"; readonly error: Error };

/** A body under way from a guest to a reader. */
export class BodyPipe implements ByteSink {
  readonly #length: number | undefined;
  #state: PipeState = { phase: "open" };
  #failureTold = false;
  #chunks: Uint8Array[] = [];
  #buffered = 0;
  #written = 0;
  #flushing = false;
  #trailers: readonly HeaderLine[] = [];
  #trailersWake: PromiseWithResolvers<readonly HeaderLine[]> | undefined;
  #writerWake: PromiseWithResolvers<void> | undefined;
  #readerWake: PromiseWithResolvers<void> | undefined;

  /** @param length How many bytes the head promises, if it does. */
  constructor(length?: number) {
    this.#length = length;
  }

  /** How many bytes the guest has written. */
  get written(): number {
    return this.#written;
  }

  /** Whether nothing more will be written. */
  get ended(): boolean {
    return this.#state.phase !== "open";
  }

  /** Whether the guest has written all it will. */
  get finished(): boolean {
    return this.#state.phase === "finished";
  }

  /** Why the body broke off, if it did. */
  get failure(): Error | undefined {
    return this.#state.phase === "failed" ? this.#state.error : undefined;
  }

  /** Whether the guest has to wait for its client. */
  get full(): boolean {
    return this.#buffered >= BODY_WINDOW;
  }

  capacity(): number {
    switch (this.#state.phase) {
      case "failed":
        if (this.#failureTold) throw streamClosed();
        this.#failureTold = true;
        throw streamFailed(this.#state.error.message, this.#state.error);
      case "open":
        return this.#flushing ? 0 : Math.max(0, BODY_WINDOW - this.#buffered);
      default:
        throw streamClosed();
    }
  }

  write(bytes: Uint8Array): void {
    this.#chunks.push(bytes);
    this.#buffered += bytes.length;
    this.#written += bytes.length;
    this.#wakeReader();
  }

  /**
   * A flush is done when the window has room again. Waiting until the client has everything
   * would keep a short body from leaving in one piece with its head.
   */
  flush(): void {
    this.#flushing = this.#buffered >= BODY_WINDOW;
  }

  isReady(): boolean {
    return this.#state.phase !== "open" || (!this.#flushing && !this.full);
  }

  whenReady(): Promise<void> {
    if (this.isReady()) return Promise.resolve();
    this.#writerWake ??= Promise.withResolvers();
    return this.#writerWake.promise;
  }

  /** The guest is done, with these lines behind the body. */
  finish(trailers: readonly HeaderLine[] = []): void {
    if (this.#state.phase !== "open") return;
    this.#trailers = trailers;
    this.#end({ phase: "finished" });
  }

  /** The lines behind the body, once it has ended; none where it did not end well. */
  trailers(): Promise<readonly HeaderLine[]> {
    if (this.ended) return Promise.resolve(this.#trailers);
    this.#trailersWake ??= Promise.withResolvers();
    return this.#trailersWake.promise;
  }

  /** Whether lines follow the body, or may still. */
  get mayHaveTrailers(): boolean {
    return !this.ended || this.#trailers.length > 0;
  }

  /** The body breaks off: the reader gets `error` after what is in the window. */
  fail(error: Error): void {
    if (this.#state.phase === "open") this.#end({ phase: "failed", error });
  }

  /** The reader went away. */
  cancel(): void {
    if (this.#state.phase === "open") this.#end({ phase: "cancelled" });
    this.#chunks = [];
    this.#buffered = 0;
  }

  /** Everything that was written, in one piece. For a body that is finished. */
  takeAll(): Uint8Array<ArrayBuffer> {
    const chunks = this.#chunks;
    const size = this.#buffered;
    this.#chunks = [];
    this.#buffered = 0;
    // Guests share no memory with other threads, and a copy of it is an array of its own.
    if (chunks.length === 1) return chunks[0] as Uint8Array<ArrayBuffer>;
    const all = new Uint8Array(size);
    let offset = 0;
    for (const chunk of chunks) {
      all.set(chunk, offset);
      offset += chunk.length;
    }
    return all;
  }

  /**
   * The reader's side. Reads nothing ahead of what is asked for.
   *
   * @param gone Called when the reader goes away before it has everything.
   */
  readable(gone: () => void = () => {}): ReadableStream<Uint8Array> {
    return new ReadableStream<Uint8Array>({
      pull: (controller) => this.#pull(controller),
      cancel: () => {
        if (this.#isAllSent()) return;
        this.cancel();
        gone();
      },
    }, { highWaterMark: 0 });
  }

  async #pull(
    controller: ReadableStreamDefaultController<Uint8Array>,
  ): Promise<void> {
    while (this.#buffered === 0 && this.#state.phase === "open") {
      this.#readerWake ??= Promise.withResolvers();
      await this.#readerWake.promise;
    }
    if (this.#buffered > 0) {
      const chunk = this.takeAll();
      this.#flushing = false;
      controller.enqueue(chunk);
      this.#wakeWriter();
      if (!this.finished) return;
    }
    if (this.#state.phase === "failed") controller.error(this.#state.error);
    else controller.close();
  }

  /** A server that has sent what the head promises reads no further; no one has gone. */
  #isAllSent(): boolean {
    return this.#buffered === 0 && this.#written === this.#length;
  }

  #end(state: PipeState): void {
    this.#state = state;
    this.#trailersWake?.resolve(this.#trailers);
    this.#wakeReader();
    this.#wakeWriter();
  }

  #wakeReader(): void {
    this.#readerWake?.resolve();
    this.#readerWake = undefined;
  }

  #wakeWriter(): void {
    this.#writerWake?.resolve();
    this.#writerWake = undefined;
  }
}
