/**
 * What writers note down for those who watch: which keys a commit has touched.
 *
 * A watcher renews a lease on the bucket. Every commit checks that it knows the lease as it is,
 * so none goes unnoted from the lease on, and one that meets none costs no write more.
 *
 * @module
 */

import { BoundedCache } from "../bounded_cache.ts";
import type { Change } from "./commits.ts";
import type { Connection } from "./connection.ts";
import { type BucketPart, leaseKey, noteKey } from "./layout.ts";

/** For how long a lease is believed and a note is kept, in ms. */
export const LEASE = 60_000;
/** The longest key that is noted, in UTF-16 units: a value of Deno KV takes 64 KiB. */
export const LONGEST_NOTED = 16_000;

const REMEMBERED_LEASES = 1000;

/** A lease, in the database. */
export interface Lease {
  /** As `Date.now()` counts it. */
  readonly until: number;
}

interface KnownLease {
  readonly versionstamp: string | null;
  readonly until: number;
}

const NO_LEASE: KnownLease = { versionstamp: null, until: 0 };

/** The leases that this process knows of, and the notes it makes under them. */
export class Notes {
  readonly #connection: Connection;
  readonly #leases = new BoundedCache<KnownLease>(REMEMBERED_LEASES);

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Adds to a commit what it owes to those who watch. */
  add(kv: Deno.Kv, atomic: Deno.AtomicOperation, changes: readonly Change[]) {
    for (const { bucket, keys } of touchedIn(changes)) {
      const { versionstamp, until } = this.#leases.get(idOf(bucket)) ??
        NO_LEASE;
      atomic.check({ key: leaseKey(bucket), versionstamp });
      if (until <= Date.now()) continue;
      const noted = keys.filter((key) => key.length <= LONGEST_NOTED);
      atomic.set([...noteKey(bucket), kv.commitVersionstamp()], noted, {
        expireIn: LEASE,
      });
    }
  }

  /** Reads the leases that a commit has checked; whether one was another than was known. */
  async learn(act: string, changes: readonly Change[]): Promise<boolean> {
    let isNews = false;
    for (const { bucket } of touchedIn(changes)) {
      const { value, versionstamp } = await this.#connection.call(
        act,
        (kv) => kv.get<Lease>(leaseKey(bucket)),
      );
      const id = idOf(bucket);
      const known = this.#leases.get(id) ?? NO_LEASE;
      if (versionstamp === known.versionstamp) continue;
      this.#leases.set(id, { versionstamp, until: value?.until ?? 0 });
      isNews = true;
    }
    return isNews;
  }
}

/** How a bucket is named in a map. */
export function idOf(bucket: BucketPart): string {
  return typeof bucket === "string" ? `=${bucket}` : `#${bucket.toHex()}`;
}

function touchedIn(
  changes: readonly Change[],
): Iterable<{ readonly bucket: BucketPart; readonly keys: string[] }> {
  const touched = new Map<string, { bucket: BucketPart; keys: string[] }>();
  for (const { bucket, key } of changes) {
    const id = idOf(bucket);
    const known = touched.get(id);
    const keys = key === undefined ? [] : [key];
    if (known === undefined) touched.set(id, { bucket, keys });
    else known.keys.push(...keys);
  }
  return touched.values();
}
