/**
 * Buckets of the server's thread, as a lane's guests see them. The data stays there: it must
 * outlive the lane.
 *
 * @module
 */

import {
  type Bucket,
  type BucketAtHand,
  type Entry,
  type KeyPage,
  KeyValueError,
  type ListOptions,
  type SetOptions,
  type Swapped,
} from "../keyvalue/store.ts";
import type {
  BucketAnswer,
  BucketCall,
  BucketPlace,
  BucketResults,
  FromLane,
} from "../runtime/lane_protocol.ts";
import type { Outbox } from "../runtime/outbox.ts";
import type { BucketOpener } from "../wasi/mod.ts";
import type { GuestBuckets } from "./guests.ts";
import { rememberingBucket } from "./remembering_bucket.ts";

/** Guests name buckets, so the number of those that are remembered needs a bound. */
const MOST_REMEMBERED = 1000;

/** Asks the server's thread. */
export class RemoteBuckets implements GuestBuckets {
  readonly #outbox: Outbox<FromLane>;
  readonly #calls = new Map<number, PromiseWithResolvers<unknown>>();
  #count = 0;

  constructor(outbox: Outbox<FromLane>) {
    this.#outbox = outbox;
  }

  forGuests(label?: string): BucketOpener {
    const known = new Map<string, Bucket>();
    return {
      known: (name) => known.get(name),
      open: async (name) => {
        const found = known.get(name);
        if (found !== undefined) return found;
        const place = { label, name };
        const counts = await this.ask(place, { method: "open" });
        const bucket = new RemoteBucket(this, place, counts);
        if (known.size >= MOST_REMEMBERED) {
          known.delete(known.keys().next().value!);
        }
        known.set(name, bucket);
        return bucket;
      },
    };
  }

  /** @param bytes What the call holds, for {@linkcode Outbox.post}. */
  ask<Call extends BucketCall>(
    place: BucketPlace,
    ask: Call,
    ...bytes: readonly Uint8Array<ArrayBuffer>[]
  ): Promise<BucketResults[Call["method"]]> {
    const call = ++this.#count;
    const answer = Promise.withResolvers<unknown>();
    this.#calls.set(call, answer);
    const message = { kind: "bucket-call", call, place, ask } as const;
    if (isPlain(ask)) this.#outbox.postPlain(message);
    else this.#outbox.post(message, ...bytes);
    // The other side answers each method with what it gives.
    return answer.promise as Promise<BucketResults[Call["method"]]>;
  }

  /** An answer came. */
  take(call: number, answer: BucketAnswer): void {
    const waiting = this.#calls.get(call);
    this.#calls.delete(call);
    if (answer.ok) waiting?.resolve(answer.value);
    else if (answer.code === "fault") {
      waiting?.reject(new Error(answer.message));
    } else waiting?.reject(new KeyValueError(answer.code, answer.message));
  }
}

/** Whether JSON has all that a call holds. */
function isPlain({ method }: BucketCall): boolean {
  return method === "get" || method === "exists" || method === "delete";
}

/** One bucket. It is named with each call. */
class RemoteBucket implements Bucket {
  readonly atHand?: BucketAtHand;
  readonly #place: BucketPlace;
  readonly #buckets: RemoteBuckets;

  /** @param counts What tells of changes, where the bucket has that. */
  constructor(
    buckets: RemoteBuckets,
    place: BucketPlace,
    counts: Int32Array<SharedArrayBuffer> | undefined,
  ) {
    this.#buckets = buckets;
    this.#place = place;
    if (counts !== undefined) {
      this.atHand = rememberingBucket(
        this,
        (key) => this.#ask({ method: "get", key }),
        counts,
      );
    }
  }

  async get(key: string): Promise<Entry | undefined> {
    return (await this.#ask({ method: "get", key })).entry;
  }

  async set(
    key: string,
    value: Uint8Array,
    options?: SetOptions,
  ): Promise<void> {
    const own = new Uint8Array(value);
    await this.#ask({ method: "set", key, value: own, ...options }, own);
  }

  async delete(key: string): Promise<void> {
    await this.#ask({ method: "delete", key });
  }

  exists(key: string): Promise<boolean> {
    return this.#ask({ method: "exists", key });
  }

  listKeys(options: ListOptions = {}): Promise<KeyPage> {
    return this.#ask({ method: "listKeys", options });
  }

  increment(key: string, delta: bigint): Promise<bigint> {
    return this.#ask({ method: "increment", key, delta });
  }

  swap(
    key: string,
    version: string | undefined,
    value: Uint8Array,
    options?: SetOptions,
  ): Promise<Swapped> {
    const own = new Uint8Array(value);
    return this.#ask(
      { method: "swap", key, version, value: own, ...options },
      own,
    );
  }

  async getMany(keys: readonly string[]): Promise<(Entry | undefined)[]> {
    return [...await this.#ask({ method: "getMany", keys })];
  }

  async setMany(
    entries: readonly (readonly [key: string, value: Uint8Array])[],
  ): Promise<void> {
    const own = entries.map(([key, value]) =>
      [key, new Uint8Array(value)] as const
    );
    await this.#ask(
      { method: "setMany", entries: own },
      ...own.map(([, value]) => value),
    );
  }

  async deleteMany(keys: readonly string[]): Promise<void> {
    await this.#ask({ method: "deleteMany", keys });
  }

  expiry(key: string): Promise<Date | undefined> {
    return this.#ask({ method: "expiry", key });
  }

  #ask<Call extends BucketCall>(
    ask: Call,
    ...bytes: readonly Uint8Array<ArrayBuffer>[]
  ): Promise<BucketResults[Call["method"]]> {
    return this.#buckets.ask(this.#place, ask, ...bytes);
  }
}
