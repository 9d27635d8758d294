/**
 * `wasi:keyvalue` on the `Bucket` port: what its drafts have in common. Each draft has thin
 * interfaces of its own in the files beside; no backend is known here.
 *
 * @module
 */

import {
  type Bucket,
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

/** `resource bucket`, without what the drafts disagree on. */
export class BucketHandle {
  readonly #bucket: Bucket;
  readonly #identifier: string;

  /** @param identifier What the guest named it by. */
  constructor(bucket: Bucket, identifier = "") {
    this.#bucket = bucket;
    this.#identifier = identifier;
  }

  /** What the guest named it by. For the host. */
  get identifier(): string {
    return this.#identifier;
  }

  /** The bucket behind the handle. For the host. */
  get bucket(): Bucket {
    return this.#bucket;
  }

  /** `get: func(key: string) -> result<option<list<u8>>, error>` */
  async get(key: string): Promise<Uint8Array | undefined> {
    try {
      return (await this.#bucket.get(key))?.value;
    } catch (error) {
      throw refusal(error);
    }
  }

  /** `set: func(key: string, value: list<u8>) -> result<_, error>` */
  async set(key: string, value: Uint8Array): Promise<void> {
    try {
      await this.#bucket.set(key, value);
    } catch (error) {
      throw refusal(error);
    }
  }

  /** `delete: func(key: string) -> result<_, error>` */
  async delete(key: string): Promise<void> {
    try {
      await this.#bucket.delete(key);
    } catch (error) {
      throw refusal(error);
    }
  }

  /** `exists: func(key: string) -> result<bool, error>` */
  async exists(key: string): Promise<boolean> {
    try {
      return await this.#bucket.exists(key);
    } catch (error) {
      throw refusal(error);
    }
  }
}
