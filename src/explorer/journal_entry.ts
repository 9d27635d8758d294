/**
 * One request in the journal: what came, what the guest did, and what was answered.
 *
 * @module
 */

import type { HostCallReport } from "../log.ts";
import {
  type HeaderLine,
  type HttpRequest,
  type HttpResponse,
  lineList,
} from "../runtime/http_message.ts";
import { shortened } from "../runtime/shortened.ts";
import { pathOf } from "../runtime/request_path.ts";
import type {
  CallSpan,
  GuestLine,
  RequestDetail,
  RequestSummary,
} from "./api.ts";
import { BodyCapture } from "./body_capture.ts";

/** How many calls and how many lines of one request are kept: the first ones. */
export const MAX_KEPT = 1000;

/** How much of a line is kept; a guest can write one as long as its memory. */
const MAX_LINE = 2000;

/** How much of a trap's text is kept, with the guest's frames. */
const MAX_TRAP = 16_384;

/** How many characters of a response's header lines are kept; they are a guest's. */
const MAX_RESPONSE_HEAD = 65_536;

/** What an object costs beside its texts, about. */
const OBJECT_SIZE = 200;

/** What an entry is made with. */
export interface JournalEntryOptions {
  readonly id: string;
  readonly replayOf: string | undefined;
  /** Told of bytes that the entry keeps. */
  readonly grew: (entry: JournalEntry, bytes: number) => void;
}

/** The part of a request that does not come later. */
interface Head {
  readonly method: string;
  readonly url: string;
  readonly headers: readonly HeaderLine[];
  readonly trace: string | undefined;
}

/** One request. */
export class JournalEntry {
  readonly id: string;
  /** How much it keeps, about, in bytes. */
  size = 0;
  readonly #at = performance.timeOrigin + performance.now();
  readonly #replayOf: string | undefined;
  readonly #grew: (entry: JournalEntry, bytes: number) => void;
  /** `undefined` where it has none. */
  #body: BodyCapture | undefined;
  /** Made when there are any: what is kept for each request is what a journal costs. */
  #spans: HostCallReport[] | undefined;
  #lines: GuestLine[] | undefined;
  #calls = 0;
  #linesWritten = 0;
  #request: HttpRequest | undefined;
  #head: Head | undefined;
  #trailers: readonly HeaderLine[] | undefined;
  #status: number | undefined;
  #duration: number | undefined;
  #responseHeaders: readonly HeaderLine[] | undefined;
  #trap: string | undefined;

  constructor(
    request: HttpRequest,
    { id, replayOf, grew }: JournalEntryOptions,
  ) {
    this.id = id;
    this.#replayOf = replayOf;
    this.#grew = grew;
    this.#request = request;
  }

  /** The request to hand on in its place. To be called once. */
  begin(): HttpRequest {
    const request = this.#request!;
    const { body, trailers } = request;
    trailers?.then((lines) => this.#trailers = lines, () => {
      // Who reads them hears of it.
    });
    if (body === null) return request;
    this.#body = new BodyCapture((bytes) => this.#keep(bytes));
    const captured = this.#body.wrap(body);
    const { inform, takesTrailers, trace } = request;
    return {
      method: request.method,
      url: request.url,
      headers: request.headers,
      body: captured,
      ...(trailers !== undefined && { trailers }),
      ...(inform !== undefined && { inform }),
      ...(takesTrailers !== undefined && { takesTrailers }),
      ...(trace !== undefined && { trace }),
    };
  }

  /** The response's head is there. */
  answered({ status, headers }: HttpResponse): void {
    this.#duration = performance.timeOrigin + performance.now() - this.#at;
    this.#status = status;
    // A door may forget the request when its response is sent.
    this.#readHead();
    const lines: HeaderLine[] = [];
    let length = 0;
    for (const line of headers) {
      length += lengthOf(line);
      if (length > MAX_RESPONSE_HEAD) break;
      lines.push(line);
    }
    this.#responseHeaders = lines;
    this.#keep(2 * length);
  }

  /** A call of its guest has ended. */
  called(call: HostCallReport): void {
    this.#calls++;
    const spans = this.#spans ??= [];
    if (spans.length === MAX_KEPT) return;
    spans.push(call);
    const { target, subject = "", error = "" } = call;
    this.#keep(
      OBJECT_SIZE + 2 * (target.length + subject.length + error.length),
    );
  }

  /** Its guest wrote a line. */
  wrote(stream: string, text: string): void {
    this.#linesWritten++;
    const lines = this.#lines ??= [];
    if (lines.length === MAX_KEPT) return;
    const at = performance.timeOrigin + performance.now();
    const kept = shortened(text, MAX_LINE);
    lines.push({ at, stream, text: kept });
    this.#keep(OBJECT_SIZE + 2 * kept.length);
  }

  /** Its guest ended by a trap. */
  trapped(text: string): void {
    this.#trap = shortened(text, MAX_TRAP);
    this.#keep(2 * this.#trap.length);
  }

  summary(): RequestSummary {
    const { method, url } = this.#readHead();
    return {
      id: this.id,
      at: this.#at,
      method,
      path: pathOf(url),
      ...(this.#status !== undefined && { status: this.#status }),
      ...(this.#duration !== undefined && { duration: this.#duration }),
      calls: this.#calls,
      trapped: this.#trap !== undefined,
      ...(this.#replayOf !== undefined && { replayOf: this.#replayOf }),
    };
  }

  detail(): RequestDetail {
    const { url, headers } = this.#readHead();
    const spans = this.#spans ?? [];
    const lines = this.#lines ?? [];
    const spansLeftOut = this.#calls - spans.length;
    const linesLeftOut = this.#linesWritten - lines.length;
    return {
      ...this.summary(),
      url,
      headers,
      body: this.#body?.told() ?? { size: 0, bytes: "", whole: true },
      ...(this.#responseHeaders !== undefined && {
        responseHeaders: this.#responseHeaders,
      }),
      spans: spans.map((call) => this.#span(call))
        .sort((one, other) => one.start - other.start),
      ...(spansLeftOut > 0 && { spansLeftOut }),
      lines: [...lines],
      ...(linesLeftOut > 0 && { linesLeftOut }),
      ...(this.#trap !== undefined && { trap: this.#trap }),
      replayable: this.#body?.whole ?? true,
    };
  }

  /** The same request once more; `undefined` where not all of it is kept. */
  replay(): HttpRequest | undefined {
    if (this.#body?.whole === false) return undefined;
    const { method, url, headers, trace } = this.#readHead();
    const bytes = this.#body?.bytes() ?? new Uint8Array();
    return {
      method,
      url,
      headers,
      body: bytes.length === 0 ? null : streamOf(bytes),
      ...(this.#trailers !== undefined && {
        trailers: Promise.resolve(this.#trailers),
      }),
      ...(trace !== undefined && { trace }),
    };
  }

  #span({ at, ...call }: HostCallReport): CallSpan {
    // The clocks of two threads differ by parts of a millisecond.
    return { ...call, start: Math.max(0, at - this.#at) };
  }

  /** Reads what a request says of itself, and lets go of it: it holds the connection's body. */
  #readHead(): Head {
    if (this.#head !== undefined) return this.#head;
    const { method, url, headers, trace } = this.#request!;
    const lines = lineList(headers);
    this.#head = { method, url, headers: lines, trace };
    this.#request = undefined;
    let length = url.length;
    for (const line of lines) length += lengthOf(line);
    this.#keep(2 * length);
    return this.#head;
  }

  #keep(bytes: number): void {
    this.#grew(this, bytes);
  }
}

function lengthOf([name, value]: HeaderLine): number {
  return name.length + value.length;
}

function streamOf(
  bytes: Uint8Array<ArrayBuffer>,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream({
    pull(controller) {
      controller.enqueue(bytes);
      controller.close();
    },
  }, { highWaterMark: 0 });
}
