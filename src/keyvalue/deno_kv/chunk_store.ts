/**
 * The chunks of large values. They are written under a fresh id before the value refers to
 * them and are never changed; the record of waste says which ids no value refers to, so that
 * a process that dies leaves nothing behind for long.
 *
 * @module
 */

import { Gate } from "../keyed_queue.ts";
import { eachOf } from "../batch.ts";
import type { Connection } from "./connection.ts";
import type { Mutation } from "./commits.ts";
import { allWaste, type BucketPart, chunkKey, wasteKey } from "./layout.ts";
import type { Chunks } from "./stored_value.ts";

const CHUNK_SIZE = 61_440;
/** Chunks to a commit: together less than the 800 KiB that one takes. */
const CHUNKS_AT_ONCE = 12;
/** Deno KV reads ten keys at once. */
const READS_AT_ONCE = 10;
const DELETES_AT_ONCE = 150;
/** Large values on their way at once. */
const WIDTH = 4;
/** Chunks that nobody refers to may still be on their way to a value for so long, in ms. */
const GRACE = 3_600_000;
/** How many ids one sweep looks at. */
const SWEPT = 200;
/** Chunks outlive their value by so much, in ms. */
const LONGER = 3_600_000;

/** Chunks that were written and that no value refers to yet. */
export interface Draft {
  readonly chunks: Chunks;
  /** Fails once the draft was taken for waste and removed. */
  readonly check: Deno.AtomicCheck;
}

interface Waste {
  readonly bucket: BucketPart;
  readonly count: number;
  readonly at: number;
}

/** The chunks of one database. */
export class ChunkStore {
  readonly #connection: Connection;
  readonly #now: () => number;
  readonly #gate = new Gate(WIDTH);
  #swept = -Infinity;

  constructor(connection: Connection, now: () => number) {
    this.#connection = connection;
    this.#now = now;
  }

  /** Writes bytes in chunks. */
  write(
    act: string,
    bytes: Uint8Array<ArrayBuffer>,
    { bucket, expireIn }: {
      readonly bucket: BucketPart;
      readonly expireIn: number | undefined;
    },
  ): Promise<Draft> {
    return this.#gate.run(async () => {
      const id = crypto.randomUUID();
      const count = Math.ceil(bytes.length / CHUNK_SIZE);
      const { versionstamp } = await this.#connection.call(
        act,
        (kv) => kv.set(wasteKey(id), this.#waste(bucket, count)),
      );
      for (let start = 0; start < count; start += CHUNKS_AT_ONCE) {
        const end = Math.min(start + CHUNKS_AT_ONCE, count);
        await this.#connection.call(act, (kv) => {
          const atomic = kv.atomic();
          for (let number = start; number < end; number++) {
            const from = number * CHUNK_SIZE;
            atomic.set(
              chunkKey(bucket, id, number),
              bytes.subarray(from, from + CHUNK_SIZE),
              expireIn === undefined ? {} : { expireIn: expireIn + LONGER },
            );
          }
          return atomic.commit();
        });
      }
      return {
        chunks: { id, count },
        check: { key: wasteKey(id), versionstamp },
      };
    });
  }

  /** The bytes of chunks, or of so many of them as hold the first bytes; `undefined` if they are gone. */
  async read(
    act: string,
    { id, count }: Chunks,
    { bucket, first }: {
      readonly bucket: BucketPart;
      readonly first?: number;
    },
  ): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const wanted = first === undefined
      ? count
      : Math.min(count, Math.ceil(first / CHUNK_SIZE));
    const parts = new Array<Uint8Array | undefined>(wanted);
    const starts = Array.from(
      { length: Math.ceil(wanted / READS_AT_ONCE) },
      (_, index) => index * READS_AT_ONCE,
    );
    await eachOf(starts, async (start) => {
      const keys = Array.from(
        { length: Math.min(READS_AT_ONCE, wanted - start) },
        (_, index) => chunkKey(bucket, id, start + index),
      );
      const entries = await this.#connection.call(
        act,
        (kv) => kv.getMany<Uint8Array[]>(keys),
      );
      entries.forEach(({ value }, index) => {
        parts[start + index] = value ?? undefined;
      });
    });
    return concat(parts);
  }

  /** The change that makes chunks waste; it belongs into the commit that drops the last mention of them. */
  toWaste(bucket: BucketPart, { id, count }: Chunks): Mutation {
    return { key: wasteKey(id), value: this.#waste(bucket, count) };
  }

  /** Removes chunks that are waste. A failure is left to a later sweep. */
  async remove(bucket: BucketPart, { id, count }: Chunks): Promise<void> {
    try {
      for (let start = 0; start < count; start += DELETES_AT_ONCE) {
        const end = Math.min(start + DELETES_AT_ONCE, count);
        await this.#connection.call("clean up", (kv) => {
          const atomic = kv.atomic();
          for (let number = start; number < end; number++) {
            atomic.delete(chunkKey(bucket, id, number));
          }
          return atomic.commit();
        });
      }
      await this.#connection.call("clean up", (kv) => kv.delete(wasteKey(id)));
    } catch {
      // The record of waste is still there.
    }
  }

  /** Removes what processes that died have left behind, once an hour and some of it at a time. */
  async sweep(): Promise<void> {
    const now = this.#now();
    if (now - this.#swept < GRACE) return;
    this.#swept = now;
    try {
      const found = await this.#connection.call(
        "clean up",
        (kv) => Array.fromAsync(kv.list<Waste>(allWaste(), { limit: SWEPT })),
      );
      for (const { key, value, versionstamp } of found) {
        if (now - value.at < GRACE) continue;
        const id = String(key.at(-1));
        // A writer that is only slow fails its check from here on.
        const taken = await this.#connection.call(
          "clean up",
          (kv) =>
            kv.atomic().check({ key, versionstamp })
              .set(key, { ...value }).commit(),
        );
        if (taken.ok) {
          await this.remove(value.bucket, { id, count: value.count });
        }
      }
    } catch {
      // The next sweep finds it.
    }
  }

  #waste(bucket: BucketPart, count: number): Waste {
    return { bucket, count, at: this.#now() };
  }
}

function concat(
  parts: readonly (Uint8Array | undefined)[],
): Uint8Array<ArrayBuffer> | undefined {
  let size = 0;
  for (const part of parts) {
    if (part === undefined) return undefined;
    size += part.length;
  }
  const bytes = new Uint8Array(size);
  let offset = 0;
  for (const part of parts) {
    bytes.set(part!, offset);
    offset += part!.length;
  }
  return bytes;
}
