/**
 * The cursors of listings. A cursor has to be a number, and a listing goes on after a key: the
 * database keeps which one for a day, so that a cursor is good in another process and after
 * the key was deleted.
 *
 * @module
 */

import { BoundedCache } from "../bounded_cache.ts";
import { hash48, quote } from "../key_encoding.ts";
import { parseCursor } from "../paging.ts";
import { KeyValueError } from "../store.ts";
import type { Connection } from "./connection.ts";
import { type BucketPart, cursorKey, type KeyTail } from "./layout.ts";

const LIFE = 24 * 3_600_000;
const REMEMBERED = 1000;

interface Known {
  readonly tail: KeyTail;
  readonly savedAt: number;
}

/** The cursors of one database. */
export class Cursors {
  readonly #connection: Connection;
  readonly #now: () => number;
  readonly #known = new BoundedCache<Known>(REMEMBERED);

  constructor(connection: Connection, now: () => number) {
    this.#connection = connection;
    this.#now = now;
  }

  /** A cursor that goes on after a key; the same for the same key, so that they do not pile up. */
  async save(bucket: BucketPart, tail: KeyTail): Promise<string> {
    const text = textOf(tail);
    const cursor = String(
      BigInt(hash48(text)) << 16n | BigInt(hash48(`again ${text}`) & 0xffff),
    );
    const name = nameOf(bucket, cursor);
    const known = this.#known.get(name);
    const now = this.#now();
    if (
      known !== undefined && textOf(known.tail) === text &&
      now - known.savedAt < LIFE / 2
    ) return cursor;
    this.#known.set(name, { tail, savedAt: now });
    try {
      await this.#connection.call(
        "list keys",
        (kv) => kv.set(cursorKey(bucket, cursor), tail, { expireIn: LIFE }),
      );
    } catch {
      // Where this process may only read, the cursor is good in this process.
    }
    return cursor;
  }

  /** The key to go on after. */
  async load(bucket: BucketPart, cursor: string): Promise<KeyTail> {
    // Written without zeros in front, as it was saved.
    const canonical = String(parseCursor(cursor));
    const known = this.#known.get(nameOf(bucket, canonical));
    if (known !== undefined) return known.tail;
    const { value } = await this.#connection.call(
      "list keys",
      (kv) => kv.get<KeyTail>(cursorKey(bucket, canonical)),
    );
    if (value !== null) return value;
    throw new KeyValueError(
      "other",
      `Cannot list keys at cursor ${
        quote(cursor)
      }: no page of the last day gave it; start again without a cursor`,
    );
  }
}

function nameOf(bucket: BucketPart, cursor: string): string {
  return `${cursor} ${
    typeof bucket === "string" ? `"${bucket}` : bucket.join()
  }`;
}

function textOf([key, hash]: KeyTail): string {
  return hash === undefined ? key : `${key}\0${hash.join()}`;
}
