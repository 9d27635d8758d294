/**
 * What a bucket is held to beyond what its store demands: how long values live, how large
 * they may be, whether guests may write. A bucket that is held to nothing has no such layer.
 *
 * @module
 */

import { setMany } from "./batch.ts";
import { quote } from "./key_encoding.ts";
import {
  type Bucket,
  KeyValueError,
  passedOn,
  type SetOptions,
} from "./store.ts";

/** What a bucket is held to. */
export interface BucketPolicy {
  /** Whether guests may only read it; who runs the host may write. */
  readonly readOnly?: boolean;
  /** Milliseconds that a value lives which is set without a `ttl` of its own. */
  readonly ttl?: number;
  /** The most bytes of UTF-8 of a key that is written. */
  readonly maxKeySize?: number;
  /** The most bytes of a value that is written; 20 or more, so that a counter fits. */
  readonly maxValueSize?: number;
  /** What is written when the bucket is first opened, by key, where the key is absent. */
  readonly seed?: ReadonlyMap<string, Uint8Array>;
}

/** Whether a bucket's writes have to be looked at. */
export function limitsWrites(policy: BucketPolicy): boolean {
  return policy.ttl !== undefined || policy.maxKeySize !== undefined ||
    policy.maxValueSize !== undefined;
}

/** The configuration key of a setting of a bucket. */
export function bucketKey(name: string, setting: string): string {
  const part = /^[\w-]+$/.test(name) ? name : quote(name);
  return `dev.keyvalue.buckets.${part}.${setting}`;
}

/**
 * The bucket with the limits and the lifetime of a policy on its writes.
 *
 * @param name The bucket's name in the configuration.
 */
export function limitBucket(
  bucket: Bucket,
  name: string,
  policy: BucketPolicy,
): Bucket {
  const { ttl } = policy;
  const check = checkOf(name, policy);
  const lasting = (options?: SetOptions) =>
    ttl === undefined || options?.ttl !== undefined
      ? options
      : { ...options, ttl };
  const set: Bucket["set"] = (key, value, options) =>
    checked(() => {
      check(key, value);
      return bucket.set(key, value, lasting(options));
    });
  return {
    ...everyMethod(bucket),
    set,
    increment: (key, delta) =>
      checked(() => {
        check(key);
        return ttl === undefined
          ? bucket.increment(key, delta)
          : incrementFor(bucket, { key, delta, ttl });
      }),
    swap: (key, version, value, options) =>
      checked(() => {
        check(key, value);
        return bucket.swap(key, version, value, lasting(options));
      }),
    setMany: (entries) =>
      checked(() => {
        for (const [key, value] of entries) check(key, value);
        return ttl === undefined
          ? bucket.setMany(entries)
          : setMany({ set }, entries);
      }),
  };
}

/**
 * The bucket without its writes: each answers `access-denied`.
 *
 * @param name The bucket's name in the configuration.
 */
export function readOnlyBucket(bucket: Bucket, name: string): Bucket {
  const denied = () =>
    Promise.reject(
      new KeyValueError(
        "access-denied",
        `Cannot write to bucket ${quote(name)}: it is read-only; set "${
          bucketKey(name, "access")
        }" to read-write`,
      ),
    );
  return {
    ...everyMethod(bucket),
    set: denied,
    delete: denied,
    increment: denied,
    swap: denied,
    setMany: denied,
    deleteMany: denied,
    ...(bucket.purge && { purge: denied }),
  };
}

/** Every method as it is; what the store lacks stays absent. */
function everyMethod(bucket: Bucket): Bucket {
  return {
    ...passedOn(bucket),
    ...(bucket.marks && { marks: bucket.marks }),
    ...(bucket.watch && { watch: (options) => bucket.watch!(options) }),
    ...(bucket.history && { history: (key) => bucket.history!(key) }),
    ...(bucket.purge && { purge: (key) => bucket.purge!(key) }),
  };
}

/** Adds to a counter whose life begins with its first count; later ones do not prolong it. */
async function incrementFor(
  bucket: Bucket,
  { key, delta, ttl }: {
    readonly key: string;
    readonly delta: bigint;
    readonly ttl: number;
  },
): Promise<bigint> {
  const sum = await bucket.increment(key, delta);
  // Only the call that made the counter has its delta for a sum, or one that found a 0.
  if (sum !== delta) return sum;
  for (;;) {
    const entry = await bucket.get(key);
    if (entry === undefined) return sum;
    const { value, version } = entry;
    const { swapped } = await bucket.swap(key, version, value, { ttl });
    if (swapped) return sum;
  }
}

function checkOf(
  name: string,
  { maxKeySize = Infinity, maxValueSize = Infinity }: BucketPolicy,
): (key: string, value?: Uint8Array) => void {
  return (key, value) => {
    // A guest's key: no character takes more than three bytes a unit.
    if (key.length * 3 > maxKeySize) {
      const size = new TextEncoder().encode(key).length;
      if (size > maxKeySize) {
        throw tooLarge(key, `the key has ${size} bytes`, {
          limit: maxKeySize,
          configKey: bucketKey(name, "max_key_size"),
        });
      }
    }
    if (value !== undefined && value.length > maxValueSize) {
      throw tooLarge(key, `its value has ${value.length} bytes`, {
        limit: maxValueSize,
        configKey: bucketKey(name, "max_value_size"),
      });
    }
  };
}

function tooLarge(
  key: string,
  state: string,
  { limit, configKey }: {
    readonly limit: number;
    readonly configKey: string;
  },
): KeyValueError {
  return new KeyValueError(
    "other",
    `Cannot write key ${quote(key)}: ${state}, and ${limit} are allowed; ` +
      `write less, or raise "${configKey}"`,
  );
}

/** What a check throws is a rejection, like every other failure. */
function checked<T>(act: () => Promise<T>): Promise<T> {
  try {
    return act();
  } catch (cause) {
    return Promise.reject(cause);
  }
}
