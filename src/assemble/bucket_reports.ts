/**
 * What the log tells of a host's buckets.
 *
 * @module
 */

import type { Buckets } from "../keyvalue/buckets.ts";
import type { BucketReport } from "../log.ts";

/** Whether a store can be used, as far as anyone has looked. */
export type StoreState = "usable" | "unusable" | "untried";

/**
 * A line for each bucket that guests may open.
 *
 * @param stateOf The state of the store behind a name; default: nobody has looked, and none is told.
 */
export function bucketReports(
  buckets: Buckets,
  stateOf: (name: string | undefined) => StoreState = () => "usable",
): BucketReport[] {
  return buckets.list()
    .filter(({ access }) => access !== "denied")
    .map(({ name, location, bucket, durable, access }) => ({
      name,
      location,
      ...(bucket === undefined ? {} : { bucket }),
      durable,
      ...(access === "read-only" ? { readOnly: true } : {}),
      unavailable: stateOf(name) === "unusable",
      ...(stateOf(name) === "untried" ? { untried: true } : {}),
    }));
}
