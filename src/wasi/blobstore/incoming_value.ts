/**
 * `resource incoming-value` of `wasi:blobstore/types`: an object, or a part of one, to read.
 *
 * @module
 */

import type { BlobReader } from "../../blobstore/store.ts";
import { WitError } from "../../runtime/host_interface.ts";
import { PIECE, PulledSource } from "../io/pulled_source.ts";
import { InputStream } from "../io/streams.ts";
import { answering } from "./refusal.ts";

/** How much a guest gets as one list; more it has to stream. */
const LARGEST_LIST = 64 * 1024 * 1024;

/** Bytes of an object: from the first to before `end`. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * The bytes that a guest asks for, both offsets being the first and last byte. What is behind
 * the object's end is left out, since guests ask for "all" by some large number.
 *
 * @throws {WitError} It begins behind the end of the object, or of itself.
 */
export function rangeOf(start: bigint, last: bigint, size: number): ByteRange {
  if (start > last || start > BigInt(size)) {
    throw new WitError(
      `Cannot read from ${start} to ${last}: the object has ${size} bytes; ` +
        "give its first and last byte",
    );
  }
  const end = last >= BigInt(size) ? size : Number(last) + 1;
  return { start: Number(start), end };
}

/** `resource incoming-value` */
export class IncomingValue {
  readonly #reader: BlobReader;
  readonly #range: ByteRange;

  constructor(reader: BlobReader, range: ByteRange) {
    this.#reader = reader;
    this.#range = range;
  }

  /** `incoming-value-consume-sync: static func(this: incoming-value) -> result<incoming-value-sync-body, error>` */
  static async incomingValueConsumeSync(
    value: IncomingValue,
  ): Promise<Uint8Array> {
    using _closed = value;
    const { start, end } = value.#range;
    const length = end - start;
    if (length > LARGEST_LIST) {
      throw new WitError(
        `Cannot read ${length} bytes as one list: ` +
          `${LARGEST_LIST} are allowed; consume the value as a stream`,
      );
    }
    const all = new Uint8Array(length);
    let filled = 0;
    while (filled < length) {
      const piece = await answering(() =>
        value.#reader.read(start + filled, Math.min(PIECE, length - filled))
      );
      if (piece.length === 0) break; // another program has cut the file
      all.set(piece, filled);
      filled += piece.length;
    }
    return all.subarray(0, filled);
  }

  /** `incoming-value-consume-async: static func(this: incoming-value) -> result<incoming-value-async-body, error>` */
  static incomingValueConsumeAsync(value: IncomingValue): InputStream {
    const reader = value.#reader;
    let { start: at, end } = value.#range;
    return new InputStream(
      new PulledSource({
        async next() {
          const piece = await reader.read(at, Math.min(PIECE, end - at));
          at += piece.length;
          if (piece.length === 0) end = at;
          return piece.length === 0 ? undefined : piece;
        },
        close: () => reader.close(),
      }),
    );
  }

  /** `size: func() -> u64` */
  size(): bigint {
    return BigInt(this.#range.end - this.#range.start);
  }

  [Symbol.dispose](): void {
    this.#reader.close();
  }
}
