/**
 * Ends calls whose guest keeps its client waiting for too long. One timer serves all calls:
 * a timer for each would cost every request more than the deadline is worth.
 *
 * @module
 */

import type { GuestRun } from "./guest.ts";
import { GuestTrap } from "./trap.ts";

/** How often the calls are looked at, as a share of the time allowed. */
const CHECKS_PER_DEADLINE = 10;

/** The longest pause between two looks, in milliseconds. */
const LONGEST_PAUSE = 1000;

/** Watches the calls of one lane. */
export class Deadlines implements Disposable {
  readonly #timeout: number;
  readonly #failing: string;
  readonly #calls = new Set<GuestRun>();
  #timer: ReturnType<typeof setInterval> | undefined;

  /**
   * @param timeout How long a guest may keep its client waiting, in milliseconds.
   * @param failing What a guest does that takes longer.
   */
  constructor(timeout: number, failing = "kept the client waiting") {
    this.#timeout = timeout;
    this.#failing = failing;
  }

  watch(call: GuestRun): void {
    this.#calls.add(call);
    this.#timer ??= setInterval(
      () => this.#check(),
      Math.min(LONGEST_PAUSE, Math.max(1, this.#timeout / CHECKS_PER_DEADLINE)),
    );
  }

  forget(call: GuestRun): void {
    this.#calls.delete(call);
  }

  /** No further calls come. */
  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Ends all calls, whatever time they have left. */
  abortAll(reason: GuestTrap): void {
    for (const call of [...this.#calls]) call.abort(reason);
  }

  #check(): void {
    // Not when the last call has ended: where one follows the other, each would pay for a timer.
    if (this.#calls.size === 0) this[Symbol.dispose]();
    const now = performance.now();
    for (const call of this.#calls) {
      const since = call.waitingSince();
      if (since === undefined || now - since < this.#timeout) continue;
      call.abort(
        new GuestTrap(
          "deadline",
          `The guest ${this.#failing} for more than ${
            this.#timeout / 1000
          } seconds; ` +
            `dev.request_timeout allows more`,
        ),
      );
    }
  }
}
