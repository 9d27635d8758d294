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
import type { DevServer } from "./dev_server.ts";
import { KvFault } from "./fault.ts";
import { serverPlace } from "./server_places.ts";

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

/** The buckets that a command line can name. Disposing closes the stores that were opened. */
export interface Places extends AsyncDisposable {
  /** Every name that is known beforehand. Opens nothing. */
  list(): readonly BucketListing[];
  /**
   * Where a bucket is kept; opens the store, and not the bucket.
   *
   * @throws {KvFault} `no-server`: it is in the memory of a server that is not found.
   * @throws {KeyValueError} Its store is not configured, or away.
   */
  locate(asked: Asked): Promise<Place>;
  /** The name that was likely meant by one that has no rule of its own. */
  meant(name: string): string | undefined;
  /** A store by its name, past the project's rules. */
  store(
    store: string,
  ): Promise<{ readonly name: BackendName; readonly backend: Backend }>;
}

/** What places of a project are made of. */
export interface ProjectPlacesOptions {
  readonly config: KeyValueConfig;
  readonly make: MakeBuckets;
  /** Finds the server that serves the project, for what is in its memory alone. */
  readonly reach: () => Promise<DevServer>;
}

/** The places of a project, by its configuration. */
export class ProjectPlaces implements Places {
  readonly #config: KeyValueConfig;
  readonly #make: MakeBuckets;
  readonly #reach: () => Promise<DevServer>;
  readonly #buckets: Buckets;
  #unruled: Buckets | undefined;
  #server: Promise<DevServer> | undefined;

  constructor({ config, make, reach }: ProjectPlacesOptions) {
    this.#config = config;
    this.#make = make;
    this.#reach = reach;
    this.#buckets = make(config);
  }

  list(): readonly BucketListing[] {
    return this.#buckets.list();
  }

  async locate({ name, store }: Asked): Promise<Place> {
    if (store !== undefined) return await this.#inStore(name, store);
    const listing = this.#listing(name);
    if (listing !== undefined && isMemory(listing)) {
      return await this.#inMemory(name, listing);
    }
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
  #listing(name: string): BucketListing | undefined {
    const all = this.list();
    return all.find((each) => each.name === name) ??
      (isStore(name) && !Object.hasOwn(this.#config.buckets, name)
        ? undefined
        : all.find((each) => each.name === undefined));
  }

  meant(name: string): string | undefined {
    return meantOf(this.list(), name);
  }

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

  /** Only the process that serves has it. */
  async #inMemory(name: string, listing: BucketListing): Promise<Place> {
    this.#server ??= this.#reach();
    try {
      return serverPlace(await this.#server, { name, listing });
    } catch (error) {
      if (!(error instanceof KvFault)) throw error;
      throw new KvFault(
        error.code,
        `${memoryOf(name, listing)}\n${error.message}`,
        { cause: error },
      );
    }
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

/** The name of the list that was likely meant by one that is not in it. */
export function meantOf(
  listings: readonly BucketListing[],
  name: string,
): string | undefined {
  const names = listings.flatMap((each) => each.name ?? []);
  return names.includes(name) ? undefined : nearest(name, names);
}

function refuseMemory(name: string, listing: BucketListing): void {
  if (!isMemory(listing)) return;
  throw new KvFault(
    "unsupported",
    `${memoryOf(name, listing)}, and is asked by the names that ` +
      "components open; leave --store out",
  );
}

function memoryOf(name: string, { backend }: BucketListing): string {
  return `Cannot open bucket ${
    quote(name)
  }: the store ${backend} is the memory of the process that serves`;
}

function isStore(name: string): name is BackendName {
  return BACKEND_NAMES.some((known) => known === name);
}
