/**
 * Listings of stores that have no order of their own.
 *
 * A cursor is the place of the last key given (the 48 bits of its hash) and a mark of who gave
 * it (16 bits). A first page reads every name. The pages after it are cut from what was read
 * then, which holds every key that has stayed since; a cursor that another process gave, or
 * whose reading has been forgotten, makes this one read anew and go on at the same place.
 *
 * @module
 */

import { BoundedCache } from "./bounded_cache.ts";
import type { NameSnapshot } from "./name_snapshot.ts";
import { pageLimit, parseCursor } from "./paging.ts";
import type { KeyPage, ListOptions } from "./store.ts";

/** Listings under way whose names are remembered. */
const REMEMBERED_READINGS = 4;

/** What a listing reads. */
export interface ListingSource<
  Reading extends { readonly snapshot: NameSnapshot },
> {
  /** Reads every name. */
  read(): Promise<Reading>;
  /** Whether a name can be that of a key that is asked for. */
  isWanted(name: string): boolean;
  /**
   * The keys of these names that are there.
   *
   * @param isOld Whether the reading was made for an earlier page.
   */
  keysOf(
    names: readonly string[],
    reading: Reading,
    isOld: boolean,
  ): Promise<readonly string[]>;
}

/** The listings of one backend. */
export class Listings<Reading extends { readonly snapshot: NameSnapshot }> {
  /** Even: Redis has cursors of another kind, which are odd. */
  readonly #mark = BigInt(
    crypto.getRandomValues(new Uint16Array(1))[0]! & 0xfffe,
  );
  readonly #readings = new BoundedCache<Turn<Reading>>(REMEMBERED_READINGS);
  #turns = 0;

  /**
   * One page.
   *
   * @param listing Names what is listed; pages of one listing share a reading.
   */
  async page(
    listing: string,
    options: ListOptions,
    source: ListingSource<Reading>,
  ): Promise<KeyPage> {
    const limit = pageLimit(options);
    const cursor = options.cursor === undefined
      ? undefined
      : parseCursor(options.cursor);
    const known = cursor !== undefined && (cursor & 0xffffn) === this.#mark
      ? this.#readings.get(listing)
      : undefined;
    const turn = known ?? await this.#read(source);
    const { reading } = turn;

    let last = cursor === undefined ? -1 : Number(cursor >> 16n);
    const keys: string[] = [];
    const groups = reading.snapshot.after(
      last,
      (name) => source.isWanted(name),
    );
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
      keys.push(...await source.keysOf(names, reading, known !== undefined));
    }
    if (next.done) {
      this.#readings.forget(listing, turn);
      return { keys };
    }
    const newest = this.#readings.get(listing);
    if (newest === undefined || newest.number < turn.number) {
      this.#readings.set(listing, turn);
    }
    return { keys, cursor: String(BigInt(last) << 16n | this.#mark) };
  }

  async #read(source: ListingSource<Reading>): Promise<Turn<Reading>> {
    const number = ++this.#turns;
    return { number, reading: await source.read() };
  }
}

/** Counts readings: a later one never makes way for an earlier one. */
interface Turn<Reading> {
  readonly number: number;
  readonly reading: Reading;
}
