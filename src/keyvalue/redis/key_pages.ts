/**
 * Pages of the keys behind a prefix.
 *
 * They come in SCAN's order. SCAN may give a key twice, and its cursors mean another place after
 * Redis was started again, so this process remembers what its listings gave. Without that (a
 * cursor of another process, or one used twice) a listing goes on at its place: it skips
 * nothing, and may repeat keys of one bucket of Redis if Redis has shrunk its table since; after
 * a new start of Redis it is refused.
 *
 * Where the server does not say which life it is in (the user may not call INFO), a first page
 * scans all keys: the listing that all stores without an order share.
 *
 * @module
 */

import { quote } from "../key_encoding.ts";
import { Listings } from "../listings.ts";
import { NameSnapshot } from "../name_snapshot.ts";
import { pageLimit, parseCursor } from "../paging.ts";
import { type KeyPage, KeyValueError, type ListOptions } from "../store.ts";
import { GivenKeys } from "./given_keys.ts";
import type { Scanned } from "./scan.ts";
import {
  fits,
  formatPlace,
  isScanCursor,
  parsePlace,
  START,
} from "./scan_cursor.ts";
import { KEYS_AT_ONCE } from "./scan.ts";
import { readPage } from "./scan_pages.ts";
import type { ServerLife } from "./server_life.ts";

/** How a listing reaches Redis. */
export interface KeySource {
  /** Looks at about `count` keys from a cursor of SCAN on; gives those behind the prefix by their names in the bucket. */
  step(prefix: string, scan: number, count: number): Promise<Scanned>;
  /** Which of the keys are there. */
  present(keys: readonly string[]): Promise<string[]>;
}

/** The listings of one backend. */
export class KeyPages {
  readonly #life: ServerLife;
  readonly #given = new GivenKeys();
  readonly #listings = new Listings<{ readonly snapshot: NameSnapshot }>();

  constructor(life: ServerLife) {
    this.#life = life;
  }

  /** One page of the keys of a bucket. */
  async page(
    bucket: string,
    options: ListOptions,
    source: KeySource,
  ): Promise<KeyPage> {
    const cursor = options.cursor === undefined
      ? undefined
      : parseCursor(options.cursor);
    return cursor !== undefined && !isScanCursor(cursor)
      ? await this.#hashedPage(bucket, options, source)
      : await this.#scannedPage(bucket, options, source) ??
        await this.#hashedPage(bucket, options, source);
  }

  /** A page in SCAN's order; `undefined` where there can be none. */
  async #scannedPage(
    bucket: string,
    options: ListOptions,
    source: KeySource,
  ): Promise<KeyPage | undefined> {
    const { prefix = "", cursor } = options;
    const limit = pageLimit(options);
    const life = await this.#life.current();
    if (life.id === undefined) {
      if (cursor !== undefined) throw isOver(cursor);
      return undefined;
    }
    const nameOf = (cursor: string) => JSON.stringify([bucket, prefix, cursor]);
    const given = cursor && this.#given.take(nameOf(cursor)) || undefined;
    try {
      // In a new life, what was given says what to leave out, from the start.
      const from = cursor === undefined
        ? START
        : parsePlace(parseCursor(cursor), life.id) ?? (given && START);
      if (from === undefined) throw isOver(cursor!);
      const { keys, next } = await readPage(from, {
        limit,
        given,
        step: async (scan, count) => {
          const found = await source.step(prefix, scan, count);
          this.#life.check(life);
          return found;
        },
      });
      if (next === undefined) return { keys };
      if (!fits(next)) {
        if (cursor !== undefined) throw isOver(cursor);
        return undefined;
      }
      const after = formatPlace(next, life.id);
      this.#given.leave(nameOf(after), addTo(given, keys));
      return { keys, cursor: after };
    } catch (cause) {
      if (given !== undefined) this.#given.leave(nameOf(cursor!), given);
      throw cause;
    }
  }

  #hashedPage(
    bucket: string,
    options: ListOptions,
    source: KeySource,
  ): Promise<KeyPage> {
    const prefix = options.prefix ?? "";
    return this.#listings.page(JSON.stringify([bucket, prefix]), options, {
      read: () => readAll((scan) => source.step(prefix, scan, KEYS_AT_ONCE)),
      isWanted: () => true,
      keysOf: async (names, _reading, isOld) =>
        isOld ? await source.present(names) : names,
    });
  }
}

function addTo(
  given: Set<string> | undefined,
  keys: readonly string[],
): Set<string> {
  if (given === undefined) return new Set(keys);
  for (const key of keys) given.add(key);
  return given;
}

async function readAll(
  step: (scan: number) => Promise<Scanned>,
): Promise<{ readonly snapshot: NameSnapshot }> {
  const snapshot = new NameSnapshot();
  const seen = new Set<string>();
  let scan = 0;
  do {
    const { keys, next } = await step(scan);
    for (const key of keys) {
      if (seen.has(key)) continue;
      seen.add(key);
      snapshot.add(key);
    }
    scan = next;
  } while (scan !== 0);
  return { snapshot };
}

function isOver(cursor: string): KeyValueError {
  return new KeyValueError(
    "other",
    `Cannot list keys at cursor ${
      quote(cursor)
    }: Redis was started again since it was given; start again without a cursor`,
  );
}
