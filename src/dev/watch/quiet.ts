/** Between two changes that belong together, in ms. */
const LULL = 30;

/** How long changes that keep coming can put off the answer, in ms. */
const MOST = 500;

/** Waits for a burst to end. */
export class Quiet implements Disposable {
  readonly #fired: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** When the burst must be over. */
  #latest = 0;

  /** @param fired Called once a burst. */
  constructor(fired: () => void) {
    this.#fired = fired;
  }

  /** Something has happened: the wait begins, or begins anew. */
  disturb(): void {
    const now = performance.now();
    if (this.#timer === undefined) this.#latest = now + MOST;
    clearTimeout(this.#timer);
    this.#start(Math.min(LULL, Math.max(0, this.#latest - now)));
  }

  /** Something has happened that puts nothing off: a wait begins unless there is one. */
  note(): void {
    if (this.#timer !== undefined) return;
    this.#latest = performance.now() + MOST;
    this.#start(LULL);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }

  #start(delay: number): void {
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#fired();
    }, delay);
  }
}
