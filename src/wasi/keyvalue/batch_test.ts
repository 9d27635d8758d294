import assert from "node:assert/strict";
import { RecordedInstance } from "../../../tests/support/recorded_instance.ts";
import { stubBucket } from "../../../tests/support/stub_bucket.ts";
import { KeyValueError } from "../../keyvalue/store.ts";
import { WitError } from "../../runtime/host_interface.ts";
import { batchInterfaces } from "./batch.ts";
import { BucketHandle } from "./bucket_handle.ts";

type KeyValue = [key: string, value: Uint8Array];

interface Batch<Found> {
  getMany(handle: BucketHandle, keys: string[]): Promise<Found[]>;
  setMany(handle: BucketHandle, entries: KeyValue[]): Promise<void>;
  deleteMany(handle: BucketHandle, keys: string[]): Promise<void>;
}

/** The interface whose `get-many` answers a list of this WIT type. */
function batchOf<Found>(version: string, found: string): Batch<Found> {
  const batch = batchInterfaces.find((offered) =>
    offered.version === version &&
    offered.functions["get-many"]!.endsWith(`-> result<list<${found}>, error>`)
  );
  return batch!.imports(new RecordedInstance()) as unknown as Batch<Found>;
}

const OPTIONS = "option<tuple<string, list<u8>>>";
const PAIRS = "tuple<string, option<list<u8>>>";
const { getMany, setMany, deleteMany } = batchOf<KeyValue | undefined>(
  "0.2.0-draft",
  OPTIONS,
);

/** A bucket that holds these. */
function bucketOf(stored: Record<string, Uint8Array>): BucketHandle {
  return new BucketHandle(stubBucket({
    getMany: (keys) =>
      Promise.resolve(keys.map((key) => {
        const value = stored[key];
        return value && { value: Uint8Array.from(value), version: "1" };
      })),
  }));
}

Deno.test("getMany() of draft2 answers as that of the first draft", async () => {
  const draft2 = batchOf<KeyValue | undefined>("0.2.0-draft2", OPTIONS);
  const handle = bucketOf({ a: Uint8Array.of(1) });
  assert.deepEqual(
    await draft2.getMany(handle, ["x", "a"]),
    await getMany(handle, ["x", "a"]),
  );
});

Deno.test("getMany() of Spin's draft2 names the key of a miss too", async () => {
  type Pair = [key: string, value: Uint8Array | undefined];
  const { getMany } = batchOf<Pair>("0.2.0-draft2", PAIRS);
  const handle = bucketOf({ a: Uint8Array.of(1), b: new Uint8Array() });
  assert.deepEqual(await getMany(handle, ["b", "x", "a", "b"]), [
    ["b", new Uint8Array()],
    ["x", undefined],
    ["a", Uint8Array.of(1)],
    ["b", new Uint8Array()],
  ]);
  assert.deepEqual(await getMany(handle, []), []);
  const refused = new BucketHandle(stubBucket({
    getMany: () => Promise.reject(new KeyValueError("other", "full")),
  }));
  await assert.rejects(
    () => getMany(refused, ["a"]),
    new WitError({ tag: "other", val: "full" }),
  );
});

Deno.test("getMany() keeps the order and answers none for a miss", async () => {
  const handle = bucketOf({ a: Uint8Array.of(1), b: new Uint8Array() });
  assert.deepEqual(await getMany(handle, ["b", "x", "a", "b"]), [
    ["b", new Uint8Array()],
    undefined,
    ["a", Uint8Array.of(1)],
    ["b", new Uint8Array()],
  ]);
  assert.deepEqual(await getMany(handle, []), []);
});

Deno.test("setMany() and deleteMany() pass on what the guest gave", async () => {
  const calls: unknown[] = [];
  const record = (argument: unknown) => {
    calls.push(argument);
    return Promise.resolve();
  };
  const handle = new BucketHandle(
    stubBucket({ setMany: record, deleteMany: record }),
  );
  const entries: KeyValue[] = [["a", Uint8Array.of(1)], [
    "a",
    new Uint8Array(),
  ]];
  const keys = ["a", "missing"];
  assert.equal(await setMany(handle, entries), undefined);
  assert.equal(await deleteMany(handle, keys), undefined);
  assert.equal(calls[0], entries);
  assert.equal(calls[1], keys);
});

const acts: Record<string, (handle: BucketHandle) => Promise<unknown>> = {
  getMany: (handle) => getMany(handle, ["key"]),
  setMany: (handle) => setMany(handle, [["key", new Uint8Array()]]),
  deleteMany: (handle) => deleteMany(handle, ["key"]),
};

for (const [name, act] of Object.entries(acts)) {
  Deno.test(`${name}() answers an error, and traps on a host fault`, async () => {
    const refused = new BucketHandle(stubBucket({
      [name]: () => Promise.reject(new KeyValueError("other", "full")),
    }));
    await assert.rejects(
      () => act(refused),
      new WitError({ tag: "other", val: "full" }),
    );
    await assert.rejects(
      () => act(new BucketHandle(stubBucket({}))),
      TypeError,
    );
  });
}
