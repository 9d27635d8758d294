/**
 * From watched buckets to the component that is told of their changes.
 *
 * @module
 */

import type { Host, OpenAppOptions } from "../assemble.ts";
import type { Buckets } from "../keyvalue/buckets.ts";
import type { OpenedLane } from "../lane/open_lane.ts";
import type { BucketChange } from "../runtime/guest.ts";
import { logWatching, watchBuckets } from "../wasi/mod.ts";

/** What tells the component of changes, if it takes them and there is a bucket to watch. */
export function beside(
  { lane, ...component }: OpenedLane,
  { host, config, log, watches = true }: OpenAppOptions,
): { beside?: AsyncDisposable } {
  const { watched } = host;
  const warn = (text: string) => log.emit({ event: "warning", text });
  const names = watched.map((name) => JSON.stringify(name)).join(", ");
  if (component.takesChanges && watched.length === 0) {
    warn(
      "The component exports wasi:keyvalue/watcher, and no bucket is watched; " +
        "set dev.keyvalue.buckets.NAME.watch",
    );
  }
  if (!component.takesChanges && watched.length > 0) {
    warn(
      `Changes in ${names} are told to no one: ` +
        "the component does not export wasi:keyvalue/watcher",
    );
  }
  if (!component.takesChanges || watched.length === 0 || !watches) return {};
  return {
    beside: watchChanges(host, {
      config,
      log,
      tell: (change, id) => lane.tell(change, id),
    }),
  };
}

/** Who is told of changes, and how. */
export interface WatchChangesOptions
  extends Pick<OpenAppOptions, "config" | "log"> {
  /** Calls the component. Rejects when it did not take the change. */
  tell(change: BucketChange, id: string): Promise<void>;
  /** Names a change; default counts them. */
  readonly nextId?: () => string;
}

/** Watches the buckets of a host that are to be watched. */
export function watchChanges(
  { buckets, watched }: Host,
  { config, log, tell, nextId }: WatchChangesOptions,
): AsyncDisposable {
  return watchBuckets({
    watched,
    buckets: buckets.forGuests(),
    tell,
    events: logWatching(log, (bucket) => storeOf(buckets, bucket)),
    drainTimeout: config.dev.requestTimeout,
    ...(nextId === undefined ? {} : { nextId }),
  });
}

/** The store of a bucket that need not have a line of its own. */
function storeOf(buckets: Buckets, bucket: string): string {
  const listings = buckets.list();
  const found = listings.find(({ name }) => name === bucket) ??
    listings.find(({ name }) => name === undefined);
  return found?.backend ?? "";
}
