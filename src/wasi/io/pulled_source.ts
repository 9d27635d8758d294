/**
 * An input stream over something that is read piece by piece: a file, an object. One piece is
 * held at a time, and the next one is asked for only when the guest waits for it.
 *
 * @module
 */

import { type ByteSource, streamClosed, streamFailed } from "./streams.ts";

/** How many bytes one piece has at most. */
export const PIECE = 64 * 1024;

/** Where the pieces come from. */
export interface PieceReader {
  /**
   * The next piece, of at most {@linkcode PIECE} bytes; `undefined` at the end. It is called
   * again only when it has answered.
   */
  next(): Promise<Uint8Array | undefined>;
  /** No more is wanted. Called once, possibly while {@linkcode next} has not answered. */
  close(): void;
}

type SourceState =
  | { readonly phase: "open" }
  | { readonly phase: "ended" }
  | { readonly phase: "failed"; readonly cause: unknown };

const NOTHING = new Uint8Array(0);

/** A {@linkcode ByteSource} that keeps one piece. */
export class PulledSource implements ByteSource {
  readonly #reader: PieceReader;
  #state: SourceState = { phase: "open" };
  #piece: Uint8Array = NOTHING;
  #pending: Promise<void> | undefined;
  #closed = false;

  constructor(reader: PieceReader) {
    this.#reader = reader;
  }

  read(max: number): Uint8Array {
    if (this.#piece.length > 0) {
      const bytes = this.#piece.subarray(0, max);
      this.#piece = this.#piece.subarray(bytes.length);
      return bytes;
    }
    const state = this.#state;
    switch (state.phase) {
      case "open":
        return NOTHING;
      case "ended":
        throw streamClosed();
      case "failed":
        this.#state = { phase: "ended" };
        // No more than that: the cause names paths of the host.
        throw streamFailed("The bytes cannot be read", state.cause);
    }
  }

  isReady(): boolean {
    if (this.#piece.length > 0 || this.#state.phase !== "open") return true;
    this.#pending ??= this.#fetch();
    return false;
  }

  whenReady(): Promise<void> {
    return this.isReady() ? Promise.resolve() : this.#pending!;
  }

  dispose(): void {
    this.#piece = NOTHING;
    this.#state = { phase: "ended" };
    if (this.#closed) return;
    this.#closed = true;
    this.#reader.close();
  }

  async #fetch(): Promise<void> {
    try {
      const piece = await this.#reader.next();
      if (this.#state.phase !== "open") return;
      if (piece === undefined) this.#state = { phase: "ended" };
      else this.#piece = piece;
    } catch (cause) {
      if (this.#state.phase === "open") {
        this.#state = { phase: "failed", cause };
      }
    } finally {
      this.#pending = undefined;
    }
  }
}
