/**
 * The buckets of a dev server that is running.
 *
 * @module
 */

import type { BucketSummary } from "../../explorer/api.ts";
import type { BackendName } from "../../keyvalue/backends.ts";
import type { BucketListing } from "../../keyvalue/buckets.ts";
import { quote } from "../../keyvalue/key_encoding.ts";
import { KeyValueError } from "../../keyvalue/store.ts";
import { UsageError } from "../command.ts";
import type { DevServer } from "./dev_server.ts";
import { devServerBackend } from "./dev_server_backend.ts";
import { isMemory, meantOf, type Place, type Places } from "./places.ts";

/** A bucket of a server, and what is known of it. */
export interface ServedBucket {
  readonly name: string;
  readonly listing: BucketListing;
}

/** The place of a bucket that a server has. */
export function serverPlace(
  server: DevServer,
  { name, listing }: ServedBucket,
): Place {
  const { backend: store, durable } = listing;
  const location = isMemory(listing)
    ? `memory of the server at ${server.origin}`
    : `${listing.location}, by the server at ${server.origin}`;
  const backend = devServerBackend(server, { location, durable });
  return {
    name,
    store,
    location,
    // The server knows it by that name alone.
    bucket: name,
    backend,
    open: () => backend.open(name),
  };
}

/** Asks a server for its buckets. */
export async function openServerPlaces(server: DevServer): Promise<Places> {
  const summaries = await server.json<readonly BucketSummary[]>({
    method: "GET",
    path: "/buckets",
  });
  const listings = summaries.map(listingOf);
  return {
    list: () => listings,
    meant: (name) => meantOf(listings, name),
    locate({ name, store }) {
      if (store !== undefined) return Promise.reject(noStores(store));
      const listing = listings.find((each) => each.name === name) ??
        listings.find((each) => each.name === undefined);
      return listing === undefined
        ? Promise.reject(noBucket(server, name))
        : Promise.resolve(serverPlace(server, { name, listing }));
    },
    store: (store) => Promise.reject(noStores(store)),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

function listingOf(
  { name, store, location, storedAs, durable, access }: BucketSummary,
): BucketListing {
  return {
    name: name ?? undefined,
    // It is printed, and nothing is opened by it.
    backend: store as BackendName,
    location,
    durable,
    ...(storedAs !== undefined && { bucket: storedAs }),
    ...(access !== "read-write" && { access }),
  };
}

function noBucket({ origin }: DevServer, name: string): KeyValueError {
  return new KeyValueError(
    "no-such-store",
    `Cannot open bucket ${
      quote(name)
    }: the server at ${origin} has no store for it`,
  );
}

function noStores(store: string): UsageError {
  return new UsageError(
    `Cannot use --store "${store}" with --url: ` +
      "a server is asked by the names that components open",
  );
}
