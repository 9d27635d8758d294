/**
 * `resource stream-object-names` of `wasi:blobstore/container`.
 *
 * @module
 */

import { answering } from "./refusal.ts";

/** How many names one call gives at most, whatever number the guest asks for. */
const MOST_NAMES = 1000;

/** `resource stream-object-names` */
export class StreamObjectNames {
  readonly #names: AsyncIterator<string>;
  #ended = false;

  constructor(names: AsyncIterable<string>) {
    this.#names = names[Symbol.asyncIterator]();
  }

  /** `read-stream-object-names: func(len: u64) -> result<tuple<list<object-name>, bool>, error>` */
  async readStreamObjectNames(length: bigint): Promise<[string[], boolean]> {
    const most = length > BigInt(MOST_NAMES) ? MOST_NAMES : Number(length);
    const names: string[] = [];
    while (names.length < most) {
      const name = await this.#next();
      if (name === undefined) break;
      names.push(name);
    }
    return [names, this.#ended];
  }

  /** `skip-stream-object-names: func(num: u64) -> result<tuple<u64, bool>, error>` */
  async skipStreamObjectNames(count: bigint): Promise<[bigint, boolean]> {
    let skipped = 0n;
    while (skipped < count && await this.#next() !== undefined) skipped++;
    return [skipped, this.#ended];
  }

  [Symbol.dispose](): void {
    // What is under way ends first; no one is left to be told of a failure.
    this.#names.return?.().catch(() => {});
  }

  async #next(): Promise<string | undefined> {
    if (this.#ended) return undefined;
    const { value, done } = await answering(() => this.#names.next());
    if (!done) return value;
    this.#ended = true;
    return undefined;
  }
}
