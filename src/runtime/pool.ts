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
  /**
   * Where instances can be made fresh again: for how long as many of them are kept as were in use
   * at once, in milliseconds. Default: a second.
   */
  readonly keep?: number;
}

const KEEP_MS = 1000;

/** Lends guests, one request each at a time. */
export class GuestPool implements Disposable {
  readonly #factory: GuestFactory;
  readonly #options: PoolOptions;
  readonly #idle: Guest[] = [];
  /** Dropped ones that may be made fresh again. */
  readonly #used: Guest[] = [];
  readonly #waiting: ((free: boolean) => void)[] = [];
  /** Those whose turn it is, and who get the next that is made or comes back. */
  readonly #wanting: PromiseWithResolvers<Guest>[] = [];
  #making = false;
  readonly #onIdle: (() => void)[] = [];
  #lent = 0;
  #made = 0;
  #dropped = 0;
  /** Whether a guest came back already. */
  #hasServed = false;
  #beginning: ReturnType<typeof setTimeout> | undefined;
  #filling = false;
  #turnAhead: ReturnType<typeof setTimeout> | undefined;
  #look: ReturnType<typeof setTimeout> | undefined;
  /** How many were lent at once since the last look. */
  #peak = 0;
  /** The same for the time before it, or more since. */
  #wanted = 0;
  /** Whether the guest that was last to be made fresh again was. */
  #restarts = false;
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
    const ready = this.#idle.length + this.#used.length;
    return {
      threads: [{ ready, busy: this.#lent }],
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

  /** A guest for one request where one waits ready and may serve now. */
  take(): Guest | undefined {
    if (this.#lent >= this.#options.limit) return undefined;
    const guest = this.#idle.pop() ?? this.#restarted();
    if (guest !== undefined) this.#lend();
    return guest;
  }

  /**
   * A guest for one request, or `undefined` when none came free in time.
   * Rejects when an instance cannot be made.
   */
  async borrow(): Promise<Guest | undefined> {
    if (this.#lent < this.#options.limit) this.#lend();
    else if (!await this.#turn()) return undefined;
    try {
      const ready = this.#idle.pop() ?? this.#restarted();
      if (ready !== undefined) return ready;
      if (!this.#restarts) return await this.#make();
      return await this.#next();
    } catch (error) {
      this.#passOn();
      throw error;
    }
  }

  /** Takes a guest back whose code has returned. */
  giveBack(guest: Guest): void {
    if (guest.uses < this.#options.reuse && !this.#closed) this.#keep(guest);
    else this.#retire(guest);
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
    clearTimeout(this.#turnAhead);
    clearTimeout(this.#look);
    this.#dropped += this.#used.splice(0).length;
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
    const wanting = this.#wanting.shift();
    if (wanting !== undefined) wanting.resolve(guest);
    else if (this.#closed) this.#drop(guest);
    else this.#idle.push(guest);
  }

  /** Drops a guest, and keeps it where it can be made fresh again and there is use for it. */
  #retire(guest: Guest): void {
    guest.drop();
    if (guest.restart === undefined || this.#closed) {
      this.#dropped++;
      return;
    }
    this.#used.push(guest);
    if (this.#wanting.length > 0) {
      const fresh = this.#restarted();
      if (fresh !== undefined) this.#keep(fresh);
      return;
    }
    this.#trim();
    this.#look ??= this.#lookLater();
  }

  #lend(): void {
    this.#lent++;
    this.#peak = Math.max(this.#peak, this.#lent);
    this.#wanted = Math.max(this.#wanted, this.#peak);
  }

  /** As many as served at once may soon be wanted again. */
  #trim(): void {
    const most = Math.max(this.#options.ahead, this.#wanted);
    const surplus = this.#idle.length + this.#used.length - most;
    if (surplus > 0) this.#dropped += this.#used.splice(0, surplus).length;
  }

  /** When there is less to do, memory goes back. */
  #lookLater(): ReturnType<typeof setTimeout> {
    const timer = setTimeout(() => {
      this.#wanted = this.#peak;
      this.#peak = this.#lent;
      this.#trim();
      const isEnough = this.#wanted <= this.#options.ahead;
      this.#look = isEnough ? undefined : this.#lookLater();
    }, this.#options.keep ?? KEEP_MS);
    Deno.unrefTimer(timer);
    return timer;
  }

  /**
   * A guest that comes back, or one that is made: one at a time, since to make one takes longer
   * than many calls do.
   */
  #next(): Promise<Guest> {
    const wanting = Promise.withResolvers<Guest>();
    this.#wanting.push(wanting);
    this.#makeWanted();
    return wanting.promise;
  }

  async #makeWanted(): Promise<void> {
    if (this.#making) return;
    this.#making = true;
    while (this.#wanting.length > 0) {
      try {
        this.#keep(await this.#make());
      } catch (error) {
        this.#wanting.shift()?.reject(error);
      }
    }
    this.#making = false;
  }

  #restarted(): Guest | undefined {
    for (let used = this.#used.pop(); used; used = this.#used.pop()) {
      const fresh = used.restart?.();
      this.#restarts = fresh !== undefined;
      if (fresh !== undefined) return fresh;
      this.#dropped++;
    }
    return undefined;
  }

  /** Makes guests ahead, one at a time, so that requests in flight get their turns between. */
  #fill(): void {
    // The first request is a cold start: it has the processor to itself.
    if (this.#lent > 0 && !this.#hasServed) return;
    if (
      this.#filling || this.#closed || this.#idle.length >= this.#options.ahead
    ) return;
    if (this.#used.length > 0) this.#restartAhead();
    // Those that serve now are soon back, at less than the price of a new one.
    else if (
      !this.#restarts || this.#lent + this.#idle.length < this.#options.ahead
    ) this.#makeAhead();
  }

  /** Not before the next turn: the answer of the request before may be about to leave. */
  #restartAhead(): void {
    this.#filling = true;
    this.#turnAhead = setTimeout(() => {
      this.#filling = false;
      const guest = this.#restarted();
      if (guest !== undefined) this.#keep(guest);
      this.#fill();
    }, 0);
  }

  #makeAhead(): void {
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
