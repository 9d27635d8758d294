/**
 * Bodies on their way through a door, held to a size and to a client that moves.
 *
 * @module
 */

import { HttpBodyError } from "../runtime/http_body_error.ts";
import type { IdleWatch, Wait } from "./idle_watch.ts";

type Body = ReadableStream<Uint8Array>;

/** What a body is held to. */
export interface BodyRules {
  /** Bytes it may have. */
  readonly limit: number | undefined;
  readonly watch: IdleWatch;
}

/** A request's body on its way to the guest. */
export interface RequestBody {
  readonly body: Body;
  /** Reads what there is to come into memory, before the guest asks for it. Never rejects. */
  readAhead(): void;
}

/**
 * A request's body, broken off when it gets too long or when its client sends nothing for too
 * long while it is waited for. Reads nothing ahead but where it is told to.
 *
 * @param failed Told before the reader is.
 * @param over Told when nothing is read of it any more; more than once, maybe.
 */
export function requestBody(
  body: Body,
  { limit = Infinity, watch }: BodyRules,
  { failed, over }: {
    readonly failed: (error: HttpBodyError) => void;
    readonly over: () => void;
  },
): RequestBody {
  let reader: ChunkReader | undefined;
  let controllerOf: ReadableByteStreamController;
  let received = 0;
  let broken = false;
  /** The last reading that the guest asked for. */
  let asked: Promise<unknown> | undefined;
  const ahead: Uint8Array[] = [];
  let readingAhead: Promise<void> | undefined;
  const fail = (error: HttpBodyError) => {
    broken = true;
    over();
    failed(error);
    controllerOf.error(error);
    reader?.cancel(error).catch(() => {});
  };
  /** The next piece; nothing at the end, and where it is broken off. */
  const read = async (length: number): Promise<Uint8Array | undefined> => {
    const wait: Wait = {
      since: 0,
      expired: () => fail(timedOut("sent nothing")),
    };
    watch.begin(wait);
    try {
      reader ??= openReader(body);
      let chunk: Uint8Array | undefined;
      do {
        chunk = await reader.read(length);
        if (broken) return undefined;
        // Deno gives a body of no bytes as one empty piece.
      } while (chunk?.length === 0);
      if (chunk === undefined) {
        over();
        return undefined;
      }
      received += chunk.length;
      if (received > limit) {
        fail(tooLarge("request", limit));
        return undefined;
      }
      return chunk;
    } catch (error) {
      over();
      throw error;
    } finally {
      watch.end(wait);
    }
  };
  const readAll = async () => {
    // What fails it, the guest meets.
    await asked?.catch(() => {});
    while (!broken) {
      const chunk = await read(BUFFER);
      if (chunk === undefined) return;
      ahead.push(chunk.slice());
    }
  };
  const stream = new ReadableStream({
    type: "bytes",
    start(controller) {
      controllerOf = controller;
    },
    async pull(controller) {
      const room = controller.byobRequest?.view?.byteLength ?? BUFFER;
      let chunk: Uint8Array | undefined;
      if (readingAhead === undefined) {
        const reading = read(Math.min(room, BUFFER));
        asked = reading;
        chunk = await reading;
      } else {
        await readingAhead;
        chunk = ahead.shift();
      }
      if (broken) return;
      if (chunk !== undefined) {
        hand(controller, chunk);
        return;
      }
      controller.close();
      controller.byobRequest?.respond(0);
    },
    cancel(reason) {
      broken = true;
      over();
      return reader?.cancel(reason);
    },
  });
  return {
    body: stream,
    readAhead() {
      readingAhead ??= readAll();
      readingAhead.catch(() => {});
    },
  };
}

/** Copies a chunk: its buffer is read into again, and a buffer that is enqueued is lost. */
function hand(
  controller: ReadableByteStreamController,
  chunk: Uint8Array,
): void {
  const request = controller.byobRequest;
  const view = request?.view;
  if (!request || !view || view.byteLength < chunk.length) {
    controller.enqueue(chunk.slice());
    return;
  }
  new Uint8Array(view.buffer, view.byteOffset).set(chunk);
  request.respond(chunk.length);
}

/**
 * A response's body, broken off when it gets too long or when its client takes nothing for too
 * long.
 *
 * @param over Called once, when it has ended in any way.
 */
export function responseBody(
  body: Body,
  { limit = Infinity, watch }: BodyRules,
  over: () => void,
): Body {
  const reader = body.getReader();
  let sent = 0;
  let isOver = false;
  const end = () => {
    if (isOver) return;
    isOver = true;
    watch.end(wait);
    over();
  };
  const breakOff = (error: HttpBodyError) => {
    end();
    controllerOf.error(error);
    reader.cancel(error).catch(() => {});
  };
  const wait: Wait = {
    since: 0,
    expired: () => breakOff(timedOut("took nothing")),
  };
  let controllerOf: ReadableStreamDefaultController<Uint8Array>;
  return new ReadableStream<Uint8Array>({
    start(controller) {
      controllerOf = controller;
    },
    async pull(controller) {
      watch.end(wait);
      try {
        const { value, done } = await reader.read();
        if (isOver) return;
        if (done) {
          end();
          controller.close();
          return;
        }
        sent += value.length;
        if (sent > limit) {
          breakOff(tooLarge("response", limit));
          return;
        }
        watch.begin(wait);
        controller.enqueue(value);
      } catch (error) {
        end();
        throw error;
      }
    },
    cancel(reason) {
      end();
      return reader.cancel(reason);
    },
  }, { highWaterMark: 0 });
}

interface ChunkReader {
  /** The next piece, good until the next call; of at most `length` bytes where that can be asked for. */
  read(length: number): Promise<Uint8Array | undefined>;
  cancel(reason: unknown): Promise<void>;
}

/** How much is read at once. */
const BUFFER = 64 * 1024;

function openReader(body: Body): ChunkReader {
  try {
    const reader = body.getReader({ mode: "byob" });
    // Most bodies are short.
    let buffer = new ArrayBuffer(8 * 1024);
    return {
      async read(length) {
        if (buffer.byteLength < length) buffer = new ArrayBuffer(length);
        const { value, done } = await reader.read(
          new Uint8Array(buffer, 0, length),
        );
        if (done) return undefined;
        buffer = value.buffer;
        return value;
      },
      cancel: (reason) => reader.cancel(reason),
    };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    // Not a stream of bytes: one of `node:http`.
    const reader = body.getReader();
    return {
      async read() {
        const { value, done } = await reader.read();
        return done ? undefined : value;
      },
      cancel: (reason) => reader.cancel(reason),
    };
  }
}

function timedOut(what: string): HttpBodyError {
  return new HttpBodyError(
    "timed-out",
    `The client ${what} for longer than dev.http.client_timeout allows`,
  );
}

function tooLarge(
  message: "request" | "response",
  limit: number,
): HttpBodyError {
  return new HttpBodyError(
    "too-large",
    `The body is longer than the ${limit} bytes that dev.http.max_${message}_body allows`,
    limit,
  );
}
