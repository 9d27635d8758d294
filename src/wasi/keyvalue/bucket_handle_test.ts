import assert from "node:assert/strict";
import { stubBucket } from "../../../tests/support/stub_bucket.ts";
import { type Answer, KeyValueError } from "../../keyvalue/store.ts";
import { WitError } from "../../runtime/host_interface.ts";
import { BucketHandle, refusal } from "./bucket_handle.ts";

for (
  const [code, payload] of [
    ["no-such-store", { tag: "no-such-store" }],
    ["access-denied", { tag: "access-denied" }],
    ["other", { tag: "other", val: "why" }],
  ] as const
) {
  Deno.test(`refusal() answers the guest ${code}`, () => {
    const answer = refusal(new KeyValueError(code, "why"));
    assert.deepEqual(answer, new WitError(payload));
  });
}

for (const fault of [new TypeError("a bug"), "a string", undefined]) {
  Deno.test(`refusal() throws a host fault on: ${fault}`, () => {
    let thrown: unknown = "nothing";
    try {
      refusal(fault);
    } catch (error) {
      thrown = error;
    }
    assert.equal(thrown, fault);
  });
}

Deno.test("get() answers the stored array itself, and none for a missing key", async () => {
  const value = Uint8Array.of(1, 2);
  const handle = new BucketHandle(stubBucket({
    get: (key) =>
      Promise.resolve(key === "there" ? { value, version: "1" } : undefined),
  }));
  assert.equal(await handle.get("there"), value);
  assert.equal(await handle.get("missing"), undefined);
});

Deno.test("get() tells an empty value from a missing one", async () => {
  const handle = new BucketHandle(stubBucket({
    get: () => Promise.resolve({ value: new Uint8Array(), version: "1" }),
  }));
  assert.deepEqual(await handle.get("empty"), new Uint8Array());
});

Deno.test("set(), delete() and exists() pass on what the guest gave", async () => {
  const calls: unknown[] = [];
  const record =
    <Answer>(name: string, answer: Answer) => (...call: unknown[]) => {
      calls.push([name, ...call]);
      return Promise.resolve(answer);
    };
  const handle = new BucketHandle(stubBucket({
    set: record("set", undefined),
    delete: record("delete", undefined),
    exists: record("exists", true),
  }));
  const value = Uint8Array.of(9);
  assert.equal(await handle.set("\ufeffkey", value), undefined);
  assert.equal(await handle.delete(""), undefined);
  assert.equal(await handle.exists("😀"), true);
  assert.deepEqual(calls, [
    ["set", "\ufeffkey", value],
    ["delete", ""],
    ["exists", "😀"],
  ]);
  assert.equal((calls[0] as unknown[])[2], value);
});

const acts: Record<string, (handle: BucketHandle) => Answer<unknown>> = {
  get: (handle) => handle.get("key"),
  set: (handle) => handle.set("key", new Uint8Array()),
  delete: (handle) => handle.delete("key"),
  exists: (handle) => handle.exists("key"),
};

for (const [name, act] of Object.entries(acts)) {
  Deno.test(`${name}() answers an error, and traps on a host fault`, async () => {
    const refused = new BucketHandle(stubBucket({
      [name]: () => Promise.reject(new KeyValueError("access-denied", "no")),
    }));
    await assert.rejects(
      async () => await act(refused),
      new WitError({ tag: "access-denied" }),
    );
    const broken = new BucketHandle(stubBucket({
      [name]: () => {
        throw new RangeError("a bug");
      },
    }));
    await assert.rejects(async () => await act(broken), RangeError);
  });

  Deno.test(`${name}() traps on a handle that the guest made up`, async () => {
    const forged: BucketHandle = Object.create(BucketHandle.prototype);
    await assert.rejects(async () => await act(forged), TypeError);
  });
}
