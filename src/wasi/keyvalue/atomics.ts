/**
 * `wasi:keyvalue/atomics@0.2.0-draft`: counters.
 *
 * @module
 */

import {
  type Answer,
  COUNTER_MAX,
  KeyValueError,
} from "../../keyvalue/store.ts";
import type { HostInterface } from "../../runtime/host_interface.ts";
import { answer, type BucketHandle, STORE_ERROR } from "./bucket_handle.ts";
import { keyCall, sum } from "./described_calls.ts";
import { DraftBucketHandle } from "./store.ts";

/**
 * `increment: func(bucket: borrow<bucket>, key: string, delta: u64) -> result<u64, error>`
 *
 * Counters are `s64`, and this draft knows only `u64`: neither a delta nor a sum that the
 * other cannot carry is wrapped.
 */
function increment(
  { atHand }: BucketHandle,
  key: string,
  delta: bigint,
): Answer<bigint> {
  return answer(() => {
    // The delta is the guest's.
    if (delta > COUNTER_MAX) {
      throw new KeyValueError(
        "other",
        `Cannot add ${delta} to "${key}": a counter holds at most ${COUNTER_MAX}`,
      );
    }
    return atHand.increment(key, delta);
  }, (counted) => {
    if (counted < 0n) {
      throw new KeyValueError(
        "other",
        `Cannot return the counter "${key}": it is ${counted} now, ` +
          "and wasi:keyvalue@0.2.0-draft has no negative numbers",
      );
    }
    return counted;
  });
}

export const atomicsInterface: HostInterface = {
  name: "wasi:keyvalue/atomics",
  version: "0.2.0-draft",
  types: { bucket: "resource", error: STORE_ERROR },
  functions: {
    "increment":
      "func(bucket: borrow<bucket>, key: string, delta: u64) -> result<u64, error>",
  },
  waits: ["increment"],
  resources: { "bucket": DraftBucketHandle },
  calls: { "increment": keyCall(sum) },
  imports: () => ({ increment }),
};
