/**
 * Apps that another one has taken the place of: each finishes what it was given, and no more
 * than a while is waited for it.
 *
 * @module
 */

import { type Log, logFault } from "../log.ts";
import type { App } from "../runtime/app.ts";
import { settlesWithin } from "../runtime/settles_within.ts";

/** How many old apps finish at once; with one more, the oldest is broken off. */
const MOST_DRAINING = 8;

/** An app that takes no more requests. */
export interface DrainedApp {
  readonly app: App;
  /** Called when the app is gone. */
  retire(): Promise<void>;
  /** How long its requests may take, in milliseconds. */
  readonly patience: number;
}

interface Drain {
  readonly done: Promise<void>;
  /** Waits no longer. */
  hurry(): void;
}

/** Ends apps in the background. */
export class Draining {
  readonly #log: Log;
  readonly #drains = new Set<Drain>();

  constructor(log: Log) {
    this.#log = log;
  }

  /** How many are not at their end. */
  get size(): number {
    return this.#drains.size;
  }

  /** Ends an app when its requests are answered. Never rejects. */
  take(old: DrainedApp): Promise<void> {
    const hurried = Promise.withResolvers<void>();
    const drain: Drain = {
      done: this.#drain(old, hurried.promise),
      hurry: hurried.resolve,
    };
    this.#drains.add(drain);
    if (this.#drains.size > MOST_DRAINING) {
      const [oldest] = this.#drains;
      oldest!.hurry();
    }
    return drain.done.finally(() => this.#drains.delete(drain));
  }

  /** Resolves when all are at their end. */
  async all(): Promise<void> {
    await Promise.all([...this.#drains].map(({ done }) => done));
  }

  /** Breaks off what is under way. */
  hurry(): void {
    for (const drain of this.#drains) drain.hurry();
  }

  async #drain(
    { app, retire, patience }: DrainedApp,
    hurried: Promise<void>,
  ): Promise<void> {
    try {
      const ended = app[Symbol.asyncDispose]();
      const over = Promise.race([ended, hurried.then(() => "hurried")]);
      const inTime = await settlesWithin(over, patience);
      if (!inTime || await over === "hurried") {
        this.#log.emit({
          event: "warning",
          text: "Requests to a component that was replaced are broken off: " +
            (inTime
              ? `${MOST_DRAINING} others are finishing theirs`
              : "they take longer than dev.request_timeout allows"),
        });
        app.breakOff();
      }
      await ended;
      await retire();
    } catch (error) {
      logFault(this.#log, error);
    }
  }
}
