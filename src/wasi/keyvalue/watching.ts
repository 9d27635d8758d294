/**
 * From the changes of watched buckets to calls of a component: in order per key, again where a
 * call fails, and never more in memory than a few for each bucket.
 *
 * @module
 */

import type { Change } from "../../keyvalue/store.ts";
import type { BucketChange } from "../../runtime/guest.ts";
import { LaneBusyError } from "../../runtime/lane.ts";
import type { BucketOpener } from "./bucket_handle.ts";

/** How often the component is called for one change before it counts as lost. */
export const MOST_CALLS = 5;

/** Milliseconds before a change is told for the second time; each further pause is four times as long. */
const FIRST_PAUSE = 100;

/** How many changes of one bucket are told, or wait for their turn, at once. */
export const MOST_IN_HAND = 16;

/** Milliseconds before a watch that ended is begun anew, doubled each time. */
const FIRST_WATCH_PAUSE = 500;

/** The longest such pause; a watch that held for so long is taken for a good one. */
const LONGEST_WATCH_PAUSE = 30_000;

/** A change that the component took. */
export interface ServedChange {
  readonly id: string;
  readonly change: BucketChange;
  /** How often the component was called for it. */
  readonly calls: number;
  /** Milliseconds, pauses between calls included. */
  readonly duration: number;
}

/** A change that the component did not take, and will not be told of again. */
export interface LostChange {
  readonly id: string;
  readonly change: BucketChange;
  /** How often the component was called for it. */
  readonly calls: number;
  /** What the last call failed with; `undefined` where there was none. */
  readonly cause: unknown;
}

/** What is reported while buckets are watched. */
export interface WatchingEvents {
  served(event: ServedChange): void;
  lost(event: LostChange): void;
  /** The bucket's store cannot tell of changes; it is not tried again. */
  unwatchable(bucket: string): void;
  /** A watch ended, or could not begin; told once until it holds again. */
  interrupted(bucket: string, cause: unknown): void;
}

/** Which buckets are watched, and who is told. */
export interface WatchingOptions {
  /** Buckets by the names that guests use. */
  readonly watched: readonly string[];
  readonly buckets: BucketOpener;
  /** Calls the component. Rejects when it did not take the change. */
  tell(change: BucketChange, id: string): Promise<void>;
  readonly events: WatchingEvents;
  /** How long changes in hand may still be begun after the end was asked for, in milliseconds. */
  readonly drainTimeout: number;
  /** Names a change; default counts them. No other call under way MUST have the same. */
  readonly nextId?: () => string;
  /** Waits, or until the signal aborts. */
  readonly pause?: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

/**
 * Starts to watch. Disposing takes no further changes, ends the watches, and waits for the
 * calls that are under way.
 */
export function watchBuckets(options: WatchingOptions): AsyncDisposable {
  return new Watching(options);
}

class Watching implements AsyncDisposable {
  readonly #options: WatchingOptions;
  readonly #pause: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly #stop = new AbortController();
  readonly #watches: readonly Promise<void>[];
  #late = false;
  #count = 0;

  constructor(options: WatchingOptions) {
    this.#options = options;
    this.#pause = options.pause ?? pauseFor;
    this.#watches = [...new Set(options.watched)]
      .map((bucket) => this.#watch(bucket));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    const timer = setTimeout(
      () => this.#late = true,
      this.#options.drainTimeout,
    );
    await Promise.all(this.#watches);
    clearTimeout(timer);
  }

  /** Watches one bucket for as long as there is one to watch. Never rejects. */
  async #watch(name: string): Promise<void> {
    const { buckets, events } = this.#options;
    const { signal } = this.#stop;
    const hand = new Hand();
    let pause = FIRST_WATCH_PAUSE;
    let isTold = false;
    while (!signal.aborted) {
      const begun = performance.now();
      const holds = () => {
        pause = FIRST_WATCH_PAUSE;
        isTold = false;
      };
      let cause: unknown;
      try {
        const bucket = await buckets.open(name);
        if (bucket.watch === undefined) {
          events.unwatchable(name);
          break;
        }
        for await (const change of bucket.watch({ signal })) {
          // A store may have more at hand when the watch is to end.
          if (signal.aborted) break;
          holds();
          hand.take(
            change.key,
            () => this.#serve(toBucketChange(name, change)),
          );
          await hand.hasRoom();
        }
        cause = new Error("the watch ended by itself");
      } catch (error) {
        cause = error;
      }
      if (signal.aborted) break;
      if (performance.now() - begun >= LONGEST_WATCH_PAUSE) holds();
      if (!isTold) events.interrupted(name, cause);
      isTold = true;
      await this.#pause(pause, signal);
      pause = Math.min(LONGEST_WATCH_PAUSE, pause * 2);
    }
    await hand.isEmpty();
  }

  /** Tells of one change until the component took it. Never rejects. */
  async #serve(change: BucketChange): Promise<void> {
    const { events, tell, nextId } = this.#options;
    const { signal } = this.#stop;
    const id = nextId?.() ?? `change-${++this.#count}`;
    const start = performance.now();
    let calls = 0;
    let cause: unknown;
    while (calls < MOST_CALLS && !this.#late) {
      const isLast = signal.aborted;
      try {
        await tell(change, id);
        const duration = performance.now() - start;
        events.served({ id, change, calls: calls + 1, duration });
        return;
      } catch (error) {
        cause = error;
      }
      // It was not called at all, and has waited for its turn already.
      if (!(cause instanceof LaneBusyError)) calls++;
      if (isLast) break;
      if (calls < MOST_CALLS) {
        await this.#pause(FIRST_PAUSE * 4 ** Math.max(0, calls - 1), signal);
      }
    }
    events.lost({ id, change, calls, cause });
  }
}

/** The changes of one bucket that are told or wait for their turn. */
class Hand {
  readonly #last = new Map<string, Promise<void>>();
  #count = 0;
  #wake: (() => void) | undefined;

  /** Runs `task`, which never rejects, behind all earlier ones of its key. */
  take(key: string, task: () => Promise<void>): void {
    this.#count++;
    const before = this.#last.get(key);
    const done = (before === undefined ? task() : before.then(task))
      .then(() => {
        if (this.#last.get(key) === done) this.#last.delete(key);
        this.#count--;
        this.#wake?.();
      });
    this.#last.set(key, done);
  }

  /** Waits until one more can be taken. */
  hasRoom(): Promise<void> {
    return this.#until(MOST_IN_HAND - 1);
  }

  isEmpty(): Promise<void> {
    return this.#until(0);
  }

  async #until(count: number): Promise<void> {
    while (this.#count > count) {
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
  }
}

function toBucketChange(bucket: string, change: Change): BucketChange {
  const { kind, key } = change;
  return kind === "set"
    ? { kind, bucket, key, value: change.entry.value }
    : { kind, bucket, key };
}

function pauseFor(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    signal.addEventListener("abort", end);
  });
}
