/** Something that is waited for. */
export interface Wait {
  /** `performance.now()` of when it began. */
  since: number;
  /** Called when it took too long; the wait is over by then. */
  expired(): void;
}

/** How often the waits are looked at, as a share of the time allowed. */
const CHECKS_PER_TIMEOUT = 10;

/** The longest pause between two looks, in milliseconds. */
const LONGEST_PAUSE = 1000;

/** Ends waits that take too long, all by one timer. */
export class IdleWatch implements Disposable {
  readonly #timeout: number;
  readonly #waits = new Set<Wait>();
  #timer: ReturnType<typeof setInterval> | undefined;

  /** @param timeout How long a wait may take, in milliseconds. */
  constructor(timeout: number) {
    this.#timeout = timeout;
  }

  begin(wait: Wait): void {
    wait.since = performance.now();
    this.#waits.add(wait);
    this.#timer ??= setInterval(
      () => this.#check(),
      Math.min(LONGEST_PAUSE, Math.max(1, this.#timeout / CHECKS_PER_TIMEOUT)),
    );
  }

  end(wait: Wait): void {
    this.#waits.delete(wait);
  }

  [Symbol.dispose](): void {
    this.#waits.clear();
    this.#stop();
  }

  #check(): void {
    const latest = performance.now() - this.#timeout;
    for (const wait of this.#waits) {
      if (wait.since > latest) continue;
      this.#waits.delete(wait);
      wait.expired();
    }
    // It is left running between requests: starting it costs more than a look at nothing.
    if (this.#waits.size === 0) this.#stop();
  }

  #stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
