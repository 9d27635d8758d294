/**
 * The beginning of a request's body, kept as it goes by. Nothing is read that the guest does
 * not ask for.
 *
 * @module
 */

import { CAPTURE_SIZE, type CapturedBody } from "./api.ts";

/** Keeps the first {@linkcode CAPTURE_SIZE} bytes of one body. */
export class BodyCapture {
  readonly #grew: (bytes: number) => void;
  #pieces: Uint8Array[] = [];
  #kept = 0;
  #size = 0;
  #ended = false;

  /** @param grew Told of bytes that are kept. */
  constructor(grew: (bytes: number) => void) {
    this.#grew = grew;
  }

  /** The body to hand on; to be called once. */
  wrap(body: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
    let reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
    return new ReadableStream<Uint8Array>({
      pull: async (controller) => {
        reader ??= body.getReader();
        const { done, value } = await reader.read();
        if (done) {
          this.#ended = true;
          controller.close();
          return;
        }
        // Before it is handed on: its bytes may go to another thread and be gone from here.
        this.#take(value);
        controller.enqueue(value);
      },
      cancel: (reason) => {
        reader ??= body.getReader();
        return reader.cancel(reason);
      },
    }, { highWaterMark: 0 });
  }

  /** Whether all of it is kept. */
  get whole(): boolean {
    return this.#ended && this.#kept === this.#size;
  }

  /** As much as is kept. */
  bytes(): Uint8Array<ArrayBuffer> {
    const all = new Uint8Array(this.#kept);
    let at = 0;
    for (const piece of this.#pieces) {
      all.set(piece, at);
      at += piece.length;
    }
    return all;
  }

  /** As the API tells it. */
  told(): CapturedBody {
    return {
      size: this.#size,
      bytes: this.bytes().toBase64(),
      whole: this.whole,
    };
  }

  #take(bytes: Uint8Array): void {
    this.#size += bytes.length;
    const room = CAPTURE_SIZE - this.#kept;
    if (room === 0 || bytes.length === 0) return;
    const piece = bytes.slice(0, room);
    this.#pieces.push(piece);
    this.#kept += piece.length;
    this.#grew(piece.length);
  }
}
