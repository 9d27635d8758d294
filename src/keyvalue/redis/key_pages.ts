/**
 * Pages of the keys behind a prefix.
 *
 * SCAN may give a key twice, and its cursor means another place after Redis was started again.
 * So a first page scans all keys, and pages are cut from what it found in the order of a hash,
 * which holds every key that has stayed since. A cursor is the place of the last key given (48
 * bits) and a mark of who gave it (16 bits); one that another process gave, or that has been
 * forgotten, makes this one scan anew and go on at the same place.
 *
 * @module
 */

import { BoundedCache } from "../bounded_cache.ts";
import { FolderSnapshot } from "../filesystem/folder_snapshot.ts";
import { pageLimit, parseCursor } from "../paging.ts";
import type { KeyPage, ListOptions } from "../store.ts";

/** Listings under way whose keys are remembered. */
const REMEMBERED_LISTINGS = 4;

/** How a listing reaches Redis. */
export interface KeySource {
  /** Every key behind the prefix, at least once; by its name in the bucket. */
  scan(prefix: string): AsyncIterable<readonly string[]>;
  /** Which of the keys are there. */
  present(keys: readonly string[]): Promise<string[]>;
}

interface Reading {
  readonly snapshot: FolderSnapshot;
  /** Counts readings: a later one never makes way for an earlier one. */
  readonly turn: number;
}

/** The listings of one backend. */
export class KeyPages {
  readonly #mark = BigInt(crypto.getRandomValues(new Uint16Array(1))[0]!);
  readonly #readings = new BoundedCache<Reading>(REMEMBERED_LISTINGS);
  #turns = 0;

  /** One page of the keys of a bucket. */
  async page(
    bucket: string,
    options: ListOptions,
    source: KeySource,
  ): Promise<KeyPage> {
    const limit = pageLimit(options);
    const cursor = options.cursor === undefined
      ? undefined
      : parseCursor(options.cursor);
    const prefix = options.prefix ?? "";
    const listing = JSON.stringify([bucket, prefix]);

    const known = cursor !== undefined && (cursor & 0xffffn) === this.#mark
      ? this.#readings.get(listing)
      : undefined;
    const reading = known ?? await this.#read(source.scan(prefix));

    let last = cursor === undefined ? -1 : Number(cursor >> 16n);
    const keys: string[] = [];
    const groups = reading.snapshot.after(last, () => true);
    let next = groups.next();
    while (!next.done) {
      const names: string[] = [];
      while (!next.done) {
        const taken = keys.length + names.length;
        if (taken > 0 && taken + next.value.names.length > limit) break;
        names.push(...next.value.names);
        last = next.value.hash;
        next = groups.next();
      }
      if (names.length === 0) break;
      keys.push(...(known ? await source.present(names) : names));
    }
    if (next.done) {
      this.#readings.forget(listing, reading);
      return { keys };
    }
    const newest = this.#readings.get(listing);
    if (newest === undefined || newest.turn < reading.turn) {
      this.#readings.set(listing, reading);
    }
    return { keys, cursor: String(BigInt(last) << 16n | this.#mark) };
  }

  async #read(scan: AsyncIterable<readonly string[]>): Promise<Reading> {
    const turn = ++this.#turns;
    const snapshot = new FolderSnapshot();
    const seen = new Set<string>();
    for await (const keys of scan) {
      for (const key of keys) {
        if (seen.has(key)) continue;
        seen.add(key);
        snapshot.add(key);
      }
    }
    return { snapshot, turn };
  }
}
