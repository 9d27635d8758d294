/** How long work that does not wait may hold up the thread, in ms. */
const SLICE = 4;

/** Gives the thread back now and then, so that requests are answered while files are looked at. */
export class Pace {
  #since = performance.now();

  /** Whether {@linkcode Pace.pause} is due. */
  get isDue(): boolean {
    return performance.now() - this.#since > SLICE;
  }

  async pause(): Promise<void> {
    await new Promise<void>((resolve) => setTimeout(resolve, 0));
    this.#since = performance.now();
  }
}
