/**
 * The body of a message that a guest reads. One piece is held at a time, and the next one is
 * asked for only when the guest waits for it: a slow guest slows its client down.
 *
 * @module
 */

import { HttpBodyError } from "../../runtime/http_body_error.ts";
import type { HeaderLine } from "../../runtime/http_message.ts";
import type { ByteSource } from "../io/streams.ts";
import { streamClosed, streamFailed } from "../io/streams.ts";
import { type ErrorCode, HttpFailure } from "./error_code.ts";
import type { FieldEntry } from "./fields.ts";

type SourceState =
  | { readonly phase: "open" }
  | { readonly phase: "ended" }
  | { readonly phase: "failed"; readonly error: HttpFailure };

/** Where a body's pieces come from. */
export interface BodyReader {
  /** The next piece, good until the one after; `undefined` at the end. */
  read(): Promise<Uint8Array | undefined>;
  cancel(): Promise<void>;
  /** What came behind the body, once it has ended. */
  trailers?(): FieldEntry[] | undefined;
}

const NOTHING = new Uint8Array(0);

/** How much is read at first: most bodies are short. */
const FIRST_READ = 8 * 1024;

/** How much is read of a body that has filled that. */
const LONG_READ = 64 * 1024;

/** How much is read only to be dropped; ending the connection costs less than more would. */
const MAX_DRAINED = 256 * 1024;

/** A body under way to a guest. */
export class BodySource implements ByteSource {
  /** The lines behind the body, when it has ended; absent where there can be none. */
  readonly trailers: Promise<readonly HeaderLine[]> | undefined;
  readonly #stream: ReadableStream<Uint8Array> | null;
  #reader: BodyReader | undefined;
  #state: SourceState = { phase: "open" };
  #failureTold = false;
  #chunk: Uint8Array = NOTHING;
  #received = 0;
  #pending: PromiseWithResolvers<void> | undefined;

  constructor(
    body: ReadableStream<Uint8Array> | BodyReader | null,
    trailers?: Promise<readonly HeaderLine[]>,
  ) {
    this.#stream = body instanceof ReadableStream ? body : null;
    this.trailers = trailers;
    if (body === null) this.#state = { phase: "ended" };
    else if (!(body instanceof ReadableStream)) this.#reader = body;
  }

  /** Whether the guest has asked for bytes that the client has not sent yet. */
  get waiting(): boolean {
    return this.#pending !== undefined;
  }

  /** How many bytes have come from the client. */
  get received(): number {
    return this.#received;
  }

  /** Whether every byte has been read, or none will come. */
  get ended(): boolean {
    return this.#chunk.length === 0 && this.#state.phase !== "open";
  }

  /** Why the body broke off, if it did. */
  get failure(): HttpFailure | undefined {
    return this.#state.phase === "failed" ? this.#state.error : undefined;
  }

  /** What the reader of a response found behind the body. */
  get readTrailers(): FieldEntry[] | undefined {
    return this.#state.phase === "ended"
      ? this.#reader?.trailers?.()
      : undefined;
  }

  /**
   * Reads what is left, if it is little, and drops it: the guest is done with the body, and
   * may still want what comes behind it.
   */
  async drain(): Promise<void> {
    const limit = this.#received + MAX_DRAINED;
    while (this.#state.phase === "open" && this.#received <= limit) {
      this.#chunk = NOTHING;
      await this.whenReady();
    }
    this.#chunk = NOTHING;
    this.cancel();
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
        if (this.#failureTold) throw streamClosed();
        this.#failureTold = true;
        throw streamFailed(this.#state.error.message, this.#state.error);
    }
  }

  isReady(): boolean {
    if (this.#chunk.length > 0 || this.#state.phase !== "open") return true;
    // A guest that polls asks for the first bytes by asking whether they are there.
    if (this.#pending === undefined) this.#fetch();
    return false;
  }

  whenReady(): Promise<void> {
    return this.isReady() ? Promise.resolve() : this.#pending!.promise;
  }

  /** The guest wants no more of it; what the client still sends is dropped. */
  cancel(): void {
    if (this.#state.phase !== "open") return;
    this.#chunk = NOTHING;
    this.#end({ phase: "ended" });
    this.#close();
  }

  /**
   * The client is known to have gone. Deno does not end a read that is under way when it
   * notices while it sends a response.
   */
  breakOff(cause?: unknown): void {
    if (this.#state.phase !== "open") return;
    this.#end({ phase: "failed", error: failureOf(cause) });
    this.#close();
  }

  async #fetch(): Promise<void> {
    this.#pending = Promise.withResolvers();
    try {
      this.#reader ??= openReader(this.#stream!);
      const chunk = await this.#reader.read();
      if (this.#state.phase !== "open") return;
      if (chunk === undefined) {
        this.#end({ phase: "ended" });
        return;
      }
      this.#chunk = chunk;
      this.#received += chunk.length;
      this.#wake();
    } catch (error) {
      this.breakOff(error);
    }
  }

  #end(state: SourceState): void {
    this.#state = state;
    this.#wake();
  }

  #wake(): void {
    this.#pending?.resolve();
    this.#pending = undefined;
  }

  /** A body that was never asked for is drained by the server itself. */
  #close(): void {
    this.#reader?.cancel().catch(() => {});
  }
}

/** What a guest is told of a body that broke off. */
function failureOf(cause: unknown): HttpFailure {
  if (cause instanceof HttpFailure) return cause;
  if (cause instanceof HttpBodyError) {
    return new HttpFailure(codeOf(cause), cause.message, { cause });
  }
  return new HttpFailure(
    { tag: "connection-terminated" },
    "The connection ended before the body was complete",
    { cause },
  );
}

function codeOf({ code, limit }: HttpBodyError): ErrorCode {
  switch (code) {
    case "too-large":
      return {
        tag: "HTTP-request-body-size",
        val: limit === undefined ? undefined : BigInt(limit),
      };
    case "timed-out":
      return { tag: "connection-read-timeout" };
  }
}

function openReader(stream: ReadableStream<Uint8Array>): BodyReader {
  try {
    return bufferReader(stream.getReader({ mode: "byob" }));
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    // Not a stream of bytes: one that the host itself has made.
    return chunkReader(stream.getReader());
  }
}

/**
 * Reads into one buffer over and over. New ones for each piece would cost a large body a
 * hundred megabytes of garbage at any time.
 */
function bufferReader(reader: ReadableStreamBYOBReader): BodyReader {
  let buffer = new ArrayBuffer(FIRST_READ);
  return {
    async read() {
      const { value, done } = await reader.read(new Uint8Array(buffer));
      if (done) return undefined;
      const isFull = value.length === value.buffer.byteLength;
      buffer = isFull && value.length < LONG_READ
        ? new ArrayBuffer(LONG_READ)
        : value.buffer;
      return value;
    },
    cancel: () => reader.cancel(),
  };
}

function chunkReader(
  reader: ReadableStreamDefaultReader<Uint8Array>,
): BodyReader {
  return {
    async read() {
      const { value, done } = await reader.read();
      return done ? undefined : value;
    },
    cancel: () => reader.cancel(),
  };
}
