/**
 * Answers what guests in other threads ask of buckets. What they name is theirs: it is opened
 * as for any guest, with every call.
 *
 * @module
 */

import { type Bucket, KeyValueError } from "../keyvalue/store.ts";
import type {
  BucketAnswer,
  BucketCall,
  BucketPlace,
  BucketResults,
  PlainEntry,
  ReadEntry,
} from "../runtime/lane_protocol.ts";
import { ownBytes } from "../runtime/outbox.ts";
import type { BucketOpener } from "../wasi/mod.ts";
import type { GuestBuckets } from "./guests.ts";

/** Answers calls with these buckets. What it gives never rejects. */
export function serveBuckets(
  buckets: GuestBuckets,
): (place: BucketPlace, ask: BucketCall) => Promise<BucketAnswer> {
  const openers = new Map<string | undefined, BucketOpener>();
  const openerOf = (label: string | undefined) => {
    let opener = openers.get(label);
    if (opener === undefined) {
      opener = buckets.forGuests(label);
      openers.set(label, opener);
    }
    return opener;
  };
  return async ({ label, name }, ask) => {
    try {
      const bucket = await openerOf(label).open(name);
      return { ok: true, value: await answer(bucket, ask) };
    } catch (error) {
      if (error instanceof KeyValueError) {
        return { ok: false, code: error.code, message: error.message };
      }
      const message = error instanceof Error ? error.message : String(error);
      return { ok: false, code: "fault", message };
    }
  };
}

async function answer(
  bucket: Bucket,
  ask: BucketCall,
): Promise<BucketResults[BucketCall["method"]]> {
  switch (ask.method) {
    case "open":
      return bucket.marks?.counts;
    case "get":
      return await read(bucket, ask.key);
    case "set":
      return void await bucket.set(ask.key, ask.value, options(ask));
    case "delete":
      return void await bucket.delete(ask.key);
    case "exists":
      return await bucket.exists(ask.key);
    case "listKeys": {
      const { keys, cursor } = await bucket.listKeys(ask.options);
      return cursor === undefined ? { keys } : { keys, cursor };
    }
    case "increment":
      return await bucket.increment(ask.key, ask.delta);
    case "swap": {
      const { key, version, value } = ask;
      const end = await bucket.swap(key, version, value, options(ask));
      return end.swapped ? end : { ...end, current: plain(end.current) };
    }
    case "getMany":
      return (await bucket.getMany(ask.keys)).map(plain);
    case "setMany":
      return void await bucket.setMany(ask.entries);
    case "deleteMany":
      return void await bucket.deleteMany(ask.keys);
    case "expiry":
      return await bucket.expiry(ask.key);
  }
}

async function read(bucket: Bucket, key: string): Promise<ReadEntry> {
  const { marks } = bucket;
  const place = marks?.placeOf(key);
  if (marks === undefined || place === undefined) {
    return { entry: plain(await bucket.get(key)) };
  }
  // Before it is read: a change that comes between makes the reader ask again.
  const count = Atomics.load(marks.counts, place);
  return { entry: plain(await bucket.get(key)), mark: { place, count } };
}

function options({ ttl }: { readonly ttl?: number }) {
  return ttl === undefined ? undefined : { ttl };
}

function plain<Value extends PlainEntry | undefined>(entry: Value) {
  return entry && {
    value: ownBytes(entry.value),
    version: entry.version,
  };
}
