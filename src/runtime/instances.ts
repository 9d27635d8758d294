/**
 * How many instances of a component there are, counted where they are made and told when
 * somebody asks: a request pays nothing for it.
 *
 * @module
 */

import { settlesWithin } from "./settles_within.ts";

/** The instances of one thread. */
export interface ThreadInstances {
  /** Made, and waiting for a call. */
  readonly ready: number;
  /** Serving one. */
  readonly busy: number;
}

/** The instances of a lane. */
export interface LaneInstances {
  /** In each of its threads, in the order of {@linkcode Lane.underWay}. */
  readonly threads: readonly ThreadInstances[];
  /** How many were made since the lane was opened. */
  readonly made: number;
  /** How many of those are gone. */
  readonly dropped: number;
}

/** What there is before anything is made. */
export const NO_INSTANCES: LaneInstances = {
  threads: [],
  made: 0,
  dropped: 0,
};

/** Milliseconds that a thread may take to count: guests give it a turn every ten. */
const PATIENCE = 500;

/** Asks another thread for its instances. However many ask, it is asked once at a time. */
export class RemoteInstances {
  readonly #ask: () => void;
  #last: LaneInstances = { ...NO_INSTANCES, threads: [{ ready: 0, busy: 0 }] };
  #asked: PromiseWithResolvers<void> | undefined;

  /** @param ask Sends the question; {@linkcode take} is told the answer. */
  constructor(ask: () => void) {
    this.#ask = ask;
  }

  /** What there is now; of a thread that does not answer in time, what it told last. */
  async now(): Promise<LaneInstances> {
    if (this.#asked === undefined) {
      this.#asked = Promise.withResolvers();
      this.#ask();
    }
    await settlesWithin(this.#asked.promise, PATIENCE);
    return this.#last;
  }

  /** The thread has answered. */
  take(told: LaneInstances): void {
    this.#last = told;
    this.#asked?.resolve();
    this.#asked = undefined;
  }
}

/** Several lanes as one. */
export function allInstances(lanes: readonly LaneInstances[]): LaneInstances {
  return {
    threads: lanes.flatMap(({ threads }) => threads),
    made: lanes.reduce((sum, { made }) => sum + made, 0),
    dropped: lanes.reduce((sum, { dropped }) => sum + dropped, 0),
  };
}
