import assert from "node:assert/strict";
import { stubBucket } from "../../tests/support/stub_bucket.ts";
import {
  type BucketPolicy,
  limitBucket,
  readOnlyBucket,
} from "./bucket_policy.ts";
import { openInMemory } from "./in_memory.ts";
import { type Bucket, KeyValueError } from "./store.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

async function memory(now?: () => number): Promise<Bucket> {
  const backend = await openInMemory(now && { now });
  return await backend.open("b");
}

/** Asserts that a write is refused in words that name the limit and its key. */
async function refuses(write: Promise<unknown>, words: RegExp): Promise<void> {
  await assert.rejects(write, (error) => {
    assert.ok(error instanceof KeyValueError);
    assert.equal(error.code, "other");
    assert.match(error.message, words);
    return true;
  });
}

Deno.test("limitBucket() refuses long keys in every write, and reads them", async () => {
  const store = await memory();
  await store.set("ééé", bytes("1"));
  const bucket = limitBucket(store, "a b", { maxKeySize: 5 });
  const words =
    /^Cannot write key "ééé": the key has 6 bytes, and 5 are allowed; write less, or raise "dev\.keyvalue\.buckets\."a b"\.max_key_size"$/;
  await refuses(bucket.set("ééé", bytes("")), words);
  await refuses(bucket.increment("ééé", 1n), words);
  await refuses(bucket.swap("ééé", undefined, bytes("")), words);
  await refuses(
    bucket.setMany([["fine", bytes("")], ["ééé", bytes("")]]),
    words,
  );
  assert.equal(await store.exists("fine"), false);
  assert.equal((await bucket.get("ééé"))?.value.length, 1);
  await bucket.delete("ééé");
  assert.equal(await store.exists("ééé"), false);
  await bucket.set("éé", bytes(""));
  await bucket.set("abcde", bytes(""));
});

Deno.test("limitBucket() refuses large values in every write", async () => {
  const store = await memory();
  const bucket = limitBucket(store, "cache", { maxValueSize: 20 });
  const large = new Uint8Array(21);
  const words =
    /^Cannot write key "k": its value has 21 bytes, and 20 are allowed; write less, or raise "dev\.keyvalue\.buckets\.cache\.max_value_size"$/;
  await refuses(bucket.set("k", large), words);
  await refuses(bucket.swap("k", undefined, large), words);
  await refuses(bucket.setMany([["k", large]]), words);
  assert.equal(await store.exists("k"), false);
  await bucket.set("k", new Uint8Array(20));
  assert.equal(await bucket.increment("n", 5n), 5n);
});

Deno.test("limitBucket() gives values without a ttl the one of the bucket", async () => {
  let now = 1000;
  const store = await memory(() => now);
  const bucket = limitBucket(store, "cache", { ttl: 100 });
  await bucket.set("a", bytes(""));
  await bucket.set("own", bytes(""), { ttl: 200 });
  const value = bytes("1");
  const many = bucket.setMany([["b", value], ["c", bytes("")], ["b", value]]);
  value[0] = 0;
  await many;
  assert.deepEqual((await bucket.get("b"))?.value, bytes("1"));
  now = 1100;
  const exist = async (keys: string[]) =>
    await Promise.all(keys.map((key) => store.exists(key)));
  assert.deepEqual(await exist(["a", "b", "c", "own"]), [
    false,
    false,
    false,
    true,
  ]);
  now = 1200;
  assert.equal(await store.exists("own"), false);
});

Deno.test("limitBucket() gives swapped values and counters the ttl of the bucket", async () => {
  let now = 1000;
  const store = await memory(() => now);
  const bucket = limitBucket(store, "cache", { ttl: 100 });
  await bucket.swap("a", undefined, bytes(""));
  await bucket.swap("own", undefined, bytes(""), { ttl: 200 });
  const sums = await Promise.all(
    [1n, 1n, 1n].map((n) => bucket.increment("n", n)),
  );
  assert.deepEqual(sums.sort(), [1n, 2n, 3n]);
  now = 1060;
  // Counting on does not prolong a counter's life.
  assert.equal(await bucket.increment("n", 1n), 4n);
  now = 1100;
  assert.equal(await store.exists("a"), false);
  assert.equal(await store.exists("own"), true);
  assert.equal(await bucket.increment("n", 1n), 1n);
  now = 1200;
  assert.equal(await store.exists("n"), false);
});

Deno.test("readOnlyBucket() denies every write and purge, and reads", async () => {
  const store = await memory();
  await store.set("k", bytes("v"));
  const bucket = readOnlyBucket(
    {
      ...stubBucket({}),
      get: (key) => store.get(key),
      purge: () => Promise.resolve(),
    },
    "users",
  );
  const writes: Promise<unknown>[] = [
    bucket.set("k", bytes("")),
    bucket.delete("k"),
    bucket.increment("k", 1n),
    bucket.swap("k", undefined, bytes("")),
    bucket.setMany([]),
    bucket.deleteMany([]),
    bucket.purge!("k"),
  ];
  for (const write of writes) {
    await assert.rejects(write, {
      code: "access-denied",
      message:
        'Cannot write to bucket "users": it is read-only; set "dev.keyvalue.buckets.users.access" to read-write',
    });
  }
  assert.deepEqual((await bucket.get("k"))?.value, bytes("v"));
});

Deno.test("policies pass optional methods on, and leave absent what the store lacks", async () => {
  const policy: BucketPolicy = { ttl: 1 };
  const wrap = [
    (bucket: Bucket) => limitBucket(bucket, "b", policy),
    (bucket: Bucket) => readOnlyBucket(bucket, "b"),
  ];
  const optional = ["watch", "history", "purge"] as const;
  const at = new Date(0);
  const change = { kind: "delete", key: "k" } as const;
  const rich = stubBucket({
    async *watch() {
      await Promise.resolve();
      yield change;
    },
    history: () => Promise.resolve([{ kind: "delete", version: "1", at }]),
    purge: () => Promise.resolve(),
    expiry: () => Promise.resolve(at),
  });
  for (const make of wrap) {
    const poor = make(stubBucket({}));
    for (const name of optional) assert.equal(name in poor, false, name);
    const bucket = make(rich);
    const { signal } = new AbortController();
    assert.deepEqual(await Array.fromAsync(bucket.watch!({ signal })), [
      change,
    ]);
    assert.equal((await bucket.history!("k")).length, 1);
    assert.equal(await bucket.expiry!("k"), at);
    assert.equal(typeof bucket.purge, "function");
  }
});

Deno.test("policies pass every read on to the store", async () => {
  const store = await memory();
  await store.setMany([["a", bytes("1")], ["b", bytes("2")]]);
  for (
    const bucket of [
      limitBucket(store, "b", { maxKeySize: 9 }),
      readOnlyBucket(store, "b"),
    ]
  ) {
    assert.equal(await bucket.exists("a"), true);
    assert.deepEqual((await bucket.listKeys({ prefix: "b" })).keys, ["b"]);
    const found = await bucket.getMany(["b", "c"]);
    assert.deepEqual(found.map((entry) => entry?.value), [
      bytes("2"),
      undefined,
    ]);
  }
});
