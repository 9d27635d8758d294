/**
 * How many calls out of the host there may be: at once over all guests, and at once and in
 * all for one request that a guest serves.
 *
 * @module
 */

import type { InstanceContext } from "../../runtime/host_interface.ts";

/** Gives a slot back; does nothing the second time. */
export type Release = () => void;

/** A bounded number of slots, first come, first served. */
export class Slots {
  #free: number;
  readonly #waiting = new Set<() => void>();

  constructor(count: number) {
    this.#free = count;
  }

  /** A slot if there is one now. */
  take(): Release | undefined {
    if (this.#free === 0) return undefined;
    this.#free--;
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#free++;
      this.#wakeNext();
    };
  }

  /** A slot when there is one; `undefined` where `over` came first. */
  async wait(over: Promise<void>): Promise<Release | undefined> {
    let isOver = false;
    const ended = over.then(() => {
      isOver = true;
    });
    while (!isOver) {
      const release = this.take();
      if (release !== undefined) return release;
      const woken = Promise.withResolvers<void>();
      this.#waiting.add(woken.resolve);
      await Promise.race([woken.promise, ended]);
      // One that was woken and goes away leaves the slot to the next.
      if (!this.#waiting.delete(woken.resolve) && isOver) this.#wakeNext();
    }
    return undefined;
  }

  #wakeNext(): void {
    const [next] = this.#waiting;
    if (next === undefined) return;
    this.#waiting.delete(next);
    next();
  }
}

/** What one request of a guest may do. */
export interface CallLimits {
  /** Calls at once. */
  readonly concurrent: number;
  /** Calls in all. */
  readonly total: number;
}

/** Which limit a call would pass. */
export type LimitPassed = keyof CallLimits;

/** The calls of one instance, counted for the request that it serves. */
export class CallCounter {
  readonly #instance: InstanceContext;
  readonly #limits: CallLimits;
  #request: string | undefined;
  #concurrent = 0;
  #total = 0;

  constructor(instance: InstanceContext, limits: CallLimits) {
    this.#instance = instance;
    this.#limits = limits;
  }

  /** Counts a call, or says what forbids it. */
  take(): Release | LimitPassed {
    if (this.#request !== this.#instance.requestId) {
      this.#request = this.#instance.requestId;
      this.#total = 0;
    }
    if (this.#total >= this.#limits.total) return "total";
    if (this.#concurrent >= this.#limits.concurrent) return "concurrent";
    this.#total++;
    this.#concurrent++;
    let held = true;
    return () => {
      if (held) this.#concurrent--;
      held = false;
    };
  }
}
