import assert from "node:assert/strict";
import { RecordedInstance } from "../../../tests/support/recorded_instance.ts";
import { stubBucket } from "../../../tests/support/stub_bucket.ts";
import { KeyValueError } from "../../keyvalue/store.ts";
import { WitError } from "../../runtime/host_interface.ts";
import { batchInterface } from "./batch.ts";
import { BucketHandle } from "./bucket_handle.ts";

type KeyValue = [key: string, value: Uint8Array];

const { getMany, setMany, deleteMany } = batchInterface.imports(
  new RecordedInstance(),
) as {
  getMany(
    handle: BucketHandle,
    keys: string[],
  ): Promise<(KeyValue | undefined)[]>;
  setMany(handle: BucketHandle, entries: KeyValue[]): Promise<void>;
  deleteMany(handle: BucketHandle, keys: string[]): Promise<void>;
};

Deno.test("getMany() keeps the order and answers none for a miss", async () => {
  const stored = new Map([["a", Uint8Array.of(1)], ["b", new Uint8Array()]]);
  const handle = new BucketHandle(stubBucket({
    getMany: (keys) =>
      Promise.resolve(keys.map((key) => {
        const value = stored.get(key);
        return value && { value: Uint8Array.from(value), version: "1" };
      })),
  }));
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
