/**
 * Bodies between Node's streams and those of the web. Neither way reads ahead.
 *
 * @module
 */

import type { Readable, Writable } from "node:stream";

/**
 * What a client sends.
 *
 * @param asked Called before the first byte is waited for.
 */
export function bodyOf(
  source: Readable,
  asked: () => void = () => {},
): ReadableStream<Uint8Array> {
  let first = true;
  const cancelled = new AbortController();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (first) asked();
      first = false;
      const chunk = await nextChunk(source, cancelled.signal);
      if (chunk === undefined) controller.close();
      else controller.enqueue(chunk);
    },
    cancel: () => cancelled.abort(),
  }, { highWaterMark: 0 });
}

/** The next piece, or `undefined` at the end. Rejects when the client goes away before. */
function nextChunk(
  source: Readable,
  cancelled: AbortSignal,
): Promise<Uint8Array | undefined> {
  return new Promise((resolve, reject) => {
    const look = () => {
      const chunk: Uint8Array | null = source.read();
      if (chunk !== null) done(() => resolve(chunk));
      else if (source.readableEnded) done(() => resolve(undefined));
      else if (source.destroyed) fail();
    };
    const end = () => done(() => resolve(undefined));
    const fail = (error?: Error) =>
      done(() => reject(error ?? new Error("The connection ended")));
    const closed = () => fail();
    const done = (settle: () => void) => {
      source.off("readable", look).off("end", end);
      cancelled.removeEventListener("abort", end);
      source.off("error", fail).off("close", closed).off("aborted", closed);
      settle();
    };
    cancelled.addEventListener("abort", end);
    source.on("readable", look).on("end", end);
    source.on("error", fail).on("close", closed).on("aborted", closed);
    look();
  });
}

/**
 * Sends a body, as fast as its client takes it; does not end it.
 *
 * Rejects when the body breaks off. When the client goes away, the body is cancelled.
 *
 * @returns Whether all of it was taken.
 */
export async function sendBody(
  target: Writable,
  body: ReadableStream<Uint8Array>,
): Promise<boolean> {
  const reader = body.getReader();
  let wake = () => {};
  const gone = () => {
    reader.cancel().catch(() => {});
    wake();
  };
  const drained = () => wake();
  target.on("close", gone).on("drain", drained);
  try {
    while (!target.destroyed) {
      const { value, done } = await reader.read();
      if (target.destroyed) break;
      if (done) return true;
      if (!target.write(value)) {
        await new Promise<void>((resolve) => {
          wake = resolve;
          if (target.destroyed || !target.writableNeedDrain) resolve();
        });
      }
    }
    reader.cancel().catch(() => {});
    return false;
  } finally {
    target.off("close", gone).off("drain", drained);
  }
}
