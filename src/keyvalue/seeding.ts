import { eachOf } from "./batch.ts";
import type { Bucket } from "./store.ts";

/** Writes what buckets begin with, once each. */
export class Seeding {
  readonly #done = new Map<string, Promise<void>>();

  /**
   * Writes the seed where its keys are absent. Whoever asks for the same bucket meanwhile
   * waits for it too; after a failure the next one tries again.
   *
   * @param name What the seeding is known by.
   */
  once(
    name: string,
    bucket: Bucket,
    seed: ReadonlyMap<string, Uint8Array>,
  ): Promise<void> {
    const known = this.#done.get(name);
    if (known !== undefined) return known;
    const seeding = eachOf([...seed], async ([key, value]) => {
      await bucket.swap(key, undefined, value);
    });
    this.#done.set(name, seeding);
    seeding.catch(() => this.#done.delete(name));
    return seeding;
  }
}
