/**
 * Pages of keys in the order of SCAN: a page reads no more than it gives, whatever the size of
 * the database.
 *
 * @module
 */

import type { GivenKeys } from "./given_keys.ts";
import type { Scanned } from "./scan.ts";
import {
  type Inside,
  type Place,
  rankOf,
  reachOf,
  startOf,
  widthOf,
} from "./scan_cursor.ts";
import { KEYS_AT_ONCE } from "./scan.ts";

/** How many keys a page looks at; where few of them are wanted, it ends with what it has. */
const KEYS_A_PAGE = 100_000;
/** SCAN gives some more than it is asked for; what does not fit is asked for again. */
const MARGIN = 4;

/** One step of SCAN from a cursor, which looks at about `count` keys. */
export type Step = (scan: number, count: number) => Promise<Scanned>;

/** What was read for a page. */
export interface ReadPage {
  readonly keys: readonly string[];
  /** Where the next one begins; `undefined` at the end. */
  readonly next: Place | undefined;
}

/** What a page is read with. */
export interface Reading {
  readonly step: Step;
  readonly limit: number;
  /** Keys that earlier pages gave. */
  readonly given: ReturnType<GivenKeys["take"]>;
}

/** Reads the page that begins at a place. */
export async function readPage(
  from: Place,
  { step, limit, given }: Reading,
): Promise<ReadPage> {
  const page = new Set<string>();
  const isNew = (key: string) => !page.has(key) && !given?.has(key);
  const add = (keys: readonly string[]) => keys.forEach((key) => page.add(key));
  const end = (next: Place | undefined) => ({ keys: [...page], next });

  let { scan } = from;
  if (from.inside !== undefined) {
    const rest = await readInside(scan, from.inside, step);
    const taken = inRanks(rest.filter(isNew), limit);
    add(taken.keys);
    if (taken.rank !== undefined) {
      return end({ scan, inside: { ...from.inside, rank: taken.rank } });
    }
    if (scan === 0) return end(undefined);
  }

  let looked = 0;
  let count = countFor(limit - page.size, 1);
  while (looked < KEYS_A_PAGE) {
    const room = limit - page.size;
    if (room <= 0) break;
    const found = await step(scan, count);
    const keys = [...new Set(found.keys.filter(isNew))];
    if (keys.length <= room) {
      add(keys);
      looked += count;
      scan = found.next;
      if (scan === 0) return end(undefined);
      count = countFor(limit - page.size, (page.size + 1) / looked);
      continue;
    }
    if (count > 1) {
      count = countFor(room, keys.length / count);
      continue;
    }
    const taken = inRanks(keys, room);
    // Keys of one rank are given together; a page of them alone may have more than its limit.
    if (page.size > 0 && taken.keys.length > room) break;
    add(taken.keys);
    const { next } = found;
    if (taken.rank !== undefined) {
      const width = await widthWith(keys, { scan, next, step });
      return end({ scan: next, inside: { width, rank: taken.rank } });
    }
    if (next === 0) return end(undefined);
    scan = next;
  }
  return end({ scan });
}

/**
 * How wide the part is that ends with a step of SCAN and has all keys that it found. Most steps
 * visit one bucket; while the table shrinks, one visits what is left of a wider one, and then
 * the keys may lie anywhere in it.
 */
async function widthWith(
  keys: readonly string[],
  { scan, next, step }: {
    readonly scan: number;
    readonly next: number;
    readonly step: Step;
  },
): Promise<number> {
  const from = scan === 0 ? 0 : reachOf(scan);
  let width = widthOf(scan, next);
  for (; width > 1; width--) {
    const start = startOf(next, width);
    if (start === 0 || reachOf(start) <= from) break;
    const found = new Set((await step(start, 1)).keys);
    if (keys.every((key) => found.has(key))) break;
  }
  return width;
}

/** How many keys to look at for so many that are wanted, if this part of all is: rather too few. */
function countFor(room: number, part: number): number {
  const wanted = room > 2 * MARGIN ? room - MARGIN : room / 2;
  return Math.max(1, Math.min(KEYS_AT_ONCE, Math.floor(wanted / part)));
}

/** The keys that were not given of what SCAN visited last. */
async function readInside(
  to: number,
  { width, rank }: Inside,
  step: Step,
): Promise<string[]> {
  const keys: string[] = [];
  let scan = startOf(to, width);
  while (true) {
    const found = await step(scan, 1);
    const isBeyond = reachOf(found.next) > reachOf(to);
    // Keys beyond the end are read by the next step; so are those that were here, where the table
    // shrank. While it shrinks, those that have not moved yet are not.
    const later = isBeyond ? new Set((await step(to, 1)).keys) : undefined;
    keys.push(
      ...found.keys.filter((key) => rankOf(key) > rank && !later?.has(key)),
    );
    if (isBeyond || reachOf(found.next) === reachOf(to)) return keys;
    scan = found.next;
  }
}

/** As many keys as there is room for, those of one rank together; the last rank, if some remain. */
function inRanks(
  keys: readonly string[],
  limit: number,
): { readonly keys: readonly string[]; readonly rank?: number } {
  if (keys.length <= limit) return { keys };
  const ranked = keys.map((key) => ({ key, rank: rankOf(key) }))
    .sort((one, other) => one.rank - other.rank);
  const first = ranked[0]!.rank;
  const beyond = ranked[limit]!.rank;
  const taken = ranked.filter(({ rank }) => rank < beyond || rank === first);
  const rank = taken.at(-1)!.rank;
  return {
    keys: taken.map(({ key }) => key),
    ...(taken.length < keys.length && { rank }),
  };
}
