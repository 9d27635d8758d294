/**
 * The buckets of a Redis server as wholes. Redis knows only keys, so a bucket is there while it
 * has one, and every question is answered by a walk of SCAN, in steps that hold nobody up.
 *
 * @module
 */

import { quote } from "../key_encoding.ts";
import type { BucketInfo } from "../store.ts";
import type { RedisBucket, Server } from "./bucket.ts";
import { REMOVE } from "./calls.ts";
import { explain } from "./failure.ts";
import { type BucketNames, patternOf } from "./layout.ts";
import { scanKeys } from "./scan.ts";

/** A walk of so few steps is cheap enough to count keys; a step looks at some thousand. */
const FEW_STEPS = 8;

/** A bucket and its name. */
export interface NamedBucket {
  readonly name: string;
  readonly bucket: RedisBucket;
}

/** The names of the buckets; those that were given are remembered, so they take memory, and keys do not. */
export async function* listBuckets(
  { rounds, location }: Server,
  { before, bucketOf }: BucketNames,
): AsyncGenerator<string> {
  const given = new Set<string>();
  try {
    for await (const keys of scanKeys(rounds, patternOf(before))) {
      for (const key of keys) {
        const name = bucketOf(key);
        if (name === undefined || given.has(name)) continue;
        given.add(name);
        yield name;
      }
    }
  } catch (cause) {
    throw explain(cause, { act: "list buckets", location });
  }
}

/** Whether a bucket has keys, and how many where the server holds few. */
export async function infoOf(
  { location }: Server,
  { name, bucket }: NamedBucket,
): Promise<BucketInfo | undefined> {
  try {
    const keys = new Set<string>();
    let steps = 0;
    for await (const found of bucket.scan()) {
      for (const key of found) keys.add(key);
      if (++steps > FEW_STEPS && keys.size > 0) return { name };
    }
    return keys.size === 0 ? undefined : { name, keys: keys.size };
  } catch (cause) {
    throw explain(cause, { act: `look for bucket ${quote(name)}`, location });
  }
}

/**
 * Removes the keys of a bucket as they are found. Their versions stay: those keys are shared
 * with other buckets, and no later write has the token of an earlier one.
 */
export async function dropKeys(
  { location, rounds }: Server,
  { name, bucket }: NamedBucket,
): Promise<boolean> {
  let dropped = false;
  try {
    for await (const keys of bucket.scan()) {
      dropped ||= keys.length > 0;
      // Many to a command, each freed by a thread of its own.
      await Promise.all(
        keys.map((key) => rounds.submit(REMOVE, bucket.redisKeyOf(key))),
      );
    }
  } catch (cause) {
    throw explain(cause, { act: `drop bucket ${quote(name)}`, location });
  }
  return dropped;
}
