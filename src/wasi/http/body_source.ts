/**
 * The body of a message that a guest reads. One piece is held at a time, and the next one is
 * asked for only when the guest waits for it: a slow guest slows its client down.
 *
 * @module
 */

import type { ByteSource } from "../io/streams.ts";
import { streamClosed, streamFailed } from "../io/streams.ts";
import { HttpFailure } from "./error_code.ts";

type SourceState =
  | { readonly phase: "open" }
  | { readonly phase: "ended" }
  | { readonly phase: "failed"; readonly error: HttpFailure };

const NOTHING = new Uint8Array(0);

/** A body under way to a guest. */
export class BodySource implements ByteSource {
  readonly #stream: ReadableStream<Uint8Array> | null;
  #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  #state: SourceState = { phase: "open" };
  #chunk: Uint8Array = NOTHING;
  #pending: Promise<void> | undefined;

  constructor(stream: ReadableStream<Uint8Array> | null) {
    this.#stream = stream;
    if (stream === null) this.#state = { phase: "ended" };
  }

  /** Whether the guest has asked for bytes that the client has not sent yet. */
  get waiting(): boolean {
    return this.#pending !== undefined;
  }

  /** Whether every byte has been read, or none will come. */
  get ended(): boolean {
    return this.#chunk.length === 0 && this.#state.phase !== "open";
  }

  /** Why the body broke off, if it did. */
  get failure(): HttpFailure | undefined {
    return this.#state.phase === "failed" ? this.#state.error : undefined;
  }

  read(max: number): Uint8Array {
    if (this.#chunk.length > 0) {
      const bytes = this.#chunk.subarray(0, max);
      this.#chunk = this.#chunk.subarray(bytes.length);
      return bytes;
    }
    switch (this.#state.phase) {
      case "open":
        return NOTHING;
      case "ended":
        throw streamClosed();
      case "failed":
        throw streamFailed(this.#state.error.message, this.#state.error);
    }
  }

  isReady(): boolean {
    if (this.#chunk.length > 0 || this.#state.phase !== "open") return true;
    // A guest that polls asks for the first bytes by asking whether they are there.
    this.#pending ??= this.#fetch();
    return false;
  }

  whenReady(): Promise<void> {
    return this.isReady() ? Promise.resolve() : this.#pending!;
  }

  /** The guest wants no more of it; what the client still sends is dropped. */
  cancel(): void {
    if (this.#state.phase !== "open") return;
    this.#state = { phase: "ended" };
    this.#chunk = NOTHING;
    // A body that was never read is drained by the server itself.
    this.#reader?.cancel().catch(() => {});
  }

  async #fetch(): Promise<void> {
    try {
      this.#reader ??= this.#stream!.getReader();
      const { value, done } = await this.#reader.read();
      if (this.#state.phase !== "open") return;
      if (done) this.#state = { phase: "ended" };
      else this.#chunk = value;
    } catch (error) {
      if (this.#state.phase !== "open") return;
      this.#state = {
        phase: "failed",
        error: new HttpFailure(
          { tag: "connection-terminated" },
          "The connection ended before the body was complete",
          { cause: error },
        ),
      };
    } finally {
      this.#pending = undefined;
    }
  }
}
