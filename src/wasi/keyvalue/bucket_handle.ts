/**
 * `wasi:keyvalue` on the `Bucket` port: what its drafts have in common. Each draft has thin
 * interfaces of its own in the files beside; no backend is known here.
 *
 * @module
 */

import {
  type Answer,
  type Bucket,
  type BucketAtHand,
  type Entry,
  KeyValueError,
  type KeyValueErrorCode,
} from "../../keyvalue/store.ts";
import { WitError } from "../../runtime/host_interface.ts";

/** Finds the bucket that a guest names. */
export interface BucketOpener {
  /**
   * MUST be cheap when repeated: guests open a bucket on every request.
   *
   * @param identifier A guest's value: any string.
   * @throws {KeyValueError} There is none of that name, or not for this guest.
   */
  open(identifier: string): Promise<Bucket>;
  /**
   * The same where it is open already, so that no guest need be suspended; absent where that
   * cannot be said at once. MUST NOT throw.
   */
  known?(identifier: string): Bucket | undefined;
}

/** `variant error { no-such-store, access-denied, other(string) }` */
export type StoreError =
  | { readonly tag: Exclude<KeyValueErrorCode, "other"> }
  | { readonly tag: "other"; readonly val: string };

/** What {@linkcode StoreError} is in a table of types. */
export const STORE_ERROR =
  "variant { no-such-store, access-denied, other(string) }";

/**
 * The error arm for a failure the guest is told of. Anything else is the host's fault: it is
 * thrown on, and traps.
 */
export function refusal(error: unknown): WitError<StoreError> {
  if (!(error instanceof KeyValueError)) throw error;
  return new WitError<StoreError>(
    error.code === "other"
      ? { tag: "other", val: error.message }
      : { tag: error.code },
  );
}

/**
 * What a bucket answers, as the guest is told it: at once where it is there at once, so that
 * the guest is not suspended.
 *
 * @throws {WitError} The guest is told of the failure.
 */
export function answer<T, Told = T>(
  ask: () => Answer<T>,
  tell?: (value: T) => Told,
): Answer<Told> {
  try {
    const value = ask();
    if (value instanceof Promise) return answerLater(value, tell);
    // Without a `tell` both types are one.
    return tell === undefined ? value as unknown as Told : tell(value);
  } catch (error) {
    throw refusal(error);
  }
}

async function answerLater<T, Told>(
  promise: Promise<T>,
  tell: ((value: T) => Told) | undefined,
): Promise<Told> {
  try {
    const value = await promise;
    return tell === undefined ? value as unknown as Told : tell(value);
  } catch (error) {
    throw refusal(error);
  }
}

/** `resource bucket`, without what the drafts disagree on. */
export class BucketHandle {
  readonly #atHand: BucketAtHand;
  readonly #goesOut: boolean;
  readonly #identifier: string;

  /** @param identifier What the guest named it by. */
  constructor(bucket: Bucket, identifier = "") {
    this.#atHand = bucket.atHand ?? bucket;
    this.#goesOut = bucket.atHand === undefined;
    this.#identifier = identifier;
  }

  /** What the guest named it by. For the host. */
  get identifier(): string {
    return this.#identifier;
  }

  /** The bucket behind the handle, which answers at once if it can. For the host. */
  get atHand(): BucketAtHand {
    return this.#atHand;
  }

  /** Whether somebody outside is asked for what is read. For the host. */
  static goesOut(handle: BucketHandle): boolean {
    return handle.#goesOut;
  }

  /** `get: func(key: string) -> result<option<list<u8>>, error>` */
  get(key: string): Answer<Uint8Array | undefined> {
    return answer(() => this.#atHand.get(key), valueOf);
  }

  /** `set: func(key: string, value: list<u8>) -> result<_, error>` */
  set(key: string, value: Uint8Array): Answer<void> {
    return answer(() => this.#atHand.set(key, value));
  }

  /** `delete: func(key: string) -> result<_, error>` */
  delete(key: string): Answer<void> {
    return answer(() => this.#atHand.delete(key));
  }

  /** `exists: func(key: string) -> result<bool, error>` */
  exists(key: string): Answer<boolean> {
    return answer(() => this.#atHand.exists(key));
  }
}

function valueOf(entry: Entry | undefined): Uint8Array | undefined {
  return entry?.value;
}
