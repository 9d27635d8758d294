/**
 * The buckets a command line can name, and the stores they are kept in.
 *
 * @module
 */

import { BACKEND_NAMES, type KeyValueConfig } from "../../config/mod.ts";
import type { BackendName } from "../../keyvalue/backends.ts";
import type { BucketListing, Buckets } from "../../keyvalue/buckets.ts";
import { quote } from "../../keyvalue/key_encoding.ts";
import type { Backend, Bucket } from "../../keyvalue/store.ts";
import { nearest } from "../../nearest.ts";
import { UsageError } from "../command.ts";
import { KvFault } from "./fault.ts";

/** Makes buckets by a project's rules. */
export type MakeBuckets = (config: KeyValueConfig) => Buckets;

/** Which bucket is meant. */
export interface Asked {
  readonly name: string;
  /** The store to look in, past the project's rules. */
  readonly store?: string | undefined;
}

/** A bucket and where it is kept. */
export interface Place {
  /** The name it was asked for by. */
  readonly name: string;
  /** What kind of store it is in. */
  readonly store: BackendName;
  /** Which one: `files in /srv/data`. */
  readonly location: string;
  /** Its name in the store. */
  readonly bucket: string;
  readonly backend: Backend;
  /** The bucket, made if it does not exist. */
  open(): Promise<Bucket>;
}

/** All places of a project. Disposing closes the stores that were opened. */
export class Places implements AsyncDisposable {
  readonly #config: KeyValueConfig;
  readonly #make: MakeBuckets;
  readonly #buckets: Buckets;
  #unruled: Buckets | undefined;

  constructor(config: KeyValueConfig, make: MakeBuckets) {
    this.#config = config;
    this.#make = make;
    this.#buckets = make(config);
  }

  /** Every name that is known beforehand. Opens nothing. */
  list(): readonly BucketListing[] {
    return this.#buckets.list();
  }

  /**
   * Where a bucket is kept; opens the store, and not the bucket.
   *
   * @throws {KvFault} `unsupported`: it is in the memory of another process.
   * @throws {KeyValueError} Its store is not configured, or away.
   */
  async locate({ name, store }: Asked): Promise<Place> {
    if (store !== undefined) return await this.#inStore(name, store);
    const listing = this.listing(name);
    if (listing !== undefined) refuseMemory(name, listing);
    const { backend, bucket } = await this.#buckets.locate(name);
    return {
      name,
      store: listing?.backend ?? name as BackendName,
      location: backend.summary.location,
      bucket,
      backend,
      open: () => this.#buckets.open(name),
    };
  }

  /** What is known of a name beforehand; `undefined` for a store that is not configured. */
  listing(name: string): BucketListing | undefined {
    const all = this.list();
    return all.find((each) => each.name === name) ??
      (isStore(name) && !Object.hasOwn(this.#config.buckets, name)
        ? undefined
        : all.find((each) => each.name === undefined));
  }

  /** The name that was likely meant by one that has no rule of its own. */
  meant(name: string): string | undefined {
    const names = this.list().flatMap((each) => each.name ?? []);
    return names.includes(name) ? undefined : nearest(name, names);
  }

  /** A store by its name, past the project's rules. */
  async store(
    store: string,
  ): Promise<{ readonly name: BackendName; readonly backend: Backend }> {
    if (!isStore(store)) {
      const meant = nearest(store, BACKEND_NAMES);
      throw new UsageError(
        `Cannot use --store "${store}": there is no such store; ${
          meant === undefined
            ? `it is one of ${BACKEND_NAMES.join(", ")}`
            : `did you mean "${meant}"?`
        }`,
      );
    }
    this.#unruled ??= this.#make({
      ...this.#config,
      buckets: Object.create(null),
    });
    const listing = this.#unruled.list().find(({ name }) => name === store);
    if (listing !== undefined) refuseMemory(store, listing);
    const { backend } = await this.#unruled.locate(store);
    return { name: store, backend };
  }

  async #inStore(bucket: string, store: string): Promise<Place> {
    const { name, backend } = await this.store(store);
    return {
      name: bucket,
      store: name,
      location: backend.summary.location,
      bucket,
      backend,
      open: () => backend.open(bucket),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#unruled?.[Symbol.asyncDispose]();
    await this.#buckets[Symbol.asyncDispose]();
  }
}

/** Whether only the process that serves sees what is in it. */
export function isMemory(
  { backend, durable }: Pick<BucketListing, "backend" | "durable">,
): boolean {
  return backend === "in_memory" || backend === "deno_kv" && !durable;
}

function refuseMemory(name: string, listing: BucketListing): void {
  if (!isMemory(listing)) return;
  throw new KvFault(
    "unsupported",
    `Cannot open bucket ${
      quote(name)
    }: the store ${listing.backend} is the memory of the process that serves, ` +
      `which no other process sees; give the bucket a store that is kept`,
  );
}

function isStore(name: string): name is BackendName {
  return BACKEND_NAMES.some((known) => known === name);
}
