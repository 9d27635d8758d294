import type { Backend, Bucket, Entry } from "../../src/keyvalue/store.ts";
import type { BucketFixture } from "../contract/bucket_contract.ts";

/** A bucket all of whose answers go by its {@linkcode Bucket.atHand}, so that a test sees that. */
export function byAtHand(bucket: Bucket): Bucket {
  const { atHand } = bucket;
  if (atHand === undefined) throw new TypeError("There is nothing at hand");
  return {
    get: async (key) => own(await atHand.get(key)),
    set: async (key, value, options) => await atHand.set(key, value, options),
    delete: async (key) => await atHand.delete(key),
    exists: async (key) => await atHand.exists(key),
    listKeys: async (options) => await atHand.listKeys(options),
    increment: async (key, delta) => await atHand.increment(key, delta),
    swap: async (key, version, value, options) => {
      const end = await atHand.swap(key, version, value, options);
      return end.swapped ? end : { ...end, current: own(end.current) };
    },
    getMany: async (keys) => (await atHand.getMany(keys)).map(own),
    setMany: async (entries) => await atHand.setMany(entries),
    deleteMany: async (keys) => await atHand.deleteMany(keys),
    expiry: (key) => bucket.expiry(key),
    ...(bucket.watch && { watch: (options) => bucket.watch!(options) }),
  };
}

/** What is at hand is the store's. */
function own(entry: Entry | undefined): Entry | undefined {
  return entry && { ...entry, value: entry.value.slice() };
}

/** A fixture whose buckets answer by what they have at hand. */
export async function fixtureByAtHand(
  open: () => Promise<BucketFixture>,
): Promise<BucketFixture> {
  const fixture = await open();
  return {
    ...fixture,
    backend: backendByAtHand(fixture.backend),
    again: async () => backendByAtHand(await fixture.again()),
    [Symbol.asyncDispose]: () => fixture[Symbol.asyncDispose](),
  };
}

function backendByAtHand(backend: Backend): Backend {
  const { list, create } = backend;
  return {
    summary: backend.summary,
    open: async (bucket) => byAtHand(await backend.open(bucket)),
    ...(list && { list: () => backend.list!() }),
    ...(create && { create: (bucket) => backend.create!(bucket) }),
    info: (bucket) => backend.info(bucket),
    drop: (bucket) => backend.drop(bucket),
    [Symbol.asyncDispose]: () => backend[Symbol.asyncDispose](),
  };
}
