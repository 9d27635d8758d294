import type { BucketListing, Buckets } from "../keyvalue/buckets.ts";
import { quote } from "../keyvalue/key_encoding.ts";
import { pagesOf } from "../keyvalue/pages_of.ts";
import {
  type Backend,
  type Bucket,
  type BucketInfo,
  KeyValueError,
} from "../keyvalue/store.ts";
import type { BucketDetail, BucketSummary } from "./api.ts";
import { BUCKET, cannot, locate, openBucket } from "./bucket_access.ts";
import { listOf } from "./json_schema.ts";
import { Refusal } from "./problem.ts";
import { MAX_VALUE_SIZE } from "./request_body.ts";
import { done, json, type Route, type RouteCall } from "./route.ts";
import { schemaOf } from "./schemas.ts";

/** How many buckets are listed that have no line of their own in the configuration. */
const MOST_FOUND = 1000;

/** How many keys are counted where the store does not tell: a look must not read millions. */
const MOST_COUNTED = 10_000;

const DETAIL = {
  type: "application/json",
  schema: schemaOf("BucketDetail"),
};

/** Buckets, not what is in them. */
export const BUCKET_ROUTES: readonly Route[] = [
  {
    method: "GET",
    path: "/buckets",
    id: "listBuckets",
    does: "The buckets, and where each is kept",
    notes: "Those that the configuration names, then up to " +
      `${MOST_FOUND} others that there are in the default store, if it can ` +
      "tell, then the line of every other name. Looks into no bucket.",
    answers: {
      200: {
        doc: "The buckets",
        type: "application/json",
        schema: listOf(schemaOf("BucketSummary")),
      },
    },
    handle: async ({ project }) => json(await summariesOf(project.buckets())),
  },
  {
    method: "GET",
    path: "/bucket",
    id: "getBucket",
    does: "A bucket, looked into",
    notes: "Makes none. Keys that the store does not count are counted up to " +
      `${MOST_COUNTED}. ` +
      "A bucket that is not there yet may be able to do more " +
      "than `can` says: only the bucket itself knows of history and purge.",
    query: [BUCKET],
    answers: { 200: { doc: "The bucket", ...DETAIL } },
    refusals: ["no-such-store", "store-failed"],
    handle: async (call) => json(await detailOf(call)),
  },
  {
    method: "PUT",
    path: "/bucket",
    id: "createBucket",
    does: "Makes an empty bucket",
    query: [BUCKET],
    answers: {
      200: { doc: "It was there already", ...DETAIL },
      201: { doc: "It was made", ...DETAIL },
    },
    refusals: ["no-such-store", "not-supported", "store-failed"],
    async handle(call) {
      const { backend, bucket } = await locate(call);
      if (backend.create === undefined) {
        throw cannot(
          call,
          "create bucket",
          "has a bucket as soon as it has a key; set one",
        );
      }
      const isNew = await backend.create(bucket);
      return json(await detailOf(call), isNew ? 201 : 200);
    },
  },
  {
    method: "DELETE",
    path: "/bucket",
    id: "dropBucket",
    does: "Removes a bucket with all its keys",
    query: [BUCKET],
    answers: { 204: { doc: "It is gone" } },
    refusals: ["not-found", "no-such-store", "store-failed"],
    async handle(call) {
      const { backend, bucket } = await locate(call);
      if (await backend.drop(bucket)) return done();
      throw new Refusal(
        "not-found",
        `Cannot drop bucket ${
          quote(call.query.text("bucket"))
        }: there is none in ${backend.summary.location}`,
      );
    },
  },
  {
    method: "POST",
    path: "/seed",
    id: "seedBucket",
    does: "Writes the seed of the configuration where its keys are absent",
    query: [BUCKET],
    answers: {
      200: {
        doc: "How many keys were absent",
        type: "application/json",
        schema: schemaOf("Imported"),
      },
    },
    refusals: ["not-supported", "no-such-store", "store-failed"],
    async handle(call) {
      const seed = call.project.buckets().policy(call.query.text("bucket"))
        .seed;
      if (seed === undefined) {
        throw new Refusal(
          "not-supported",
          `Cannot seed bucket ${
            quote(call.query.text("bucket"))
          }: it has no seed; set "seed" in its entry of dev.keyvalue.buckets`,
        );
      }
      return json(await sow(await bare(call), seed));
    },
  },
];

/** Past the rules: a seed is held to no lifetime, and opening by the rules would write it. */
async function bare(call: RouteCall): Promise<Bucket> {
  const { backend, bucket } = await locate(call);
  return await backend.open(bucket);
}

async function sow(bucket: Bucket, seed: ReadonlyMap<string, Uint8Array>) {
  let written = 0;
  for (const [key, value] of seed) {
    const { swapped } = await bucket.swap(key, undefined, value);
    if (swapped) written++;
  }
  return { written, kept: seed.size - written };
}

async function summariesOf(
  buckets: Buckets,
): Promise<readonly BucketSummary[]> {
  const listings = buckets.list();
  const rest = listings.find(({ name }) => name === undefined);
  const named = listings.filter((each) => each !== rest);
  const summaries = named.map((each) => summaryOf(each, each.name ?? null));
  if (rest === undefined) return summaries;
  const found = await foundIn(buckets, rest, named);
  return [
    ...summaries,
    ...found.map((name) => summaryOf(rest, name)),
    summaryOf(rest, null),
  ];
}

/**
 * The names of the buckets there are in the store of all that have no line; none where it is
 * away or cannot tell.
 */
async function foundIn(
  buckets: Buckets,
  rest: BucketListing,
  named: readonly BucketListing[],
): Promise<readonly string[]> {
  // Any name without a line leads to that store.
  let unnamed = "any";
  while (named.some(({ name }) => name === unnamed)) unnamed += "-";
  const shown = new Set(
    named.filter(({ location }) => location === rest.location)
      .map(({ name, bucket }) => bucket ?? name),
  );
  const found: string[] = [];
  try {
    const { backend } = await buckets.locate(unnamed);
    for await (const bucket of backend.list?.() ?? []) {
      if (shown.has(bucket) || !await leadsTo(buckets, backend, bucket)) {
        continue;
      }
      if (found.push(bucket) >= MOST_FOUND) break;
    }
  } catch (error) {
    if (!(error instanceof KeyValueError)) throw error;
  }
  return found.sort();
}

/** Whether a bucket is opened by the name that it has in its store: that of a store leads elsewhere. */
async function leadsTo(
  buckets: Buckets,
  backend: Backend,
  name: string,
): Promise<boolean> {
  try {
    const place = await buckets.locate(name);
    return place.backend === backend && place.bucket === name;
  } catch (error) {
    if (error instanceof KeyValueError) return false;
    throw error;
  }
}

function summaryOf<Name extends string | null>(
  { backend, location, bucket, durable, access }: BucketListing,
  name: Name,
): BucketSummary & { readonly name: Name } {
  return {
    name,
    store: backend,
    location,
    ...(bucket === undefined ? {} : { storedAs: bucket }),
    durable,
    access: access ?? "read-write",
  };
}

/** The line of the list that a name has, or that of all names that have none. */
function listingOf(buckets: Buckets, name: string): BucketListing {
  const listings = buckets.list();
  const listing = listings.find((each) => each.name === name) ??
    listings.find((each) => each.name === undefined);
  if (listing !== undefined) return listing;
  throw new Refusal(
    "no-such-store",
    `Cannot tell of bucket ${quote(name)}: its store is not configured`,
  );
}

/** How many keys there are: as the store tells, or as far as they are counted here. */
async function countOf(
  { keys }: BucketInfo,
  bucket: Bucket | undefined,
): Promise<Pick<BucketDetail, "keys" | "moreKeys">> {
  if (keys !== undefined) return { keys };
  if (bucket === undefined) return {};
  let counted = 0;
  for await (const page of pagesOf(bucket, { limit: MOST_COUNTED + 1 })) {
    counted += page.length;
  }
  return counted > MOST_COUNTED
    ? { keys: MOST_COUNTED, moreKeys: true }
    : { keys: counted };
}

async function detailOf(call: RouteCall): Promise<BucketDetail> {
  const buckets = call.project.buckets();
  const name = call.query.text("bucket");
  const { backend, bucket } = await locate(call);
  let info = await backend.info(bucket);
  // Opening would make one that is not there, in a store that makes buckets.
  const opened = info === undefined && backend.create !== undefined
    ? undefined
    : await openBucket(call);
  const { seed, ttl, maxValueSize = MAX_VALUE_SIZE } = buckets.policy(name);
  // It was sown as it was opened.
  if (opened !== undefined && seed !== undefined) {
    info ??= await backend.info(bucket);
  }
  return {
    ...summaryOf(listingOf(buckets, name), name),
    exists: info !== undefined,
    ...(info === undefined ? {} : await countOf(info, opened)),
    ...(info?.bytes === undefined ? {} : { bytes: info.bytes }),
    settings: info?.settings ?? {},
    can: {
      watch: opened === undefined || opened.watch !== undefined,
      history: opened?.history !== undefined,
      purge: opened?.purge !== undefined,
      seed: seed !== undefined,
    },
    maxValueSize: Math.min(maxValueSize, MAX_VALUE_SIZE),
    ...(ttl === undefined ? {} : { ttl }),
  };
}
