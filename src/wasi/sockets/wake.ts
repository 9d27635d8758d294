/**
 * A wait that ends when something happens, and never once the instance is gone.
 *
 * @module
 */

/** Whoever waits may be gone. */
export interface Waiter {
  readonly dropped: boolean;
}

/** Wakes those that wait for the same thing. */
export class Wake {
  readonly #waiter: Waiter;
  #wait: PromiseWithResolvers<void> | undefined;

  constructor(waiter: Waiter) {
    this.#waiter = waiter;
  }

  /** Resolves at the next {@linkcode wake}. */
  wait(): Promise<void> {
    this.#wait ??= Promise.withResolvers();
    return this.#wait.promise;
  }

  /** Something happened. An instance that was dropped is not resumed. */
  wake(): void {
    if (this.#waiter.dropped) return;
    this.#wait?.resolve();
    this.#wait = undefined;
  }
}
