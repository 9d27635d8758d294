/**
 * The bucket that a call names, as reading and as writing need it.
 *
 * @module
 */

import type { LocatedBucket } from "../keyvalue/buckets.ts";
import { quote } from "../keyvalue/key_encoding.ts";
import type { Bucket } from "../keyvalue/store.ts";
import { Refusal } from "./problem.ts";
import type { Parameter } from "./query.ts";
import type { RouteCall } from "./route.ts";

/** The parameter that names a bucket. */
export const BUCKET: Parameter = {
  name: "bucket",
  doc: "the bucket, by the name that components open it by",
  required: true,
  schema: { type: "string" },
};

/** The parameter that names a key. */
export const KEY: Parameter = {
  name: "key",
  doc: "the key; any text, the empty one included",
  required: true,
  schema: { type: "string" },
};

/** The parameter that narrows keys. */
export const PREFIX: Parameter = {
  name: "prefix",
  doc: "only keys that start with it",
  schema: { type: "string" },
};

/** The bucket, made if it does not exist. Its limits hold; what guests may not do, operators may. */
export function openBucket({ project, query }: RouteCall): Promise<Bucket> {
  return project.buckets().open(query.text("bucket"));
}

/** The bucket, as far as it is there: reading makes none. */
export async function openExisting(
  call: RouteCall,
): Promise<Bucket | undefined> {
  const place = await locate(call);
  return await exists(place) ? await openBucket(call) : undefined;
}

/** Where the bucket is kept. */
export function locate(
  { project, query }: RouteCall,
): Promise<LocatedBucket> {
  return project.buckets().locate(query.text("bucket"));
}

/** Whether opening it makes nothing that was not there. */
async function exists({ backend, bucket }: LocatedBucket): Promise<boolean> {
  // Where buckets are there by being used, opening one makes nothing, and a look may read all.
  return backend.create === undefined ||
    await backend.info(bucket) !== undefined;
}

/** That a key is not there. */
export function missingKey({ query }: RouteCall, act: string): Refusal {
  return new Refusal(
    "not-found",
    `Cannot ${act} ${
      quote(query.text("key"))
    }: there is no such key in bucket ${quote(query.text("bucket"))}`,
  );
}

/** That a store has no such ability. */
export function cannot(
  { query }: RouteCall,
  act: string,
  why: string,
): Refusal {
  return new Refusal(
    "not-supported",
    `Cannot ${act} ${quote(query.text("bucket"))}: its store ${why}`,
  );
}
