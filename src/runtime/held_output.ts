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

/** Hands a guest's output on, now or later or never. */
export class HeldOutput implements GuestOutput {
  /** Absent where nobody wants to know. */
  readonly call?: NonNullable<GuestOutput["call"]>;
  readonly #next: GuestOutput;
  #way: "passed on" | "held" | "dropped" = "passed on";
  #held: (() => void)[] = [];

  constructor(next: GuestOutput) {
    this.#next = next;
    if (next.call !== undefined) {
      this.call = (id, call) => this.#hand(() => next.call?.(id, call));
    }
  }

  /** What comes from now on waits for {@linkcode HeldOutput.release} or {@linkcode HeldOutput.drop}. */
  hold(): void {
    this.#way = "held";
  }

  /** Hands on what was held, and what comes. */
  release(): void {
    this.#way = "passed on";
    if (this.#held.length === 0) return;
    const held = this.#held;
    this.#held = [];
    for (const hand of held) hand();
  }

  /** Nobody learns of what was held, nor of what comes. */
  drop(): void {
    this.#way = "dropped";
    this.#held = [];
  }

  line(requestId: string | undefined, stream: GuestStream, text: string): void {
    this.#hand(() => this.#next.line(requestId, stream, text));
  }

  message(
    requestId: string | undefined,
    level: GuestLogLevel,
    context: string,
    text: string,
  ): void {
    this.#hand(() => this.#next.message(requestId, level, context, text));
  }

  #hand(hand: () => void): void {
    switch (this.#way) {
      case "passed on":
        return hand();
      case "held":
        this.#held.push(hand);
    }
  }
}
