/**
 * The keys and values of one bucket in memory.
 *
 * @module
 */

import { NEVER } from "./expiry.ts";
import { InsertionOrder } from "./insertion_order.ts";

/** One value; its bytes are the store's own and change in place. */
export interface Slot {
  readonly key: string;
  readonly id: number;
  value: Uint8Array<ArrayBuffer>;
  version: number;
  expiresAt: number;
  live: boolean;
}

/** What a {@linkcode Store} needs to know. */
export interface StoreParts {
  readonly nextVersion: () => number;
  /** Called for each key that was written or removed. */
  readonly touch: (key: string) => void;
}

/** The keys of one bucket in memory. */
export class Store {
  readonly #slots = new Map<string, Slot>();
  /** The slots in the order their keys were first set. */
  readonly order: InsertionOrder<Slot> = new InsertionOrder<Slot>();
  readonly #parts: StoreParts;
  #lastId = 0;
  #dropped = false;

  constructor(parts: StoreParts) {
    this.#parts = parts;
  }

  /** The slot of a key, unless it has expired; the clock is asked only where that can be. */
  read(key: string, now: () => number): Slot | undefined {
    const slot = this.#slots.get(key);
    if (
      slot === undefined || slot.expiresAt === NEVER || slot.expiresAt > now()
    ) return slot;
    this.remove(slot);
    return undefined;
  }

  /** Sets a key and returns the version. The value is copied, into the old one's place if it fits: that is three times as fast. */
  write(
    key: string,
    value: Uint8Array,
    expiresAt: number,
  ): number {
    const version = this.#parts.nextVersion();
    const slot = this.#slots.get(key);
    if (slot !== undefined) {
      if (slot.value.length === value.length) slot.value.set(value);
      else slot.value = new Uint8Array(value);
      slot.version = version;
      slot.expiresAt = expiresAt;
      this.#parts.touch(key);
      return version;
    }
    const added = {
      key,
      id: ++this.#lastId,
      value: new Uint8Array(value),
      version,
      expiresAt,
      live: true,
    };
    this.#slots.set(key, added);
    this.order.add(added);
    this.#parts.touch(key);
    return version;
  }

  /** Removes a key that is there. */
  remove(slot: Slot): void {
    this.#slots.delete(slot.key);
    this.order.remove(slot);
    this.#parts.touch(slot.key);
  }

  /** Looks at the next few keys, so that expired ones that nobody reads do not pile up. */
  sweep(now: number): void {
    for (const slot of this.order.nextToSweep()) {
      if (slot.expiresAt <= now) this.remove(slot);
    }
  }

  /** Whether the bucket was dropped, so that whoever holds this has to look for another. */
  get dropped(): boolean {
    return this.#dropped;
  }

  /** How many keys there are that have not expired, and how many bytes their values have. */
  measure(now: number): { readonly keys: number; readonly bytes: number } {
    let keys = 0;
    let bytes = 0;
    for (const { value, expiresAt } of this.#slots.values()) {
      if (expiresAt <= now) continue;
      keys++;
      bytes += value.length;
    }
    return { keys, bytes };
  }

  /** Takes every key out, for good. */
  clear(): void {
    this.#dropped = true;
    const keys = [...this.#slots.keys()];
    this.#slots.clear();
    for (const key of keys) this.#parts.touch(key);
  }
}
