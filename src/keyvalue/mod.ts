/**
 * Where buckets keep their keys.
 *
 * Whoever reads or writes data sees a {@linkcode Bucket}; which store is behind it is
 * decided once, in {@linkcode makeBuckets}. This room knows no WIT package and no
 * configuration file.
 *
 * ```ts
 * import assert from "node:assert/strict";
 *
 * await using buckets = makeBuckets();
 * const bucket = await buckets.open("default");
 * await bucket.set("greeting", new TextEncoder().encode("hello"));
 * const entry = await bucket.get("greeting");
 * assert.equal(new TextDecoder().decode(entry?.value), "hello");
 * assert.equal(await bucket.increment("visits", 1n), 1n);
 * ```
 *
 * @module
 */

export {
  type BackendChoice,
  type BackendName,
  type ChoiceOf,
  openBackend,
  summaryOf,
} from "./backends.ts";
export type { BucketPolicy } from "./bucket_policy.ts";
export {
  type BucketListing,
  type BucketOpener,
  type BucketRule,
  type Buckets,
  type BucketsOptions,
  type LocatedBucket,
  makeBuckets,
} from "./buckets.ts";
export {
  type Answer,
  type Backend,
  type BackendSummary,
  type Bucket,
  type BucketAtHand,
  type BucketInfo,
  type BucketMarks,
  type Change,
  COUNTER_MAX,
  COUNTER_MIN,
  DEFAULT_PAGE_SIZE,
  type Entry,
  type KeyPage,
  KeyValueError,
  type KeyValueErrorCode,
  type ListOptions,
  type Revision,
  type SetOptions,
  type Swapped,
  type Version,
  type WatchOptions,
} from "./store.ts";
export type { NatsSettings, NatsTls } from "./nats/settings.ts";
