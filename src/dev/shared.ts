/**
 * What several use at the same time: an old app and the new one have the same buckets, and the
 * last one to let go closes them.
 */
export class Shared<Value> {
  readonly #close: (value: Value) => Promise<void>;
  #users = 1;
  #isClosed = false;

  /** @param close Called when nobody uses it any more. Whoever made it uses it. */
  constructor(
    readonly value: Value,
    close: (value: Value) => Promise<void>,
  ) {
    this.#close = close;
  }

  /** One more uses it, and MUST let go of it in the end. */
  use(): Shared<Value> {
    this.#users++;
    return this;
  }

  /** One fewer uses it. */
  async letGo(): Promise<void> {
    if (--this.#users === 0) await this.end();
  }

  /** Closes it, whoever uses it. */
  async end(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#close(this.value);
  }
}
