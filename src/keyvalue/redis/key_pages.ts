/**
 * Pages of the keys behind a prefix.
 *
 * SCAN may give a key twice, and its cursor means another place after Redis was started again.
 * So a first page scans all keys, and pages are cut from what it found: the listing that all
 * stores without an order share.
 *
 * @module
 */

import { Listings } from "../listings.ts";
import { NameSnapshot } from "../name_snapshot.ts";
import type { KeyPage, ListOptions } from "../store.ts";

/** How a listing reaches Redis. */
export interface KeySource {
  /** Every key behind the prefix, at least once; by its name in the bucket. */
  scan(prefix: string): AsyncIterable<readonly string[]>;
  /** Which of the keys are there. */
  present(keys: readonly string[]): Promise<string[]>;
}

/** The listings of one backend. */
export class KeyPages {
  readonly #listings = new Listings<{ readonly snapshot: NameSnapshot }>();

  /** One page of the keys of a bucket. */
  async page(
    bucket: string,
    options: ListOptions,
    source: KeySource,
  ): Promise<KeyPage> {
    const prefix = options.prefix ?? "";
    return await this.#listings.page(
      JSON.stringify([bucket, prefix]),
      options,
      {
        read: () => readKeys(source.scan(prefix)),
        isWanted: () => true,
        keysOf: async (names, _reading, isOld) =>
          isOld ? await source.present(names) : names,
      },
    );
  }
}

async function readKeys(
  scan: AsyncIterable<readonly string[]>,
): Promise<{ readonly snapshot: NameSnapshot }> {
  const snapshot = new NameSnapshot();
  const seen = new Set<string>();
  for await (const keys of scan) {
    for (const key of keys) {
      if (seen.has(key)) continue;
      seen.add(key);
      snapshot.add(key);
    }
  }
  return { snapshot };
}
