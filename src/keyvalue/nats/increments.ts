/**
 * Increments of one process, added up before they are stored: the callers of one key share
 * a read and a write, and every one gets the sum as if it had been alone.
 *
 * @module
 */

/** One call that waits. */
export interface Addition {
  readonly delta: bigint;
  readonly deadline: number;
}

interface Waiting extends Addition {
  readonly result: PromiseWithResolvers<bigint>;
}

/** What became of one call: its sum, or why it was refused. */
export type Added =
  | { readonly sum: bigint }
  | { readonly refused: unknown };

/** Stores the additions in order, all or none; what it returns is one answer for each. */
export type Apply = (
  key: string,
  additions: readonly Addition[],
) => Promise<readonly Added[]>;

/** The increments of one bucket. */
export class Increments {
  readonly #waiting = new Map<string, Waiting[]>();
  readonly #apply: Apply;

  constructor(apply: Apply) {
    this.#apply = apply;
  }

  /** Adds to a counter, together with whoever else waits to. */
  add(key: string, addition: Addition): Promise<bigint> {
    const waiting = { ...addition, result: Promise.withResolvers<bigint>() };
    const others = this.#waiting.get(key);
    if (others !== undefined) {
      others.push(waiting);
    } else {
      this.#waiting.set(key, []);
      void this.#work(key, [waiting]);
    }
    return waiting.result.promise;
  }

  async #work(key: string, first: Waiting[]): Promise<void> {
    for (let batch = first; batch.length > 0; batch = this.#take(key)) {
      try {
        const answers = await this.#apply(key, batch);
        for (const [index, { result }] of batch.entries()) {
          const answer = answers[index]!;
          if ("sum" in answer) result.resolve(answer.sum);
          else result.reject(answer.refused);
        }
      } catch (cause) {
        for (const { result } of batch) result.reject(cause);
      }
    }
    this.#waiting.delete(key);
  }

  #take(key: string): Waiting[] {
    const batch = this.#waiting.get(key) ?? [];
    if (batch.length > 0) this.#waiting.set(key, []);
    return batch;
  }
}
