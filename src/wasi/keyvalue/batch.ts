/**
 * `wasi:keyvalue/batch`, the drafts that are in use: many keys at a time.
 *
 * @module
 */

import type { Answer } from "../../keyvalue/store.ts";
import type {
  HostFunction,
  HostInterface,
  ResourceClass,
} from "../../runtime/host_interface.ts";
import { answer, BucketHandle, STORE_ERROR } from "./bucket_handle.ts";
import { keysCall } from "./described_calls.ts";
import { Draft2BucketHandle, DraftBucketHandle } from "./store.ts";

/** `tuple<string, list<u8>>` */
type KeyValue = readonly [key: string, value: Uint8Array];

/** `get-many: func(bucket: borrow<bucket>, keys: list<string>) -> result<list<option<tuple<string, list<u8>>>>, error>` */
function getMany(
  { atHand }: BucketHandle,
  keys: readonly string[],
): Answer<(KeyValue | undefined)[]> {
  return answer(
    () => atHand.getMany(keys),
    (entries) =>
      keys.map((key, index) => {
        const entry = entries[index];
        return entry && [key, entry.value];
      }),
  );
}

/** `get-many: func(bucket: borrow<bucket>, keys: list<string>) -> result<list<tuple<string, option<list<u8>>>>, error>` */
function getManyPairs(
  { atHand }: BucketHandle,
  keys: readonly string[],
): Answer<(readonly [key: string, value: Uint8Array | undefined])[]> {
  return answer(
    () => atHand.getMany(keys),
    (entries) => keys.map((key, index) => [key, entries[index]?.value]),
  );
}

/** `set-many: func(bucket: borrow<bucket>, key-values: list<tuple<string, list<u8>>>) -> result<_, error>` */
function setMany(
  { atHand }: BucketHandle,
  entries: readonly KeyValue[],
): Answer<void> {
  return answer(() => atHand.setMany(entries));
}

/** `delete-many: func(bucket: borrow<bucket>, keys: list<string>) -> result<_, error>` */
function deleteMany(
  { atHand }: BucketHandle,
  keys: readonly string[],
): Answer<void> {
  return answer(() => atHand.deleteMany(keys));
}

const BUCKET = "bucket: borrow<bucket>";

interface Draft {
  readonly version: string;
  readonly bucket: ResourceClass;
  /** What `get-many` answers. */
  readonly found: string;
  readonly getMany: HostFunction;
  /** How many keys of what it answers have a value. */
  readonly countFound: (answer: never) => number;
}

function countFound(entries: readonly (KeyValue | undefined)[]): number {
  return entries.filter((entry) => entry !== undefined).length;
}

const DRAFTS: readonly Draft[] = [
  {
    version: "0.2.0-draft",
    bucket: DraftBucketHandle,
    found: "list<option<tuple<string, list<u8>>>>",
    getMany,
    countFound,
  },
  {
    version: "0.2.0-draft2",
    bucket: Draft2BucketHandle,
    found: "list<option<tuple<string, list<u8>>>>",
    getMany,
    countFound,
  },
  // Spin's from the start, and upstream's by its pull request 55, which left the version as it was.
  {
    version: "0.2.0-draft2",
    bucket: Draft2BucketHandle,
    found: "list<tuple<string, option<list<u8>>>>",
    getMany: getManyPairs,
    countFound: (pairs: readonly (readonly [string, unknown])[]) =>
      pairs.filter(([, value]) => value !== undefined).length,
  },
];

export const batchInterfaces: readonly HostInterface[] = DRAFTS.map((
  { version, bucket, found, getMany, countFound },
) => ({
  name: "wasi:keyvalue/batch",
  version,
  types: { bucket: "resource", error: STORE_ERROR },
  functions: {
    "get-many":
      `func(${BUCKET}, keys: list<string>) -> result<${found}, error>`,
    "set-many":
      `func(${BUCKET}, key-values: list<tuple<string, list<u8>>>) -> result<_, error>`,
    "delete-many": `func(${BUCKET}, keys: list<string>) -> result<_, error>`,
  },
  waits: ["get-many", "set-many", "delete-many"],
  plain: ["get-many"],
  goesOut: { "get-many": BucketHandle.goesOut },
  resources: { "bucket": bucket },
  calls: {
    "get-many": keysCall((answer) => ({
      result: `${countFound(answer)} found`,
    })),
    "set-many": keysCall(),
    "delete-many": keysCall(),
  },
  imports: () => ({ getMany, setMany, deleteMany }),
}));
