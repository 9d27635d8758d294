/**
 * Pages of the keys in a bucket of rows, in the order the keys were first set; a cursor is the
 * row id of the last key given.
 *
 * @module
 */

import { pageLimit, parseCursor } from "../paging.ts";
import type { KeyPage, ListOptions } from "../store.ts";
import type { Statements } from "./database.ts";
import { nextTurn } from "./transactions.ts";

/** A prefix that no more keys than this have is looked up by key, any other by walking the rows. */
const FEW = 4096;
/** How many rows are walked before others have their turn. */
const SPAN = 4096;

/** Where and when to list. */
export interface Listing {
  /** @throws {KeyValueError} `other` once the database was closed. */
  readonly statements: () => Statements;
  /** The row of the bucket; `undefined` while it has none. */
  readonly bucket: number | undefined;
  readonly now: number;
}

interface Found {
  readonly id: number;
  readonly key: Uint8Array;
}

interface Wanted {
  readonly statements: () => Statements;
  readonly bucket: number;
  readonly now: number;
  readonly prefix: Uint8Array;
  readonly after: number;
  readonly limit: number;
}

/** One page of keys. */
export async function pageOf(
  options: ListOptions,
  { statements, bucket, now }: Listing,
): Promise<KeyPage> {
  const size = pageLimit(options);
  const cursor = parseCursor(options.cursor ?? "0");
  statements();
  // No row has an id beyond what a number holds, so nothing comes after such a cursor.
  if (bucket === undefined || cursor > BigInt(Number.MAX_SAFE_INTEGER)) {
    return { keys: [] };
  }
  const wanted: Wanted = {
    statements,
    bucket,
    now,
    prefix: new TextEncoder().encode(options.prefix),
    after: Number(cursor),
    // One more tells whether there is a next page.
    limit: size + 1,
  };
  const found = wanted.prefix.length === 0
    ? inOrder(wanted)
    : inRange(wanted) ?? await inSpans(wanted);
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const page = found.slice(0, size);
  return {
    keys: page.map(({ key }) => decoder.decode(key)),
    ...(found.length > size && { cursor: String(page.at(-1)!.id) }),
  };
}

function inOrder({ statements, bucket, after, now, limit }: Wanted): Found[] {
  return rows(statements().page.all({ bucket, after, now, limit }));
}

/** The keys with the prefix, if they are few. */
function inRange(wanted: Wanted): Found[] | undefined {
  const { statements, bucket, prefix, after, now, limit } = wanted;
  // UTF-8 has no byte 0xff, so the last byte has a successor.
  const end = prefix.slice();
  end[end.length - 1]!++;
  const found = rows(
    statements().range.all({ bucket, start: prefix, end, now, limit: FEW + 1 }),
  );
  if (found.length > FEW) return undefined;
  return found.filter(({ id }) => id > after)
    .sort((one, other) => one.id - other.id)
    .slice(0, limit);
}

async function inSpans(wanted: Wanted): Promise<Found[]> {
  const { statements, bucket, prefix, now, limit } = wanted;
  const found: Found[] = [];
  let after = wanted.after;
  while (found.length < limit) {
    const span = statements().span.all({ bucket, after, now, limit: SPAN });
    for (const row of rows(span)) {
      if ("alive" in row && row.alive && startsWith(row.key, prefix)) {
        found.push(row);
      }
      after = row.id;
    }
    if (span.length < SPAN) break;
    await nextTurn();
  }
  return found.slice(0, limit);
}

function rows(found: unknown[]): Found[] {
  return found as Found[];
}

function startsWith(key: Uint8Array, prefix: Uint8Array): boolean {
  return key.length >= prefix.length &&
    prefix.every((byte, index) => key[index] === byte);
}
