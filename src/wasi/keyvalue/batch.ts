/**
 * `wasi:keyvalue/batch@0.2.0-draft`: many keys at a time.
 *
 * @module
 */

import type { HostInterface } from "../../runtime/host_interface.ts";
import { BucketHandle, refusal, STORE_ERROR } from "./bucket_handle.ts";

/** `tuple<string, list<u8>>` */
type KeyValue = readonly [key: string, value: Uint8Array];

/** `get-many: func(bucket: borrow<bucket>, keys: list<string>) -> result<list<option<tuple<string, list<u8>>>>, error>` */
async function getMany(
  handle: BucketHandle,
  keys: readonly string[],
): Promise<(KeyValue | undefined)[]> {
  const { bucket } = handle;
  try {
    const entries = await bucket.getMany(keys);
    return keys.map((key, index) => {
      const entry = entries[index];
      return entry && [key, entry.value];
    });
  } catch (error) {
    throw refusal(error);
  }
}

/** `set-many: func(bucket: borrow<bucket>, key-values: list<tuple<string, list<u8>>>) -> result<_, error>` */
async function setMany(
  handle: BucketHandle,
  entries: readonly KeyValue[],
): Promise<void> {
  const { bucket } = handle;
  try {
    await bucket.setMany(entries);
  } catch (error) {
    throw refusal(error);
  }
}

/** `delete-many: func(bucket: borrow<bucket>, keys: list<string>) -> result<_, error>` */
async function deleteMany(
  handle: BucketHandle,
  keys: readonly string[],
): Promise<void> {
  const { bucket } = handle;
  try {
    await bucket.deleteMany(keys);
  } catch (error) {
    throw refusal(error);
  }
}

const BUCKET = "bucket: borrow<bucket>";

export const batchInterface: HostInterface = {
  name: "wasi:keyvalue/batch",
  version: "0.2.0-draft",
  types: { bucket: "resource", error: STORE_ERROR },
  functions: {
    "get-many":
      `func(${BUCKET}, keys: list<string>) -> result<list<option<tuple<string, list<u8>>>>, error>`,
    "set-many":
      `func(${BUCKET}, key-values: list<tuple<string, list<u8>>>) -> result<_, error>`,
    "delete-many": `func(${BUCKET}, keys: list<string>) -> result<_, error>`,
  },
  waits: ["get-many", "set-many", "delete-many"],
  resources: { "bucket": BucketHandle },
  imports: () => ({ getMany, setMany, deleteMany }),
};
