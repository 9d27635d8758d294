/**
 * What a guest writes, held back until it is known whether its call counts.
 *
 * @module
 */

import type {
  GuestLogLevel,
  GuestOutput,
  GuestStream,
} from "./host_interface.ts";

/** How many characters are held at most: nothing else bounds what a guest writes in its turn. */
const MAX_HELD = 256 * 1024;

/** What each thing that is held takes beside its text, counted in characters. */
const HELD_COST = 256;

/** Hands a guest's output on, now or later or never. */
export class HeldOutput implements GuestOutput {
  /** Absent where nobody wants to know. */
  readonly call?: NonNullable<GuestOutput["call"]>;
  readonly #next: GuestOutput;
  #way: "passed on" | "held" | "dropped" = "passed on";
  /** Of the call that may not count. */
  #requestId: string | undefined;
  #held: (() => void)[] = [];
  #size = 0;

  constructor(next: GuestOutput) {
    this.#next = next;
    if (next.call !== undefined) {
      this.call = (id, call) => this.#hand(id, 0, () => next.call?.(id, call));
    }
  }

  /**
   * What comes for a request from now on waits for {@linkcode HeldOutput.release} or
   * {@linkcode HeldOutput.drop}. What is left of another, the half of a line, does not.
   */
  hold(requestId: string): void {
    this.#requestId = requestId;
    this.#way = "held";
  }

  /** Hands on what was held, and what comes. */
  release(): void {
    this.#way = "passed on";
    if (this.#held.length === 0) return;
    const held = this.#held;
    this.#forget();
    for (const hand of held) hand();
  }

  /** Nobody learns of what was held, nor of what comes. */
  drop(): void {
    this.#way = "dropped";
    this.#forget();
  }

  /** @throws {RangeError} It is too much to be held. */
  line(requestId: string | undefined, stream: GuestStream, text: string): void {
    this.#hand(
      requestId,
      text.length,
      () => this.#next.line(requestId, stream, text),
    );
  }

  /** @throws {RangeError} It is too much to be held. */
  message(
    requestId: string | undefined,
    level: GuestLogLevel,
    context: string,
    text: string,
  ): void {
    this.#hand(
      requestId,
      context.length + text.length,
      () => this.#next.message(requestId, level, context, text),
    );
  }

  #forget(): void {
    this.#held = [];
    this.#size = 0;
  }

  #hand(
    requestId: string | undefined,
    length: number,
    hand: () => void,
  ): void {
    if (requestId !== this.#requestId) return hand();
    switch (this.#way) {
      case "passed on":
        return hand();
      case "held":
        this.#size += HELD_COST + length;
        if (this.#size > MAX_HELD) {
          throw new RangeError("The guest writes more than is held back");
        }
        this.#held.push(hand);
    }
  }
}
