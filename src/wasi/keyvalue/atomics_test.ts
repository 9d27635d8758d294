import assert from "node:assert/strict";
import { RecordedInstance } from "../../../tests/support/recorded_instance.ts";
import { stubBucket } from "../../../tests/support/stub_bucket.ts";
import { COUNTER_MAX, KeyValueError } from "../../keyvalue/store.ts";
import { WitError } from "../../runtime/host_interface.ts";
import { atomicsInterface } from "./atomics.ts";
import { BucketHandle, type StoreError } from "./bucket_handle.ts";

const { increment } = atomicsInterface.imports(new RecordedInstance()) as {
  increment(handle: BucketHandle, key: string, delta: bigint): Promise<bigint>;
};

/** A counter that starts at `value`, and the deltas it was given. */
function counterAt(value: bigint) {
  const deltas: bigint[] = [];
  const handle = new BucketHandle(stubBucket({
    increment: (_key, delta) => {
      deltas.push(delta);
      return Promise.resolve(value += delta);
    },
  }));
  return { handle, deltas };
}

const isOther = (error: unknown) =>
  error instanceof WitError && (error.payload as StoreError).tag === "other";

for (
  const [start, delta, sum] of [
    [0n, 0n, 0n],
    [0n, 1n, 1n],
    [-5n, 5n, 0n],
    [0n, COUNTER_MAX, COUNTER_MAX],
  ] as const
) {
  Deno.test(`increment() of ${start} by ${delta} is ${sum}`, async () => {
    assert.equal(await increment(counterAt(start).handle, "k", delta), sum);
  });
}

for (const delta of [COUNTER_MAX + 1n, 2n ** 64n - 1n]) {
  Deno.test(`increment() by ${delta} is refused before it reaches the bucket`, async () => {
    const { handle, deltas } = counterAt(0n);
    await assert.rejects(
      async () => await increment(handle, "k", delta),
      isOther,
    );
    assert.deepEqual(deltas, []);
  });
}

Deno.test("increment() answers an error where the sum is negative", async () => {
  const { handle } = counterAt(-5n);
  await assert.rejects(async () => await increment(handle, "k", 3n), isOther);
});

Deno.test("increment() answers an error, and traps on a host fault", async () => {
  const refused = new BucketHandle(stubBucket({
    increment: () => Promise.reject(new KeyValueError("other", "no number")),
  }));
  await assert.rejects(
    async () => await increment(refused, "k", 1n),
    new WitError({ tag: "other", val: "no number" }),
  );
  const broken = new BucketHandle(stubBucket({}));
  await assert.rejects(async () => await increment(broken, "k", 1n), TypeError);
});

Deno.test("increment() traps on a handle that the guest made up", async () => {
  const forged: BucketHandle = Object.create(BucketHandle.prototype);
  await assert.rejects(async () => await increment(forged, "k", 1n), TypeError);
});
