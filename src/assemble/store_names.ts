import type { Buckets } from "../keyvalue/buckets.ts";
import type { StoreNames } from "../runtime/lane_protocol.ts";

/** Which store each bucket is in, for who counts or records calls. */
export function storeNames(buckets: Pick<Buckets, "list">): StoreNames {
  const stores = new Map<string, string>();
  let otherwise = "unknown";
  for (const { name, backend } of buckets.list()) {
    if (name === undefined) otherwise = backend;
    else stores.set(name, backend);
  }
  return { stores, otherwise };
}
