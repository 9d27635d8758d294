/**
 * Items in the order they were added, with a way to go on after any of them: a `Map` keeps
 * that order too, but cannot start in the middle.
 *
 * @module
 */

/** What an order holds; `id` grows with each item added. */
export interface Ordered {
  readonly id: number;
  live: boolean;
}

/** Below this many removed items, cleaning up is not worth a pass. */
const MIN_REMOVED = 64;
const SWEPT_AT_ONCE = 4;

/**
 * Adding and removing cost O(1) amortised, finding the item after an id O(log n).
 * A removed item stays as a gap until gaps are half of all.
 */
export class InsertionOrder<Item extends Ordered> {
  #items: Item[] = [];
  #removed = 0;
  #sweptTo = 0;

  /** Adds an item, whose id is higher than any before. */
  add(item: Item): void {
    this.#items.push(item);
  }

  /** Takes an item out, once. */
  remove(item: Item): void {
    item.live = false;
    this.#removed++;
    if (this.#removed < MIN_REMOVED || this.#removed * 2 < this.#items.length) {
      return;
    }
    this.#items = this.#items.filter((kept) => kept.live);
    this.#removed = 0;
  }

  /** The items with a higher id than `id`. */
  *after(id: number): Generator<Item> {
    const items = this.#items;
    for (let index = this.#indexAfter(id); index < items.length; index++) {
      const item = items[index]!;
      if (item.live) yield item;
    }
  }

  /** A few items, others at each call, all of them in turn. */
  nextToSweep(): Item[] {
    if (this.#sweptTo >= this.#items.length) this.#sweptTo = 0;
    const some = this.#items.slice(
      this.#sweptTo,
      this.#sweptTo + SWEPT_AT_ONCE,
    );
    this.#sweptTo += SWEPT_AT_ONCE;
    return some.filter((item) => item.live);
  }

  #indexAfter(id: number): number {
    let low = 0;
    let high = this.#items.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#items[middle]!.id <= id) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
