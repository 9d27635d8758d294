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

/** A call that is watched. */
export interface WatchedCall {
  readonly run: GuestRun;
  /** Where it is among the others. */
  place: number;
}

/** Watches the calls of one lane. */
export class Deadlines implements Disposable {
  readonly #timeout: number;
  readonly #failing: string;
  /** In no order. A set would cost each call more than all else here. */
  readonly #calls: WatchedCall[] = [];
  #timer: ReturnType<typeof setInterval> | undefined;

  /**
   * @param timeout How long a guest may keep its client waiting, in milliseconds.
   * @param failing What a guest does that takes longer.
   */
  constructor(timeout: number, failing = "kept the client waiting") {
    this.#timeout = timeout;
    this.#failing = failing;
  }

  watch(run: GuestRun): WatchedCall {
    const call = { run, place: this.#calls.length };
    this.#calls.push(call);
    this.#timer ??= setInterval(
      () => this.#check(),
      Math.min(LONGEST_PAUSE, Math.max(1, this.#timeout / CHECKS_PER_DEADLINE)),
    );
    return call;
  }

  /** The call has ended. */
  forget(call: WatchedCall): void {
    const { place } = call;
    if (this.#calls[place] !== call) return;
    const last = this.#calls.pop()!;
    if (last === call) return;
    this.#calls[place] = last;
    last.place = place;
  }

  /** No further calls come. */
  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Ends all calls, whatever time they have left. */
  abortAll(reason: GuestTrap): void {
    for (const { run } of [...this.#calls]) run.abort(reason);
  }

  #check(): void {
    // Not when the last call has ended: where one follows the other, each would pay for a timer.
    if (this.#calls.length === 0) this[Symbol.dispose]();
    const now = performance.now();
    for (const { run } of [...this.#calls]) {
      const since = run.waitingSince();
      if (since === undefined || now - since < this.#timeout) continue;
      run.abort(
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
