import assert from "node:assert/strict";
import { RecordedInstance } from "../../../tests/support/recorded_instance.ts";
import { stubBucket } from "../../../tests/support/stub_bucket.ts";
import { openInMemory } from "../../keyvalue/in_memory.ts";
import {
  type Bucket,
  COUNTER_MAX,
  COUNTER_MIN,
  KeyValueError,
} from "../../keyvalue/store.ts";
import { WitError } from "../../runtime/host_interface.ts";
import {
  atomicsDraft2Interface,
  Cas,
  type CasError,
} from "./atomics_draft2.ts";
import { BucketHandle } from "./bucket_handle.ts";

const { increment, swap } = atomicsDraft2Interface.imports(
  new RecordedInstance(),
) as {
  increment(handle: BucketHandle, key: string, delta: bigint): Promise<bigint>;
  swap(cas: Cas, value: Uint8Array): Promise<void>;
};

const A = Uint8Array.of(1), B = Uint8Array.of(2), C = Uint8Array.of(3);

/** A bucket in memory, and a handle of it. */
async function openBucket(): Promise<
  AsyncDisposable & { bucket: Bucket; handle: BucketHandle }
> {
  const backend = await openInMemory();
  const bucket = await backend.open("b");
  return {
    bucket,
    handle: new BucketHandle(bucket),
    [Symbol.asyncDispose]: () => backend[Symbol.asyncDispose](),
  };
}

/** The handle that a swap which must fail answers. */
async function conflictOf(cas: Cas, value: Uint8Array): Promise<Cas> {
  try {
    await swap(cas, value);
  } catch (error) {
    assert.ok(error instanceof WitError);
    const { tag, val } = error.payload as CasError;
    assert.equal(tag, "cas-failed");
    assert.ok(val instanceof Cas);
    return val;
  }
  assert.fail("the swap was done");
}

for (const delta of [0n, 5n, -7n, COUNTER_MAX, COUNTER_MIN]) {
  Deno.test(`increment() by ${delta} reaches the bucket as it is`, async () => {
    const handle = new BucketHandle(stubBucket({
      increment: (_key, given) => Promise.resolve(given),
    }));
    assert.equal(await increment(handle, "k", delta), delta);
  });
}

Deno.test("increment() answers the bucket's error, and traps on a host fault", async () => {
  const refused = new BucketHandle(stubBucket({
    increment: () => Promise.reject(new KeyValueError("other", "no number")),
  }));
  await assert.rejects(
    () => increment(refused, "k", 1n),
    new WitError({ tag: "other", val: "no number" }),
  );
  const broken = new BucketHandle(stubBucket({}));
  await assert.rejects(() => increment(broken, "k", 1n), TypeError);
});

Deno.test("swap() sets a key that is as it was, or absent as it was", async () => {
  await using open = await openBucket();
  const { bucket, handle } = open;
  await swap(await Cas.new(handle, "k"), A);
  assert.deepEqual((await bucket.get("k"))?.value, A);
  await swap(await Cas.new(handle, "k"), B);
  assert.deepEqual((await bucket.get("k"))?.value, B);
});

Deno.test("swap() refuses A that became B and A again", async () => {
  await using open = await openBucket();
  const { bucket, handle } = open;
  await bucket.set("k", A);
  const cas = await Cas.new(handle, "k");
  await bucket.set("k", B);
  await bucket.set("k", A);
  await conflictOf(cas, C);
  assert.deepEqual((await bucket.get("k"))?.value, A);
});

Deno.test("swap() refuses a key that was deleted, and one that is there meanwhile", async () => {
  await using open = await openBucket();
  const { bucket, handle } = open;
  await bucket.set("deleted", A);
  const deleted = await Cas.new(handle, "deleted");
  const made = await Cas.new(handle, "made");
  await bucket.delete("deleted");
  await bucket.set("made", A);
  const again = await conflictOf(deleted, C);
  assert.equal(await bucket.exists("deleted"), false);
  assert.deepEqual(await (await conflictOf(made, C)).current(), A);
  // What stood in the way was that there is nothing: so it is expected now.
  await swap(again, B);
  assert.deepEqual((await bucket.get("deleted"))?.value, B);
});

Deno.test("the cas of a conflict can be swapped without a read, and conflicts again", async () => {
  await using open = await openBucket();
  const { bucket, handle } = open;
  const cas = await Cas.new(handle, "k");
  await bucket.set("k", A);
  const second = await conflictOf(cas, C);
  await bucket.set("k", B);
  const third = await conflictOf(second, C);
  await swap(third, C);
  assert.deepEqual((await bucket.get("k"))?.value, C);
});

Deno.test("current() answers the value, and swap() holds to what it answered", async () => {
  await using open = await openBucket();
  const { bucket, handle } = open;
  const cas = await Cas.new(handle, "k");
  assert.equal(await cas.current(), undefined);
  await bucket.set("k", A);
  assert.deepEqual(await cas.current(), A);
  await swap(cas, B);
  assert.deepEqual((await bucket.get("k"))?.value, B);
});

Deno.test("a store's failure is store-error to swap(), and an error to new and current()", async () => {
  const refuse = () => Promise.reject(new KeyValueError("access-denied", "no"));
  const refused = new BucketHandle(stubBucket({ get: refuse, swap: refuse }));
  const denied = new WitError({ tag: "access-denied" });
  await assert.rejects(async () => await Cas.new(refused, "k"), denied);
  const cas = new Cas(refused, "k", undefined);
  await assert.rejects(async () => await cas.current(), denied);
  await assert.rejects(
    () => swap(cas, A),
    new WitError({ tag: "store-error", val: { tag: "access-denied" } }),
  );
});

Deno.test("new, current() and swap() trap on a host fault", async () => {
  const broken = new BucketHandle(stubBucket({}));
  const cas = new Cas(broken, "k", undefined);
  await assert.rejects(async () => await Cas.new(broken, "k"), TypeError);
  await assert.rejects(async () => await cas.current(), TypeError);
  await assert.rejects(() => swap(cas, A), TypeError);
});
