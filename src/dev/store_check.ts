/**
 * Tries the stores that can be away, so that it is known at the start and not at a guest's
 * first request.
 *
 * @module
 */

import type { Host } from "../assemble.ts";
import type { Log } from "../log.ts";

/** What is known of the stores so far. */
export interface StoreCheck {
  /** Locations that cannot be used. */
  readonly unavailable: ReadonlySet<string>;
  /** Resolves when every store has been tried. */
  readonly done: Promise<void>;
}

/** Starts to try the stores that buckets are kept in, and warns of each one that fails. */
export function checkStores({ buckets }: Host, log: Log): StoreCheck {
  const unavailable = new Set<string>();
  const checks = [...bucketsToTry(buckets)].map(async ([location, name]) => {
    try {
      await buckets.open(name);
    } catch (error) {
      unavailable.add(location);
      const text = error instanceof Error ? error.message : String(error);
      log.emit({
        event: "warning",
        text: `Buckets in ${location} cannot be used now: ${text}`,
      });
    }
  });
  return { unavailable, done: Promise.all(checks).then(() => {}) };
}

/** A bucket to open for each location. */
function bucketsToTry(
  buckets: Host["buckets"],
): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const { name, backend, location } of buckets.list()) {
    if (name === undefined) continue;
    switch (backend) {
      case "in_memory":
      case "filesystem":
        continue; // always at hand
      case "nats":
        // Opening a bucket makes it there, so only those that the configuration names.
        if (name === backend) continue;
    }
    names.set(location, name);
  }
  return names;
}
