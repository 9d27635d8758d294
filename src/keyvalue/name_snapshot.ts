/**
 * The names that a store held at one moment, in an order that is always the same.
 *
 * A folder has no order of its own, nor has Redis, so names stand in the order of a hash: a name has the
 * same place at every moment and in every process, whatever is written beside it.
 *
 * @module
 */

import { hash48 } from "./key_encoding.ts";

/** Names are sorted a part at a time, when a page needs it: all at once would stop the process. */
const PARTS = 4096;
const PART_SIZE = 2 ** 48 / PARTS;

interface HashedName {
  readonly hash: number;
  readonly name: string;
}

/** Names that share a hash; one, but for an attacker's. */
export interface NameGroup {
  readonly hash: number;
  readonly names: readonly string[];
}

/** Names, added one by one. */
export class NameSnapshot {
  readonly #parts: (HashedName[] | undefined)[] = new Array(PARTS);
  readonly #sorted = new Set<number>();

  /** Adds a name. */
  add(name: string, hash = hash48(name)): void {
    (this.#parts[Math.floor(hash / PART_SIZE)] ??= []).push({ hash, name });
  }

  /** The names whose hash is higher than `hash`, in the order of their hashes; only those that `wanted` accepts. */
  *after(
    hash: number,
    wanted: (name: string) => boolean,
  ): Generator<NameGroup> {
    for (
      let part = Math.floor(Math.max(hash, 0) / PART_SIZE);
      part < PARTS;
      part++
    ) {
      let group: { hash: number; names: string[] } | undefined;
      for (const entry of this.#part(part)) {
        if (entry.hash <= hash || !wanted(entry.name)) continue;
        if (group?.hash === entry.hash) {
          group.names.push(entry.name);
          continue;
        }
        if (group !== undefined) yield group;
        group = { hash: entry.hash, names: [entry.name] };
      }
      if (group !== undefined) yield group;
    }
  }

  #part(part: number): readonly HashedName[] {
    const names = this.#parts[part] ?? [];
    if (!this.#sorted.has(part)) {
      names.sort((a, b) => a.hash - b.hash);
      this.#sorted.add(part);
    }
    return names;
  }
}
