/**
 * An output stream over something that takes piece after piece: a file, an object. What the guest
 * has written and what is still to be taken is one window of bytes at most.
 *
 * @module
 */

import { type ByteSink, streamClosed, streamFailed } from "./streams.ts";

/** How many bytes wait at most to be taken; then the guest waits. */
export const SINK_WINDOW = 128 * 1024;

/** Where the pieces go. */
export interface PieceWriter {
  /** Takes a piece whole. It is called again only when it has answered. */
  write(piece: Uint8Array): Promise<void>;
  /** No more will come. Called once, after the last {@linkcode write} has answered. */
  close(): void;
}

type SinkState =
  | { readonly phase: "open" }
  /** The guest is done; what is in the window is still taken. */
  | { readonly phase: "closed" }
  | { readonly phase: "failed"; readonly cause: unknown };

/** A {@linkcode ByteSink} that writes behind the guest. */
export class PushedSink implements ByteSink {
  readonly #writer: PieceWriter;
  #state: SinkState = { phase: "open" };
  #failureTold = false;
  #pieces: Uint8Array[] = [];
  #buffered = 0;
  #flushing = false;
  #pumping: Promise<void> | undefined;
  #wake = Promise.withResolvers<void>();
  #closed = false;

  constructor(writer: PieceWriter) {
    this.#writer = writer;
  }

  /** Why the bytes were not taken, if they were not. */
  get failure(): unknown {
    return this.#state.phase === "failed" ? this.#state.cause : undefined;
  }

  capacity(): number {
    const state = this.#state;
    switch (state.phase) {
      case "open":
        return this.#flushing ? 0 : SINK_WINDOW - this.#buffered;
      case "closed":
        throw streamClosed();
      case "failed":
        if (this.#failureTold) throw streamClosed();
        this.#failureTold = true;
        // No more than that: the cause names paths of the host.
        throw streamFailed("The bytes cannot be written", state.cause);
    }
  }

  write(bytes: Uint8Array): void {
    this.#pieces.push(bytes);
    this.#buffered += bytes.length;
    this.#pumping ??= this.#pump();
  }

  flush(): void {
    this.#flushing = this.#buffered > 0;
  }

  isReady(): boolean {
    return this.#state.phase !== "open" ||
      (!this.#flushing && this.#buffered < SINK_WINDOW);
  }

  whenReady(): Promise<void> {
    return this.isReady() ? Promise.resolve() : this.#wake.promise;
  }

  dispose(): void {
    if (this.#state.phase === "open") this.#state = { phase: "closed" };
    this.#release();
  }

  /** Ends the stream, and resolves when all that was written is taken, or a piece was refused. */
  async end(): Promise<void> {
    this.dispose();
    await this.#pumping;
  }

  async #pump(): Promise<void> {
    try {
      for (
        let piece = this.#pieces.shift();
        piece !== undefined;
        piece = this.#pieces.shift()
      ) {
        await this.#writer.write(piece);
        this.#buffered -= piece.length;
        this.#notify();
      }
    } catch (cause) {
      this.#pieces = [];
      this.#buffered = 0;
      this.#state = { phase: "failed", cause };
      this.#notify();
    } finally {
      this.#pumping = undefined;
      if (this.#state.phase === "closed") this.#release();
    }
  }

  #release(): void {
    if (this.#pumping !== undefined || this.#closed) return;
    this.#closed = true;
    this.#writer.close();
  }

  #notify(): void {
    if (this.#buffered === 0) this.#flushing = false;
    this.#wake.resolve();
    this.#wake = Promise.withResolvers();
  }
}
