/**
 * Tells whether the event loop of another thread still turns. Guests end at their deadline
 * inside of their thread, so it is stuck only when something else there never returns.
 *
 * @module
 */

/** How long a thread may be silent beyond the time a guest has, in milliseconds. */
const GRACE_MS = 1000;

/** The longest pause between two looks, in milliseconds. */
const LONGEST_PAUSE = 500;

/** What a watchdog looks at, and what it does. */
export interface Watched {
  /** Asks the thread for a sign of life. */
  ping(): void;
  /** Whether a call is under way that began before that time. */
  isOverdue(since: number): boolean;
  /** Called once. */
  stuck(): void;
}

/** Watches one thread while calls are under way in it. */
export class LaneWatchdog {
  readonly #timeout: number;
  readonly #watched: Watched;
  readonly #pause: number;
  #timer: ReturnType<typeof setInterval> | undefined;
  /** When the thread was asked for the sign it has not given yet. */
  #askedAt: number | undefined;
  #lookedAt = 0;

  /** @param timeout How long a guest may keep its client waiting, in milliseconds. */
  constructor(timeout: number, watched: Watched) {
    this.#timeout = timeout;
    this.#watched = watched;
    this.#pause = Math.min(LONGEST_PAUSE, Math.max(10, timeout / 4));
  }

  /** Calls are under way. */
  watch(): void {
    if (this.#timer !== undefined) return;
    this.#lookedAt = performance.now();
    this.#timer = setInterval(() => this.#look(), this.#pause);
  }

  /** No call is under way. */
  rest(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#askedAt = undefined;
  }

  /** The thread gave a sign of life. */
  heard(): void {
    this.#askedAt = undefined;
  }

  #look(): void {
    const now = performance.now();
    const late = now - this.#lookedAt > 2 * this.#pause + GRACE_MS;
    this.#lookedAt = now;
    // It is this thread that stood still, and the sign may be waiting to be read.
    if (late && this.#askedAt !== undefined) this.#askedAt = now;
    if (this.#askedAt === undefined) {
      this.#askedAt = now;
      this.#watched.ping();
      return;
    }
    if (
      now - this.#askedAt > this.#timeout + GRACE_MS &&
      this.#watched.isOverdue(now - this.#timeout)
    ) {
      this.rest();
      this.#watched.stuck();
    }
  }
}
