/**
 * `wasi:keyvalue/store@0.2.0-draft`: opening a bucket, and one key at a time.
 *
 * @module
 */

import type { HostInterface } from "../../runtime/host_interface.ts";
import {
  BucketHandle,
  type BucketOpener,
  refusal,
  STORE_ERROR,
} from "./bucket_handle.ts";

/** `record key-response { keys: list<string>, cursor: option<u64> }` */
export interface KeyResponse {
  readonly keys: readonly string[];
  readonly cursor: bigint | undefined;
}

/** `resource bucket`: in this draft a cursor is a `u64`. */
class DraftBucketHandle extends BucketHandle {
  /**
   * `list-keys: func(cursor: option<u64>) -> result<key-response, error>`
   *
   * The cursor is the guest's, and may be one that was never given out; that is for the
   * bucket to refuse.
   */
  async listKeys(cursor: bigint | undefined): Promise<KeyResponse> {
    try {
      const page = await this.bucket.listKeys(
        cursor === undefined ? undefined : { cursor: cursor.toString() },
      );
      return {
        keys: page.keys,
        cursor: page.cursor === undefined ? undefined : BigInt(page.cursor),
      };
    } catch (error) {
      throw refusal(error);
    }
  }
}

const BUCKET = "self: borrow<bucket>";

/** Offers the buckets that `buckets` finds. */
export function makeStoreInterface(buckets: BucketOpener): HostInterface {
  /** `open: func(identifier: string) -> result<bucket, error>` */
  async function open(identifier: string): Promise<BucketHandle> {
    try {
      return new DraftBucketHandle(await buckets.open(identifier));
    } catch (error) {
      throw refusal(error);
    }
  }
  return {
    name: "wasi:keyvalue/store",
    version: "0.2.0-draft",
    types: {
      "bucket": "resource",
      "error": STORE_ERROR,
      "key-response": "record { keys: list<string>, cursor: option<u64> }",
    },
    functions: {
      "open": "func(identifier: string) -> result<bucket, error>",
      "[method]bucket.get":
        `func(${BUCKET}, key: string) -> result<option<list<u8>>, error>`,
      "[method]bucket.set":
        `func(${BUCKET}, key: string, value: list<u8>) -> result<_, error>`,
      "[method]bucket.delete":
        `func(${BUCKET}, key: string) -> result<_, error>`,
      "[method]bucket.exists":
        `func(${BUCKET}, key: string) -> result<bool, error>`,
      "[method]bucket.list-keys":
        `func(${BUCKET}, cursor: option<u64>) -> result<key-response, error>`,
    },
    waits: [
      "open",
      "[method]bucket.get",
      "[method]bucket.set",
      "[method]bucket.delete",
      "[method]bucket.exists",
      "[method]bucket.list-keys",
    ],
    resources: { "bucket": DraftBucketHandle },
    imports: () => ({ open }),
  };
}
