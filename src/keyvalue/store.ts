/**
 * The port of the key-value room: what a backend is, and what a bucket can do.
 *
 * Everything that stores data stands behind {@linkcode Backend}; everything that
 * reads it (`wasi:keyvalue`, the `kv` command, the explorer) sees {@linkcode Bucket}
 * alone. This room knows no WIT package and no configuration file.
 *
 * @module
 */

/**
 * Why an operation failed, by the names of `wasi:keyvalue/store.error`.
 *
 * - `no-such-store`: no bucket of that name can be opened.
 * - `access-denied`: the bucket exists, and this caller may not do that with it.
 * - `other`: anything else; the message says what to do about it.
 */
export type KeyValueErrorCode = "no-such-store" | "access-denied" | "other";

/**
 * A failure the guest is told of. Whatever else a backend throws is a host fault and
 * ends the request with a trap.
 */
export class KeyValueError extends Error {
  /** What the error is called where it is printed. */
  override readonly name: string = "KeyValueError";

  /**
   * Makes an error.
   *
   * @param code What kind of failure it is; callers tell failures apart by this alone.
   * @param message `Cannot <act> "<value>": <state>`; shown to the guest, so it MUST NOT hold a secret.
   */
  constructor(
    readonly code: KeyValueErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/**
 * A token that names one write to one key. Only equality means anything.
 *
 * It MUST change on every write, one that writes the same bytes included, and MUST NOT
 * return to an earlier token when the key is deleted and set again: a comparison of
 * values cannot see A to B to A.
 */
export type Version = string;

/** A value and the version it has. */
export interface Entry {
  /** The stored bytes. The caller owns this array and may write to it. */
  readonly value: Uint8Array<ArrayBuffer>;
  /** The version of this value. */
  readonly version: Version;
}

/** What {@linkcode Bucket.set} and {@linkcode Bucket.swap} may be asked for beside the value. */
export interface SetOptions {
  /** Milliseconds until the key is absent again; a positive integer. */
  readonly ttl?: number;
}

/** What {@linkcode Bucket.listKeys} may be asked for. */
export interface ListOptions {
  /** Only keys that start with this string. */
  readonly prefix?: string;
  /** Where to go on: the `cursor` of an earlier page of the same bucket and prefix. */
  readonly cursor?: string;
  /** How many keys at most; the backend may return fewer. Default {@linkcode DEFAULT_PAGE_SIZE}. */
  readonly limit?: number;
}

/** How many keys a page has when the caller does not say. */
export const DEFAULT_PAGE_SIZE = 1000;

/** One page of a listing. */
export interface KeyPage {
  /** Keys of this page; no key stands in two pages of one listing unless it was deleted and set again meanwhile. */
  readonly keys: readonly string[];
  /** Decimal digits of a `u64` that ask for the next page; absent when there is none. */
  readonly cursor?: string;
}

/** How {@linkcode Bucket.swap} ended. */
export type Swapped =
  | { readonly swapped: true; readonly version: Version }
  | { readonly swapped: false; readonly current: Entry | undefined };

/** The largest value a counter can have: counters are `s64`, so that every WIT can carry them. */
export const COUNTER_MAX: bigint = 2n ** 63n - 1n;

/** The smallest value a counter can have. */
export const COUNTER_MIN: bigint = -(2n ** 63n);

/** What a method answers: at once where the store has it at hand, else by a promise. */
export type Answer<T> = T | Promise<T>;

/**
 * A {@linkcode Bucket} for callers that save something where an answer is there at once: a
 * guest need not be suspended. The methods are those of `Bucket`, but that they may answer at
 * once, and then fail by throwing; and that the bytes of an answer that is there at once stay
 * the store's: they MUST NOT be written to, nor kept for longer than the caller's own turn.
 */
export interface BucketAtHand {
  /** As {@linkcode Bucket.get}. */
  get(key: string): Answer<Entry | undefined>;
  /** As {@linkcode Bucket.set}. */
  set(key: string, value: Uint8Array, options?: SetOptions): Answer<void>;
  /** As {@linkcode Bucket.delete}. */
  delete(key: string): Answer<void>;
  /** As {@linkcode Bucket.exists}. */
  exists(key: string): Answer<boolean>;
  /** As {@linkcode Bucket.listKeys}. */
  listKeys(options?: ListOptions): Answer<KeyPage>;
  /** As {@linkcode Bucket.increment}. */
  increment(key: string, delta: bigint): Answer<bigint>;
  /** As {@linkcode Bucket.swap}. */
  swap(
    key: string,
    version: Version | undefined,
    value: Uint8Array,
    options?: SetOptions,
  ): Answer<Swapped>;
  /** As {@linkcode Bucket.getMany}. */
  getMany(keys: readonly string[]): Answer<(Entry | undefined)[]>;
  /** As {@linkcode Bucket.setMany}. */
  setMany(
    entries: readonly (readonly [key: string, value: Uint8Array])[],
  ): Answer<void>;
  /** As {@linkcode Bucket.deleteMany}. */
  deleteMany(keys: readonly string[]): Answer<void>;
}

/** What {@linkcode BucketAtHand} is of a bucket that has single keys at hand, and nothing else. */
export function readsAtHand(
  bucket: Bucket,
  reads: Pick<BucketAtHand, "get" | "exists">,
): BucketAtHand {
  return { ...passedOn(bucket), ...reads };
}

/** The methods that every bucket has, as they are. */
export function passedOn(
  bucket: Bucket,
): Required<Omit<Bucket, "atHand" | "marks" | "watch" | "history" | "purge">> {
  return {
    get: (key) => bucket.get(key),
    set: (key, value, options) => bucket.set(key, value, options),
    delete: (key) => bucket.delete(key),
    exists: (key) => bucket.exists(key),
    listKeys: (options) => bucket.listKeys(options),
    increment: (key, delta) => bucket.increment(key, delta),
    swap: (key, version, value, options) =>
      bucket.swap(key, version, value, options),
    getMany: (keys) => bucket.getMany(keys),
    setMany: (entries) => bucket.setMany(entries),
    deleteMany: (keys) => bucket.deleteMany(keys),
    expiry: (key) => bucket.expiry(key),
  };
}

/**
 * How other threads of this process see that they may keep what they have read of a bucket: a
 * value is the one that was read for as long as its place has the count that it had before.
 */
export interface BucketMarks {
  /** The counts of all places. They only grow, and wrap. */
  readonly counts: Int32Array<SharedArrayBuffer>;
  /** The place of a key; `undefined` where its value can go without being touched. */
  placeOf(key: string): number | undefined;
}

/**
 * A named set of keys. Every method is atomic on its own, across processes too where the
 * backend's data outlives one.
 *
 * A key is any string of Unicode scalar values, the empty one included. A lone surrogate
 * is refused with `other`, because no store could return it.
 *
 * Every method rejects with {@linkcode KeyValueError} for what the caller should hear of.
 */
export interface Bucket extends BucketAtHand {
  /** The same bucket without promises where none is needed; absent where each answer takes one. */
  readonly atHand?: BucketAtHand;
  /**
   * What tells other threads of changes. Absent where others than this process write, and
   * where {@linkcode Bucket.get} reads later than it is called.
   */
  readonly marks?: BucketMarks;
  /** The value and its version, or `undefined` when the key is absent. */
  get(key: string): Promise<Entry | undefined>;
  /**
   * Sets the value. The bytes MUST be copied or written before this returns its promise:
   * the caller may change the array right after the call.
   */
  set(key: string, value: Uint8Array, options?: SetOptions): Promise<void>;
  /** Removes the key; an absent key is not an error. */
  delete(key: string): Promise<void>;
  /** Whether the key is present. */
  exists(key: string): Promise<boolean>;
  /**
   * One page of keys. A key that is there from the first page to the last MUST be listed
   * exactly once, whatever is written meanwhile. A cursor that was never given out is
   * refused with `other` or answered with some page; it is a guest's value.
   */
  listKeys(options?: ListOptions): Promise<KeyPage>;
  /**
   * Adds `delta` to the counter at `key` and returns the sum. An absent key counts as 0.
   * The stored form is ASCII decimal. MUST NOT lose a concurrent call. A value that is no
   * number, and a sum outside {@linkcode COUNTER_MIN} to {@linkcode COUNTER_MAX}, is refused
   * with `other` and leaves the value as it was.
   */
  increment(key: string, delta: bigint): Promise<bigint>;
  /** Sets `value` if the key is still at `version` (`undefined`: still absent). */
  swap(
    key: string,
    version: Version | undefined,
    value: Uint8Array,
    options?: SetOptions,
  ): Promise<Swapped>;
  /** The values in the order asked for, `undefined` where a key is absent. */
  getMany(keys: readonly string[]): Promise<(Entry | undefined)[]>;
  /** Sets all in order; MAY be applied in part when it fails. */
  setMany(
    entries: readonly (readonly [key: string, value: Uint8Array])[],
  ): Promise<void>;
  /** Removes all; absent keys are skipped. MAY be applied in part when it fails. */
  deleteMany(keys: readonly string[]): Promise<void>;
  /**
   * Changes from now on, in order per key, whoever makes them. Ends when `signal` aborts.
   * Absent where the store cannot tell.
   *
   * What changes keep: the last state of a key MUST be told, maybe more than once; what a key
   * was in between may be left out when changes follow each other faster than they are read,
   * so that no reader makes the store keep more than it can hold. A store that others write
   * to may need a moment before it hears of them. A value that expires is told as deleted
   * once the store knows of it.
   *
   * The iteration fails with {@linkcode KeyValueError} when changes may have been missed; the
   * reader then reads the keys and watches again.
   */
  watch?(options: WatchOptions): AsyncIterable<Change>;
  /** What the key was before, oldest first. Absent where the store keeps no history. */
  history?(key: string): Promise<readonly Revision[]>;
  /** Removes the key and all its history. Absent where there is none to remove. */
  purge?(key: string): Promise<void>;
  /** When the key will be absent again; `undefined` for never, and for a key that is absent already. */
  expiry(key: string): Promise<Date | undefined>;
}

/** What {@linkcode Bucket.watch} may be asked for. */
export interface WatchOptions {
  /** Only keys that start with this string. */
  readonly prefix?: string;
  /** Ends the watching. */
  readonly signal: AbortSignal;
}

/** A key that was set or deleted. */
export type Change =
  | { readonly kind: "set"; readonly key: string; readonly entry: Entry }
  | { readonly kind: "delete"; readonly key: string };

/** One write to a key, as a store that keeps history remembers it. */
export type Revision =
  | { readonly kind: "set"; readonly entry: Entry; readonly at: Date }
  | { readonly kind: "delete"; readonly version: Version; readonly at: Date };

/** Where a backend's data lives, for the banner and the status page. */
export interface BackendSummary {
  /** What it is and where, as one phrase: `files in /srv/data`. Never a password. */
  readonly location: string;
  /** Whether the data outlives this process. */
  readonly durable: boolean;
}

/** What a store can say of a bucket without reading all of it. */
export interface BucketInfo {
  /** Its name in the store. */
  readonly name: string;
  /** How many keys it holds; absent where the store would have to count them. */
  readonly keys?: number;
  /** How many values it holds, with those that keys had before and the marks of deletions; absent where they are not kept. */
  readonly values?: number;
  /** How many bytes it takes in the store. */
  readonly bytes?: number;
  /** What it was made with, as the store tells it: `history`, `replicas`, `storage`. */
  readonly settings?: Readonly<Record<string, string | number | boolean>>;
}

/** Where buckets are kept. Disposing it closes what it holds open. */
export interface Backend extends AsyncDisposable {
  /** Where the data lives. */
  readonly summary: BackendSummary;
  /**
   * The bucket of that physical name, made if it does not exist. MUST be cheap when
   * repeated: guests open a bucket on every request.
   */
  open(bucket: string): Promise<Bucket>;
  /**
   * Rejects if the store cannot be used now; makes nothing there. Absent where it is at hand
   * or where only opening a bucket can tell.
   */
  check?(): Promise<void>;
  /**
   * The names of the buckets there are, each once, in no order. A bucket is there once it was
   * made by {@linkcode Backend.create} or holds a key; whether it still is when its last key
   * goes is the store's. Absent where the store cannot tell.
   */
  list?(): AsyncIterable<string>;
  /** What the store knows of a bucket; `undefined` when there is none of that name. MUST NOT make it. */
  info(bucket: string): Promise<BucketInfo | undefined>;
  /** Makes an empty bucket and returns whether it was missing. Absent where one is there by being used. */
  create?(bucket: string): Promise<boolean>;
  /**
   * Removes the bucket with all its keys and returns whether there was one. MUST NOT touch
   * another bucket. A {@linkcode Bucket} that was opened before stays good: it is as if it had
   * been opened just now. Others MAY see the bucket half empty meanwhile, and what they write
   * to it before this returns stays or goes. Whoever watches MAY not be told of each key.
   */
  drop(bucket: string): Promise<boolean>;
}
