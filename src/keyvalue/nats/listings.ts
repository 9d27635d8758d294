/**
 * Pages of the keys in a bucket, in the order of its stream.
 *
 * A key that is written again moves to the end of the stream. A listing that reads on to
 * the end therefore meets every key that stays, some of them twice; so the keys that it
 * gave out are remembered while it lasts. A cursor is the place in the stream (48 bits) and
 * the number of the listing (16 bits). A cursor of a listing that is not remembered, one of
 * another process say, goes on from its place and may repeat a key that was written again.
 *
 * @module
 */

import { pageLimit, parseCursor } from "../paging.ts";
import type { KeyPage, ListOptions } from "../store.ts";
import { eachOf } from "../batch.ts";
import { isLive, keyOf } from "./message.ts";
import { keyOfToken } from "./names.ts";
import { Scan, type Scanned } from "./scan.ts";
import type { BucketStream } from "./stream.ts";

/** Listings under way that are remembered, and the keys that all of them together may have given out. */
const REMEMBERED_LISTINGS = 32;
const REMEMBERED_KEYS = 2_000_000;
/** Messages that a page reads at most: where few keys are wanted it ends early, and the next goes on. */
const LONGEST_SCAN = 50_000;
/** Messages that are asked for at once, at least and at most. */
const SMALLEST_BATCH = 64;
const LARGEST_BATCH = 4096;
/** Milliseconds that a page takes at most before it ends early, as a part of the time a call has. */
const SHARE_OF_DEADLINE = 0.5;

/** What one listing gave out so far. */
interface Listing {
  readonly bucket: string;
  readonly number: number;
  /** The page that a key stood in. */
  readonly given: Map<string, number>;
  /** The page after which a place was reached. */
  readonly pages: Map<number, number>;
}

/** What a page is asked for. */
export interface PageRequest {
  readonly options: ListOptions;
  readonly now: () => number;
  readonly timeout: number;
}

/** The listings of one backend. */
export class Listings {
  /** In the order they were used; the first makes room. */
  readonly #listings = new Map<number, Listing>();
  #next = crypto.getRandomValues(new Uint16Array(1))[0]!;

  /** One page of a bucket's keys. */
  async page(stream: BucketStream, request: PageRequest): Promise<KeyPage> {
    const { options, now, timeout } = request;
    const limit = pageLimit(options);
    const cursor = options.cursor === undefined
      ? undefined
      : parseCursor(options.cursor);
    let place = cursor === undefined ? 0 : Number(cursor >> 16n);
    const listing = this.#resume(stream.name, place, cursor);
    const page = (listing.pages.get(place) ?? 0) + 1;
    const begun = performance.now();
    const deadline = begun + timeout;
    const enough = begun + timeout * SHARE_OF_DEADLINE;

    const keys: string[] = [];
    let read = 0;
    await using scan = await Scan.open(stream, {
      from: place + 1,
      headersOnly: true,
      deadline,
    });
    while (
      !scan.ended && keys.length < limit && read < LONGEST_SCAN &&
      performance.now() < enough
    ) {
      const wanted = Math.max(limit - keys.length, SMALLEST_BATCH);
      const found = await scan.next(Math.min(wanted, LARGEST_BATCH));
      read += found.length;
      const last = await lastOnes(stream, found, deadline);
      for (const scanned of found) {
        // More was read than wanted: the next page reads it again.
        if (keys.length === limit) {
          return this.#more(listing, place, page, keys);
        }
        place = scanned.stored.sequence;
        if (!isLive(scanned.stored, now())) continue;
        const key = keyOfToken(scanned.token) ??
          await longKey(stream, scanned.token, deadline);
        if (!key?.startsWith(options.prefix ?? "")) continue;
        if (listing.given.has(key) || !last(scanned)) continue;
        listing.given.set(key, page);
        keys.push(key);
      }
    }
    if (!scan.ended) return this.#more(listing, place, page, keys);
    this.#listings.delete(listing.number);
    return { keys };
  }

  #more(
    listing: Listing,
    place: number,
    page: number,
    keys: readonly string[],
  ): KeyPage {
    listing.pages.set(place, page);
    this.#remember(listing);
    const cursor = BigInt(place) << 16n | BigInt(listing.number);
    return { keys, cursor: String(cursor) };
  }

  /** The listing that a cursor goes on with, as it was when the cursor was given. */
  #resume(bucket: string, place: number, cursor: bigint | undefined): Listing {
    const known = cursor === undefined
      ? undefined
      : this.#listings.get(Number(cursor & 0xffffn));
    const page = known?.bucket === bucket ? known.pages.get(place) : undefined;
    if (known === undefined || page === undefined) {
      return this.#begin(bucket, new Map(), new Map());
    }
    if (page === known.pages.size) return known;
    // The cursor was used before: what the listing gave out since is not this one's.
    const until = <Key>(pages: Map<Key, number>) =>
      new Map([...pages].filter(([, of]) => of <= page));
    return this.#begin(bucket, until(known.given), until(known.pages));
  }

  #begin(
    bucket: string,
    given: Map<string, number>,
    pages: Map<number, number>,
  ): Listing {
    this.#next = (this.#next + 1) & 0xffff;
    return { bucket, number: this.#next, given, pages };
  }

  #remember(listing: Listing): void {
    this.#listings.delete(listing.number);
    this.#listings.set(listing.number, listing);
    let keys = 0;
    for (const { given } of this.#listings.values()) keys += given.size;
    for (const [number, { given }] of this.#listings) {
      const fits = this.#listings.size <= REMEMBERED_LISTINGS &&
        keys <= REMEMBERED_KEYS;
      if (fits) break;
      keys -= given.size;
      this.#listings.delete(number);
    }
  }
}

/** A key that is too long for a subject stands beside its value, which a listing does not read. */
async function longKey(
  stream: BucketStream,
  token: string,
  deadline: number,
): Promise<string | undefined> {
  const last = await stream.last({ token, digest: true }, deadline);
  return last && keyOf(token, last);
}

/** Tells the last message of a key from its history, where the bucket keeps one. */
async function lastOnes(
  stream: BucketStream,
  found: readonly Scanned[],
  deadline: number,
): Promise<(scanned: Scanned) => boolean> {
  if (stream.facts.lastOnly) return () => true;
  const sequences = new Map(
    found.map(({ token, stored }) => [token, stored.sequence]),
  );
  await eachOf([...sequences], async ([token, sequence]) => {
    const name = { token, digest: false };
    const last = await stream.last(name, deadline);
    if (last?.sequence !== sequence) sequences.delete(token);
  });
  return ({ token, stored }) => sequences.get(token) === stored.sequence;
}
