/**
 * `wasi:clocks/monotonic-clock@0.2`: measuring time, and waiting for it to pass.
 *
 * @module
 */

import type { HostInterface } from "../../runtime/host_interface.ts";
import { Pollable, type Readiness } from "../io/poll.ts";

/** What `setTimeout` can carry; anything above fires at once. */
const MAX_DELAY = 2 ** 31 - 1;

const NANOSECONDS_A_MILLISECOND = 1_000_000;

/** `now: func() -> instant`, in nanoseconds since this thread started. */
function now(): bigint {
  return BigInt(Math.floor(performance.now() * NANOSECONDS_A_MILLISECOND));
}

/** `resolution: func() -> duration`: a microsecond, what `performance.now()` is good for. */
function resolution(): bigint {
  return 1000n;
}

type TimerId = ReturnType<typeof setTimeout>;

/** The timers that run for one instance; none outlives it. */
class Timers {
  readonly #running = new Set<TimerId>();
  #closed = false;

  /** Starts a timer, or nothing: a guest that was dropped is never woken again. */
  start(delay: number, fire: () => void): TimerId | undefined {
    if (this.#closed) return undefined;
    const id = setTimeout(() => {
      this.#running.delete(id);
      fire();
    }, delay);
    this.#running.add(id);
    return id;
  }

  stop(id: TimerId): void {
    this.#running.delete(id);
    clearTimeout(id);
  }

  close(): void {
    this.#closed = true;
    for (const id of this.#running) clearTimeout(id);
    this.#running.clear();
  }
}

/** Ready from an instant on. Has a timer from the first wait until it is ready or disposed. */
class Alarm implements Readiness {
  readonly #instant: bigint;
  readonly #timers: Timers;
  #wait: PromiseWithResolvers<void> | undefined;
  #timer: TimerId | undefined;

  constructor(instant: bigint, timers: Timers) {
    this.#instant = instant;
    this.#timers = timers;
  }

  isReady(): boolean {
    return now() >= this.#instant;
  }

  whenReady(): Promise<void> {
    if (this.#wait !== undefined) return this.#wait.promise;
    if (this.isReady()) return Promise.resolve();
    this.#wait = Promise.withResolvers();
    this.#arm();
    return this.#wait.promise;
  }

  dispose(): void {
    if (this.#timer !== undefined) this.#timers.stop(this.#timer);
  }

  #arm(): void {
    const left = Number(this.#instant - now()) / NANOSECONDS_A_MILLISECOND;
    // The instant can have come since it was asked for; Deno warns of a negative delay.
    const delay = Math.max(0, Math.min(Math.ceil(left), MAX_DELAY));
    this.#timer = this.#timers.start(delay, () => this.#fired());
  }

  /** A timer can fire early: by a clock of its own, or because it could not carry the delay. */
  #fired(): void {
    if (!this.isReady()) return this.#arm();
    this.#timer = undefined;
    this.#wait?.resolve();
    this.#wait = undefined;
  }
}

export const monotonicClockInterface: HostInterface = {
  name: "wasi:clocks/monotonic-clock",
  version: "0.2.x",
  types: { pollable: "resource" },
  functions: {
    "now": "func() -> u64",
    "resolution": "func() -> u64",
    "subscribe-instant": "func(when: u64) -> pollable",
    "subscribe-duration": "func(when: u64) -> pollable",
  },
  resources: { "pollable": Pollable },
  waits: [],
  plain: "all",
  imports(instance) {
    const timers = new Timers();
    instance.onDrop(() => timers.close());
    /** `subscribe-instant: func(when: instant) -> pollable` */
    function subscribeInstant(when: bigint): Pollable {
      return new Pollable(new Alarm(when, timers));
    }
    /** `subscribe-duration: func(when: duration) -> pollable` */
    function subscribeDuration(when: bigint): Pollable {
      return subscribeInstant(now() + when);
    }
    return { now, resolution, subscribeInstant, subscribeDuration };
  },
};
