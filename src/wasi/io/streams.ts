/**
 * `wasi:io/streams@0.2`: byte streams with back-pressure.
 *
 * A guest's stream stands on a {@linkcode ByteSource} or a {@linkcode ByteSink}, which
 * hold at most one window of bytes; neither side ever gathers a whole body.
 *
 * @module
 */

import { type HostInterface, WitError } from "../../runtime/host_interface.ts";
import { IoError } from "./error.ts";
import { Pollable, type Readiness } from "./poll.ts";

/** `variant stream-error { last-operation-failed(error), closed }` */
export type StreamError =
  | { readonly tag: "last-operation-failed"; readonly val: IoError }
  | { readonly tag: "closed" };

/** The error arm for a stream that is at its end. */
export function streamClosed(): WitError<StreamError> {
  return new WitError<StreamError>({ tag: "closed" });
}

/** The error arm for a stream whose other side failed. */
export function streamFailed(
  text: string,
  cause?: unknown,
): WitError<StreamError> {
  return new WitError<StreamError>({
    tag: "last-operation-failed",
    val: new IoError(text, cause),
  });
}

/** Where an input stream's bytes come from. */
export interface ByteSource extends Readiness {
  /**
   * Up to `max` bytes of what is there, empty when nothing is there yet. The array is good
   * until the source is asked again: it may be one that is filled over and over.
   * Throws {@linkcode WitError} at the end or after a failure.
   */
  read(max: number): Uint8Array;
  /**
   * Resolves after a turn of the event loop, if the guest is there still. A source that has it
   * makes `input-stream.read` answer at once, even with nothing, as the WIT allows: guests that
   * serve several sockets depend on it.
   */
  turn?(): Promise<void>;
}

/** Where an output stream's bytes go. */
export interface ByteSink extends Readiness {
  /** How many bytes may be written now. Throws {@linkcode WitError} when closed or failed. */
  capacity(): number;
  /** Takes at most {@linkcode capacity} bytes. The array becomes the sink's. */
  write(bytes: Uint8Array): void;
  /** Asks for all that was written to be passed on; the sink is not ready until it is. */
  flush(): void;
}

/**
 * How much one read gives at most, whatever the guest asks for: a guest's `u64` must not
 * become the size of a host allocation.
 */
const MAX_READ = 64 * 1024;

/** After how many reads in a row that gave nothing the event loop gets a turn. */
const EMPTY_READS_A_TURN = 64;

/** What the WIT allows one `blocking-write-and-flush` to carry. */
const MAX_BLOCKING_WRITE = 4096;

/** `resource input-stream` */
export class InputStream {
  readonly #source: ByteSource;
  #empty = 0;

  constructor(source: ByteSource) {
    this.#source = source;
  }

  /**
   * `read: func(len: u64) -> result<list<u8>, stream-error>`
   *
   * Waits for the first bytes where the WIT would allow an empty list: much guest code
   * takes an empty list for the end of the stream, and would lose the rest of a body
   * that arrives in pieces. A guest that polls first never waits here. Where there is a
   * {@linkcode ByteSource.turn}, it is what the WIT says.
   */
  read(length: bigint): Uint8Array | Promise<Uint8Array> {
    if (this.#source.turn === undefined) return this.blockingRead(length);
    const bytes = this.#source.read(clampLength(length));
    if (bytes.length > 0) this.#empty = 0;
    else if (++this.#empty === EMPTY_READS_A_TURN) {
      this.#empty = 0;
      return this.#source.turn().then(() => bytes);
    }
    return bytes;
  }

  /** `blocking-read: func(len: u64) -> result<list<u8>, stream-error>` */
  blockingRead(length: bigint): Uint8Array | Promise<Uint8Array> {
    const max = clampLength(length);
    const bytes = this.#source.read(max);
    return bytes.length > 0 || max === 0 ? bytes : this.#readLater(max);
  }

  async #readLater(max: number): Promise<Uint8Array> {
    while (true) {
      await this.#source.whenReady();
      const bytes = this.#source.read(max);
      if (bytes.length > 0) return bytes;
    }
  }

  /** What is there now, possibly nothing. For `output-stream.splice`. */
  take(max: number): Uint8Array {
    return this.#source.read(max);
  }

  /** `skip: func(len: u64) -> result<u64, stream-error>` */
  skip(length: bigint): bigint {
    return BigInt(this.#source.read(clampLength(length)).length);
  }

  /** `blocking-skip: func(len: u64) -> result<u64, stream-error>` */
  async blockingSkip(length: bigint): Promise<bigint> {
    return BigInt((await this.blockingRead(length)).length);
  }

  /** `subscribe: func() -> pollable` */
  subscribe(): Pollable {
    return new Pollable(withoutDispose(this.#source));
  }

  [Symbol.dispose](): void {
    this.#source.dispose?.();
  }
}

/** `resource output-stream` */
export class OutputStream {
  readonly #sink: ByteSink;

  constructor(sink: ByteSink) {
    this.#sink = sink;
  }

  /** `check-write: func() -> result<u64, stream-error>` */
  checkWrite(): bigint {
    return BigInt(this.#sink.capacity());
  }

  /**
   * `write: func(contents: list<u8>) -> result<_, stream-error>`
   *
   * Writing more than `check-write` allowed traps, as the WIT asks.
   */
  write(contents: Uint8Array): void {
    const capacity = this.#sink.capacity();
    if (contents.length > capacity) {
      throw new RangeError(
        `output-stream.write got ${contents.length} bytes where check-write allows ${capacity}`,
      );
    }
    if (contents.length > 0) this.#sink.write(contents);
  }

  /** `blocking-write-and-flush: func(contents: list<u8>) -> result<_, stream-error>` */
  blockingWriteAndFlush(contents: Uint8Array): void | Promise<void> {
    if (contents.length > MAX_BLOCKING_WRITE) {
      throw new RangeError(
        `output-stream.blocking-write-and-flush got ${contents.length} bytes where ` +
          `${MAX_BLOCKING_WRITE} are allowed`,
      );
    }
    // Where there is room the guest is not suspended, and that is nearly always.
    if (contents.length <= this.#sink.capacity()) {
      if (contents.length > 0) this.#sink.write(contents);
      return this.blockingFlush();
    }
    return this.#writeAll(contents).then(() => this.blockingFlush());
  }

  /** Asks for room right before each write: the other side may close at any `await`. */
  async #writeAll(contents: Uint8Array): Promise<void> {
    let rest = contents;
    while (rest.length > 0) {
      const capacity = this.#sink.capacity();
      if (capacity === 0) {
        await this.#sink.whenReady();
        continue;
      }
      this.#sink.write(rest.subarray(0, capacity));
      rest = rest.subarray(capacity);
    }
  }

  async #capacity(): Promise<number> {
    let capacity = this.#sink.capacity();
    while (capacity === 0) {
      await this.#sink.whenReady();
      capacity = this.#sink.capacity();
    }
    return capacity;
  }

  /** `flush: func() -> result<_, stream-error>` */
  flush(): void {
    this.#sink.capacity(); // a closed or failed stream answers its error
    this.#sink.flush();
  }

  /** `blocking-flush: func() -> result<_, stream-error>` */
  blockingFlush(): void | Promise<void> {
    this.flush();
    if (!this.#sink.isReady()) return this.#flushed();
    this.#sink.capacity();
  }

  async #flushed(): Promise<void> {
    while (!this.#sink.isReady()) await this.#sink.whenReady();
    this.#sink.capacity();
  }

  /** `subscribe: func() -> pollable` */
  subscribe(): Pollable {
    return new Pollable(withoutDispose(this.#sink));
  }

  /** `write-zeroes: func(len: u64) -> result<_, stream-error>` */
  writeZeroes(length: bigint): void {
    const capacity = this.#sink.capacity();
    if (length > BigInt(capacity)) {
      throw new RangeError(
        `output-stream.write-zeroes got ${length} where check-write allows ${capacity}`,
      );
    }
    this.write(new Uint8Array(Number(length)));
  }

  /** `blocking-write-zeroes-and-flush: func(len: u64) -> result<_, stream-error>` */
  blockingWriteZeroesAndFlush(length: bigint): void | Promise<void> {
    // Refused before it is allocated: the length is the guest's.
    if (length > BigInt(MAX_BLOCKING_WRITE)) {
      throw new RangeError(
        `output-stream.blocking-write-zeroes-and-flush got ${length} where ` +
          `${MAX_BLOCKING_WRITE} are allowed`,
      );
    }
    return this.blockingWriteAndFlush(new Uint8Array(Number(length)));
  }

  /** `splice: func(src: borrow<input-stream>, len: u64) -> result<u64, stream-error>` */
  splice(source: InputStream, length: bigint): bigint {
    const bytes = source.take(
      Math.min(this.#sink.capacity(), clampLength(length)),
    );
    // A copy: the sink keeps it for longer than the source lends it.
    if (bytes.length > 0) this.#sink.write(bytes.slice());
    return BigInt(bytes.length);
  }

  /** `blocking-splice: func(src: borrow<input-stream>, len: u64) -> result<u64, stream-error>` */
  async blockingSplice(source: InputStream, length: bigint): Promise<bigint> {
    const max = Math.min(await this.#capacity(), clampLength(length));
    const bytes = await source.blockingRead(BigInt(max));
    this.#sink.capacity(); // it may have closed or failed while the source was waited for
    if (bytes.length > 0) this.#sink.write(bytes.slice());
    return BigInt(bytes.length);
  }

  [Symbol.dispose](): void {
    this.#sink.dispose?.();
  }
}

/** A stream's pollable ends before the stream: dropping it must not close the stream. */
function withoutDispose(readiness: Readiness): Readiness {
  return {
    isReady: () => readiness.isReady(),
    whenReady: () => readiness.whenReady(),
  };
}

function clampLength(length: bigint): number {
  return length > BigInt(MAX_READ) ? MAX_READ : Number(length);
}

const INPUT = "self: borrow<input-stream>";
const OUTPUT = "self: borrow<output-stream>";

export const streamsInterface: HostInterface = {
  name: "wasi:io/streams",
  version: "0.2.x",
  types: {
    "error": "resource",
    "pollable": "resource",
    "input-stream": "resource",
    "output-stream": "resource",
    "stream-error": "variant { last-operation-failed(error), closed }",
  },
  functions: {
    "[method]input-stream.read":
      `func(${INPUT}, len: u64) -> result<list<u8>, stream-error>`,
    "[method]input-stream.blocking-read":
      `func(${INPUT}, len: u64) -> result<list<u8>, stream-error>`,
    "[method]input-stream.skip":
      `func(${INPUT}, len: u64) -> result<u64, stream-error>`,
    "[method]input-stream.blocking-skip":
      `func(${INPUT}, len: u64) -> result<u64, stream-error>`,
    "[method]input-stream.subscribe": `func(${INPUT}) -> pollable`,
    "[method]output-stream.check-write":
      `func(${OUTPUT}) -> result<u64, stream-error>`,
    "[method]output-stream.write":
      `func(${OUTPUT}, contents: list<u8>) -> result<_, stream-error>`,
    "[method]output-stream.blocking-write-and-flush":
      `func(${OUTPUT}, contents: list<u8>) -> result<_, stream-error>`,
    "[method]output-stream.flush": `func(${OUTPUT}) -> result<_, stream-error>`,
    "[method]output-stream.blocking-flush":
      `func(${OUTPUT}) -> result<_, stream-error>`,
    "[method]output-stream.subscribe": `func(${OUTPUT}) -> pollable`,
    "[method]output-stream.write-zeroes":
      `func(${OUTPUT}, len: u64) -> result<_, stream-error>`,
    "[method]output-stream.blocking-write-zeroes-and-flush":
      `func(${OUTPUT}, len: u64) -> result<_, stream-error>`,
    "[method]output-stream.splice":
      `func(${OUTPUT}, src: borrow<input-stream>, len: u64) -> result<u64, stream-error>`,
    "[method]output-stream.blocking-splice":
      `func(${OUTPUT}, src: borrow<input-stream>, len: u64) -> result<u64, stream-error>`,
  },
  plain: "all",
  waits: [
    "[method]input-stream.read",
    "[method]input-stream.blocking-read",
    "[method]input-stream.blocking-skip",
    "[method]output-stream.blocking-write-and-flush",
    "[method]output-stream.blocking-flush",
    "[method]output-stream.blocking-write-zeroes-and-flush",
    "[method]output-stream.blocking-splice",
  ],
  limits: {
    "[method]input-stream.read":
      "waits for the first bytes instead of giving none",
  },
  resources: {
    "error": IoError,
    "pollable": Pollable,
    "input-stream": InputStream,
    "output-stream": OutputStream,
  },
  imports: () => ({}),
};
