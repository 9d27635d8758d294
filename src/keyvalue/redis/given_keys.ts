/**
 * What listings under way gave out, by the cursor they ended with. SCAN may give a key again
 * after keys were deleted by the million, and begins anew when Redis was started again.
 *
 * @module
 */

/** Listings that are remembered, and the keys that all of them together may have given out. */
const REMEMBERED_LISTINGS = 32;
const REMEMBERED_KEYS = 2_000_000;

/** The keys that listings gave out. */
export class GivenKeys {
  /** In the order they were left; the first makes room. */
  readonly #given = new Map<string, Set<string>>();
  #keys = 0;

  /** What was given before a cursor. It is its taker's, and forgotten here: whoever uses the cursor again relies on the place alone. */
  take(listing: string): Set<string> | undefined {
    const given = this.#given.get(listing);
    if (given === undefined) return undefined;
    this.#given.delete(listing);
    this.#keys -= given.size;
    return given;
  }

  /** Remembers what was given before a cursor. */
  leave(listing: string, given: Set<string>): void {
    this.take(listing);
    this.#given.set(listing, given);
    this.#keys += given.size;
    for (const oldest of this.#given.keys()) {
      const isRoom = this.#given.size <= REMEMBERED_LISTINGS &&
        this.#keys <= REMEMBERED_KEYS;
      if (isRoom) break;
      this.take(oldest);
    }
  }
}
