/**
 * `wasi:keyvalue/watcher`, an export: how a guest is told of a change in a bucket.
 *
 * @module
 */

import type { Bucket } from "../../keyvalue/store.ts";
import type {
  BucketChange,
  ChangeEntry,
  GuestExport,
  GuestRun,
} from "../../runtime/guest.ts";
import { GuestTrap } from "../../runtime/trap.ts";
import type { BucketHandle, BucketOpener } from "./bucket_handle.ts";
import { Draft2BucketHandle, DraftBucketHandle } from "./store.ts";

interface Draft {
  readonly version: string;
  /** `store.bucket` of the same draft: the guest's own imports take no other. */
  readonly Handle: new (bucket: Bucket, identifier: string) => BucketHandle;
}

const DRAFTS: readonly Draft[] = [
  { version: "0.2.0-draft", Handle: DraftBucketHandle },
  { version: "0.2.0-draft2", Handle: Draft2BucketHandle },
];

/**
 * The entries for components that export `wasi:keyvalue/watcher`, one for each draft.
 *
 * @param buckets Where the handle that goes with a change comes from.
 */
export function makeWatchers(buckets: BucketOpener): readonly ChangeEntry[] {
  return DRAFTS.map((draft) => makeWatcher(draft, buckets));
}

function makeWatcher(
  { version, Handle }: Draft,
  buckets: BucketOpener,
): ChangeEntry {
  const open = async (name: string) => {
    try {
      return new Handle(await buckets.open(name), name);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new GuestTrap(
        "trapped",
        `The guest got no bucket to go with the change: ${reason}`,
        { cause },
      );
    }
  };
  return {
    name: "wasi:keyvalue/watcher",
    version,
    types: { "bucket": "resource" },
    functions: {
      "on-set": "func(bucket: bucket, key: string, value: list<u8>)",
      "on-delete": "func(bucket: bucket, key: string)",
    },
    resources: { "bucket": Handle },
    call: (exported, change) => new ChangeRun(exported, change, open),
  };
}

class ChangeRun implements GuestRun {
  readonly #start = performance.now();
  readonly #finished = Promise.withResolvers<void>();
  #aborted = false;

  constructor(
    exported: GuestExport,
    change: BucketChange,
    open: (name: string) => Promise<BucketHandle>,
  ) {
    // It is awaited by the lane; a rejection must not count as unhandled before it is.
    this.#finished.promise.catch(() => {});
    this.#run(exported, change, open)
      .then(this.#finished.resolve, this.#finished.reject);
  }

  get finished(): Promise<void> {
    return this.#finished.promise;
  }

  waitingSince(): number {
    return this.#start;
  }

  abort(reason: GuestTrap): void {
    this.#aborted = true;
    this.#finished.reject(reason);
  }

  async #run(
    exported: GuestExport,
    change: BucketChange,
    open: (name: string) => Promise<BucketHandle>,
  ): Promise<void> {
    const bucket = await open(change.bucket);
    // The instance was dropped meanwhile, and must not be called.
    if (this.#aborted) return;
    switch (change.kind) {
      case "set":
        /** `on-set: func(bucket: bucket, key: string, value: list<u8>)` */
        return await exported.call("on-set", [
          bucket,
          change.key,
          change.value,
        ]);
      case "delete":
        /** `on-delete: func(bucket: bucket, key: string)` */
        return await exported.call("on-delete", [bucket, change.key]);
    }
  }
}
