/**
 * The buckets of a database as wholes. A bucket is there while it holds a key: its row alone,
 * which stays for good so that every process may remember its id, says nothing.
 *
 * @module
 */

import { quote } from "../key_encoding.ts";
import type { SqliteStore } from "./bucket.ts";
import { explain } from "./errors.ts";
import { nextTurn } from "./transactions.ts";

/** How many buckets are looked at before others have their turn. */
const BUCKETS_AT_ONCE = 256;
/** How many rows, and how many bytes of values, go in one transaction: it holds the event loop. */
const ROWS_AT_ONCE = 500;
const BYTES_AT_ONCE = 8 * 2 ** 20;

/** The names of the buckets that hold a key. */
export async function* listBuckets(store: SqliteStore): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  for (let after = 0;; await nextTurn()) {
    const rows = read(
      store,
      "list buckets",
      () =>
        store.database.statements().buckets.all({
          after,
          now: store.now(),
          limit: BUCKETS_AT_ONCE,
        }),
    );
    for (const { id, name, there } of rows) {
      after = Number(id);
      if (there && name instanceof Uint8Array) yield decoder.decode(name);
    }
    if (rows.length < BUCKETS_AT_ONCE) return;
  }
}

/** Whether a bucket holds a key. */
export function isThere(store: SqliteStore, bucket: string): boolean {
  return read(store, `look for bucket ${quote(bucket)}`, () => {
    const id = idOf(store, bucket);
    return id !== undefined && holdsKey(store, id);
  });
}

/** Removes the keys of a bucket, some at a time; whether there were any. */
export async function dropBucket(
  store: SqliteStore,
  bucket: string,
): Promise<boolean> {
  const act = `drop bucket ${quote(bucket)}`;
  const found = read(store, act, () => {
    const id = idOf(store, bucket);
    if (id === undefined) return undefined;
    const last = store.database.statements().lastEntry.get(id)?.id;
    return { id, last, there: holdsKey(store, id) };
  });
  if (found === undefined || found.last === null) return false;
  // What gets a new row from here on stays, or a busy writer would hold us for ever.
  const end = Number(found.last);
  const { id } = found;
  let more = true;
  while (more) {
    more = await store.transactions.run(act, ({ statements }) => {
      const rows = statements.sizes.all({
        bucket: id,
        end,
        limit: ROWS_AT_ONCE,
      });
      const last = lastToGo(rows);
      if (last !== undefined) statements.clear.run(id, last);
      return last !== undefined;
    });
  }
  return found.there;
}

/** The last of the rows that go together. */
function lastToGo(
  rows: readonly Record<string, unknown>[],
): number | undefined {
  let bytes = 0;
  let last: number | undefined;
  for (const { id, size } of rows) {
    bytes += Number(size);
    if (last !== undefined && bytes > BYTES_AT_ONCE) break;
    last = Number(id);
  }
  return last;
}

function idOf(store: SqliteStore, bucket: string): number | undefined {
  const row = store.database.statements().findBucket.get(
    new TextEncoder().encode(bucket),
  );
  return row && Number(row.id);
}

function holdsKey({ database, now }: SqliteStore, bucket: number): boolean {
  return database.statements().holdsKey.get({ bucket, now: now() }) !==
    undefined;
}

function read<T>({ database }: SqliteStore, act: string, task: () => T): T {
  try {
    return task();
  } catch (cause) {
    throw explain(cause, { act, file: database.file });
  }
}
