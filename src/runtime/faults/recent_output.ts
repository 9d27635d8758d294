/**
 * The last lines of requests, for those that fail. They go on to the log, and are kept until the
 * response is there; those that are written later, until newer ones need the room.
 *
 * @module
 */

import type {
  GuestLogLevel,
  GuestOutput,
  GuestStream,
} from "../host_interface.ts";
import type { FaultLine } from "./fault.ts";

/** How many lines of a request are kept. */
const MAX_LINES = 50;

/** How much of a line is kept; a guest can write one as long as its memory. */
const MAX_LENGTH = 2000;

/** How many characters are kept of all requests together. */
const MAX_KEPT = 4 * 1024 * 1024;

/** What a line takes beside its text, counted in characters: a guest can write empty ones. */
const LINE_COST = 256;

/** What is kept of one request. */
interface Kept {
  readonly lines: FaultLine[];
  /** What all lines take. */
  size: number;
}

/** Hands a guest's output on, and remembers the end of it. */
export class RecentOutput implements GuestOutput {
  /** Hands a call on; absent where nobody wants to know. */
  readonly call?: NonNullable<GuestOutput["call"]>;
  readonly #next: GuestOutput;
  /** Nothing of a request that wrote nothing: most do not. */
  readonly #requests = new Map<string, Kept>();
  #size = 0;

  constructor(next: GuestOutput) {
    this.#next = next;
    if (next.call !== undefined) {
      this.call = (requestId, call) => next.call?.(requestId, call);
    }
  }

  /** How many requests it keeps lines for. */
  get requests(): number {
    return this.#requests.size;
  }

  /** Those that are kept, the newest last. */
  linesOf(requestId: string): readonly FaultLine[] {
    return this.#requests.get(requestId)?.lines ?? [];
  }

  /** Lets go of the lines. */
  end(requestId: string): void {
    if (this.#requests.size > 0) this.#forget(requestId);
  }

  line(requestId: string | undefined, stream: GuestStream, text: string): void {
    this.#keep(requestId, { stream, text });
    this.#next.line(requestId, stream, text);
  }

  message(
    requestId: string | undefined,
    level: GuestLogLevel,
    context: string,
    text: string,
  ): void {
    const told = context === "" ? text : `${context}: ${text}`;
    this.#keep(requestId, { stream: level, text: told });
    this.#next.message(requestId, level, context, text);
  }

  #keep(requestId: string | undefined, { stream, text }: FaultLine): void {
    if (requestId === undefined) return;
    let kept = this.#requests.get(requestId);
    if (kept === undefined) {
      kept = { lines: [], size: 0 };
      this.#requests.set(requestId, kept);
    }
    const shown = text.length > MAX_LENGTH
      ? `${text.slice(0, MAX_LENGTH)}…`
      : text;
    kept.lines.push({ stream, text: shown });
    const gone = kept.lines.length > MAX_LINES ? kept.lines.shift() : undefined;
    const growth = costOf(shown) - (gone === undefined ? 0 : costOf(gone.text));
    kept.size += growth;
    this.#size += growth;
    while (this.#size > MAX_KEPT) {
      const [oldest] = this.#requests.keys();
      this.#forget(oldest!);
    }
  }

  #forget(requestId: string): void {
    this.#size -= this.#requests.get(requestId)?.size ?? 0;
    this.#requests.delete(requestId);
  }
}

function costOf(text: string): number {
  return LINE_COST + text.length;
}
