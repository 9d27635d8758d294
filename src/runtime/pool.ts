/**
 * Guests made ahead of the requests that need them, so that a fresh instance for every
 * request costs no latency.
 *
 * @module
 */

import type { Guest, GuestFactory } from "./guest.ts";
import type { LaneInstances } from "./instances.ts";

/** How a pool keeps its guests. */
export interface PoolOptions {
  /** How many requests one instance serves before it is dropped; 1 means always fresh. */
  readonly reuse: number;
  /** How many instances wait ready when there is nothing else to do. */
  readonly ahead: number;
  /** How many instances may serve at the same time; further requests wait for one. */
  readonly limit: number;
  /** How long a request waits for an instance, in milliseconds. */
  readonly queueTimeout: number;
}

/** Lends guests, one request each at a time. */
export class GuestPool implements Disposable {
  readonly #factory: GuestFactory;
  readonly #options: PoolOptions;
  readonly #idle: Guest[] = [];
  readonly #waiting: ((free: boolean) => void)[] = [];
  readonly #onIdle: (() => void)[] = [];
  #lent = 0;
  #made = 0;
  #dropped = 0;
  /** Whether a guest came back already. */
  #hasServed = false;
  #beginning: ReturnType<typeof setTimeout> | undefined;
  #filling = false;
  #closed = false;

  constructor(factory: GuestFactory, options: PoolOptions) {
    this.#factory = factory;
    this.#options = options;
  }

  /** How many guests serve a request now. */
  get lent(): number {
    return this.#lent;
  }

  /** How many guests there are, and were. */
  get instances(): LaneInstances {
    return {
      threads: [{ ready: this.#idle.length, busy: this.#lent }],
      made: this.#made,
      dropped: this.#dropped,
    };
  }

  /** Resolves when no guest serves a request and none is waited for. */
  idle(): Promise<void> {
    if (this.#lent === 0) return Promise.resolve();
    return new Promise((resolve) => this.#onIdle.push(resolve));
  }

  /** Makes the first guest, so that what fails at instantiation fails at start. */
  async warm(): Promise<void> {
    if (this.#idle.length === 0) this.#keep(await this.#make());
    // Who has waited for the start borrows it before this comes to its turn.
    if (!this.#closed) this.#beginning = setTimeout(() => this.#fill(), 0);
  }

  /**
   * A guest for one request, or `undefined` when none came free in time.
   * Rejects when an instance cannot be made.
   */
  async borrow(): Promise<Guest | undefined> {
    if (this.#lent < this.#options.limit) this.#lent++;
    else if (!await this.#turn()) return undefined;
    try {
      return this.#idle.pop() ?? await this.#make();
    } catch (error) {
      this.#passOn();
      throw error;
    }
  }

  /** Takes a guest back whose code has returned. */
  giveBack(guest: Guest): void {
    if (guest.uses < this.#options.reuse && !this.#closed) this.#keep(guest);
    else this.#drop(guest);
    this.#passOn();
  }

  /** Drops a guest that trapped or was given up. */
  discard(guest: Guest): void {
    this.#drop(guest);
    this.#passOn();
  }

  [Symbol.dispose](): void {
    this.#closed = true;
    clearTimeout(this.#beginning);
    for (const guest of this.#idle.splice(0)) this.#drop(guest);
    for (const resolve of this.#waiting.splice(0)) resolve(false);
  }

  /** Whether a guest's place came free in time; it is the caller's then. */
  #turn(): Promise<boolean> {
    return new Promise((resolve) => {
      const turn = (free: boolean) => {
        clearTimeout(timer);
        resolve(free);
      };
      const timer = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(turn), 1);
        resolve(false);
      }, this.#options.queueTimeout);
      this.#waiting.push(turn);
    });
  }

  /** Hands a guest's place to who waits longest: whoever comes now stands behind them. */
  #passOn(): void {
    this.#hasServed = true;
    const next = this.#waiting.shift();
    if (next === undefined) this.#lent--;
    else next(true);
    if (this.#lent === 0) {
      for (const resolve of this.#onIdle.splice(0)) resolve();
    }
    this.#fill();
  }

  async #make(): Promise<Guest> {
    const guest = await this.#factory.make();
    this.#made++;
    return guest;
  }

  #drop(guest: Guest): void {
    this.#dropped++;
    guest.drop();
  }

  #keep(guest: Guest): void {
    if (this.#closed) this.#drop(guest);
    else this.#idle.push(guest);
  }

  /** Makes guests ahead, one at a time, so that requests in flight get their turns between. */
  #fill(): void {
    // The first request is a cold start: it has the processor to itself.
    if (this.#lent > 0 && !this.#hasServed) return;
    if (
      this.#filling || this.#closed || this.#idle.length >= this.#options.ahead
    ) return;
    this.#filling = true;
    this.#make().then(
      (guest) => {
        this.#filling = false;
        this.#keep(guest);
        this.#fill();
      },
      // The next request makes its own and reports what is wrong.
      () => this.#filling = false,
    );
  }
}
