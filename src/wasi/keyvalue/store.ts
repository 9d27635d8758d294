/**
 * `wasi:keyvalue/store`, the drafts that are in use: opening a bucket, and one key at a time.
 *
 * @module
 */

import type { Answer, Bucket, KeyPage } from "../../keyvalue/store.ts";
import type { HostInterface } from "../../runtime/host_interface.ts";
import {
  answer,
  BucketHandle,
  type BucketOpener,
  STORE_ERROR,
} from "./bucket_handle.ts";
import { countOf, found, keyCall, ofBucket } from "./described_calls.ts";

/** `record key-response { keys: list<string>, cursor: option<Cursor> }` */
export interface KeyResponse<Cursor> {
  readonly keys: readonly string[];
  readonly cursor: Cursor | undefined;
}

/** `resource bucket` of the first draft, where a cursor is a `u64`. */
class DraftBucket extends BucketHandle {
  /** `list-keys: func(cursor: option<u64>) -> result<key-response, error>` */
  listKeys(cursor: bigint | undefined): Answer<KeyResponse<bigint>> {
    return pageOf(this, cursor?.toString(), ({ keys, cursor }) => ({
      keys,
      cursor: cursor === undefined ? undefined : BigInt(cursor),
    }));
  }
}

/** `resource bucket` of the second draft, where a cursor is a string. */
class Draft2Bucket extends BucketHandle {
  /** `list-keys: func(cursor: option<string>) -> result<key-response, error>` */
  listKeys(cursor: string | undefined): Answer<KeyResponse<string>> {
    return pageOf(this, cursor, ({ keys, cursor }) => ({ keys, cursor }));
  }
}

/**
 * The cursor is the guest's, and may be one that was never given out; that is for the bucket
 * to refuse.
 */
function pageOf<Response>(
  { atHand }: BucketHandle,
  cursor: string | undefined,
  tell: (page: KeyPage) => Response,
): Answer<Response> {
  return answer(
    () => atHand.listKeys(cursor === undefined ? undefined : { cursor }),
    tell,
  );
}

/** The buckets of the first draft that `atomics` and `batch` take: no label's. */
export class DraftBucketHandle extends DraftBucket {}

/** The buckets of the second draft that `atomics` and `batch` take: no label's. */
export class Draft2BucketHandle extends Draft2Bucket {}

type HandleClass = new (bucket: Bucket, identifier: string) => BucketHandle;

interface Draft {
  readonly version: string;
  /** The WIT type of a cursor. */
  readonly cursor: string;
  /** The class of a plain import's buckets. */
  readonly plain: HandleClass;
  /** A class for the buckets of one label. */
  readonly forLabel: () => HandleClass;
}

const DRAFTS: readonly Draft[] = [
  {
    version: "0.2.0-draft",
    cursor: "u64",
    plain: DraftBucketHandle,
    forLabel: () => class extends DraftBucket {},
  },
  {
    version: "0.2.0-draft2",
    cursor: "string",
    plain: Draft2BucketHandle,
    forLabel: () => class extends Draft2Bucket {},
  },
];

/** Finds the buckets of a labelled import by its label. */
export type LabelledBuckets = (label: string) => BucketOpener;

/**
 * Offers the buckets that `buckets` finds, in every draft.
 *
 * @param labelled Without it no import can have a label.
 */
export function makeStoreInterfaces(
  buckets: BucketOpener,
  labelled?: LabelledBuckets,
): readonly HostInterface[] {
  return DRAFTS.map((draft) => {
    const plain = makeStore(draft, { Handle: draft.plain, buckets });
    if (labelled === undefined) return plain;
    return {
      ...plain,
      // Two imports have two types of buckets, and a handle of the one is none of the other.
      forLabel: (label) =>
        makeStore(draft, {
          Handle: draft.forLabel(),
          buckets: labelled(label),
          label,
        }),
    };
  });
}

const BUCKET = "self: borrow<bucket>";

/** What the imports of one label, or those without, have for themselves. */
interface StoreParts {
  readonly Handle: HandleClass;
  readonly buckets: BucketOpener;
  readonly label?: string;
}

function makeStore(
  { version, cursor }: Draft,
  { Handle, buckets, label = "" }: StoreParts,
): HostInterface {
  /** Nothing is the bucket of the label. */
  const nameOf = (identifier: string) => identifier === "" ? label : identifier;
  /** `open: func(identifier: string) -> result<bucket, error>` */
  function open(identifier: string): Answer<BucketHandle> {
    return answer(
      () => buckets.known?.(identifier) ?? buckets.open(identifier),
      (bucket) => new Handle(bucket, nameOf(identifier)),
    );
  }
  return {
    name: "wasi:keyvalue/store",
    version,
    types: {
      "bucket": "resource",
      "error": STORE_ERROR,
      "key-response":
        `record { keys: list<string>, cursor: option<${cursor}> }`,
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
        `func(${BUCKET}, cursor: option<${cursor}>) -> result<key-response, error>`,
    },
    waits: [
      "open",
      "[method]bucket.get",
      "[method]bucket.set",
      "[method]bucket.delete",
      "[method]bucket.exists",
      "[method]bucket.list-keys",
    ],
    plain: [
      "open",
      "[method]bucket.get",
      "[method]bucket.exists",
      "[method]bucket.list-keys",
    ],
    goesOut: {
      "open": (identifier: string) => buckets.known?.(identifier) === undefined,
      "[method]bucket.get": BucketHandle.goesOut,
      "[method]bucket.exists": BucketHandle.goesOut,
      "[method]bucket.list-keys": BucketHandle.goesOut,
    },
    resources: { "bucket": Handle },
    calls: {
      "open": { of: (identifier: string) => ({ target: nameOf(identifier) }) },
      "[method]bucket.get": keyCall(found),
      "[method]bucket.set": keyCall(),
      "[method]bucket.delete": keyCall(),
      "[method]bucket.exists": keyCall((is: boolean) => ({
        result: is ? "found" : "absent",
      })),
      "[method]bucket.list-keys": {
        of: ofBucket,
        end: ({ keys }: KeyResponse<unknown>) => ({
          result: countOf(keys.length, "key"),
        }),
      },
    },
    imports: () => ({ open }),
  };
}
