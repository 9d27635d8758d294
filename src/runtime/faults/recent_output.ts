/**
 * The last lines of each request that is being answered. They go on to the log, and are kept
 * until the response is there.
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

/** Hands a guest's output on, and remembers the end of it. */
export class RecentOutput implements GuestOutput {
  /** Hands a call on; absent where nobody wants to know. */
  readonly call?: NonNullable<GuestOutput["call"]>;
  readonly #next: GuestOutput;
  readonly #requests = new Map<string, FaultLine[]>();

  constructor(next: GuestOutput) {
    this.#next = next;
    if (next.call !== undefined) {
      this.call = (requestId, call) => next.call?.(requestId, call);
    }
  }

  /** How many requests it keeps lines for. */
  get size(): number {
    return this.#requests.size;
  }

  /** Lines of this request are kept from now on. */
  begin(requestId: string): void {
    this.#requests.set(requestId, []);
  }

  /** Those that are kept, the newest last. */
  linesOf(requestId: string): readonly FaultLine[] {
    return this.#requests.get(requestId) ?? [];
  }

  /** Lets go of the lines. What the guest writes later is for the log alone. */
  end(requestId: string): void {
    this.#requests.delete(requestId);
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
    const lines = this.#requests.get(requestId);
    if (lines === undefined) return;
    const kept = text.length > MAX_LENGTH
      ? `${text.slice(0, MAX_LENGTH)}…`
      : text;
    lines.push({ stream, text: kept });
    if (lines.length > MAX_LINES) lines.shift();
  }
}
