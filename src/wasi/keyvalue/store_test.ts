import assert from "node:assert/strict";
import { RecordedInstance } from "../../../tests/support/recorded_instance.ts";
import { stubBucket } from "../../../tests/support/stub_bucket.ts";
import { KeyValueError } from "../../keyvalue/store.ts";
import { WitError } from "../../runtime/host_interface.ts";
import type { BucketHandle, BucketOpener } from "./bucket_handle.ts";
import { type KeyResponse, makeStoreInterface } from "./store.ts";

interface DraftBucket extends BucketHandle {
  listKeys(cursor: bigint | undefined): Promise<KeyResponse>;
}

interface Store {
  open(identifier: string): Promise<DraftBucket>;
}

function storeOf(open: BucketOpener["open"]): Store {
  return makeStoreInterface({ open })
    .imports(new RecordedInstance()) as unknown as Store;
}

Deno.test("open() gives a handle of the class that the interface exports", async () => {
  const bucket = stubBucket({});
  const opened: string[] = [];
  const { open } = storeOf((identifier) => {
    opened.push(identifier);
    return Promise.resolve(bucket);
  });
  const handle = await open("a name/of any sort");
  const { resources } = makeStoreInterface({
    open: () => Promise.resolve(bucket),
  });
  assert.ok(handle instanceof resources["bucket"]!);
  assert.equal(handle.bucket, bucket);
  assert.notEqual(await open(""), handle);
  assert.deepEqual(opened, ["a name/of any sort", ""]);
});

Deno.test("open() answers no-such-store, and traps on a host fault", async () => {
  const unknown = storeOf(() =>
    Promise.reject(new KeyValueError("no-such-store", "unknown"))
  );
  await assert.rejects(
    () => unknown.open("x"),
    new WitError({ tag: "no-such-store" }),
  );
  const broken = storeOf(() => {
    throw new TypeError("a bug");
  });
  await assert.rejects(() => broken.open("x"), TypeError);
});

for (
  const [cursor, options] of [
    [undefined, undefined],
    [0n, { cursor: "0" }],
    [2n ** 64n - 1n, { cursor: "18446744073709551615" }],
  ] as const
) {
  Deno.test(`list-keys asks the bucket for the page at ${cursor}`, async () => {
    const asked: unknown[] = [];
    const { open } = storeOf(() =>
      Promise.resolve(stubBucket({
        listKeys: (options) => {
          asked.push(options);
          return Promise.resolve({ keys: ["a", "b"], cursor: "12" });
        },
      }))
    );
    const page = await (await open("x")).listKeys(cursor);
    assert.deepEqual(page, { keys: ["a", "b"], cursor: 12n });
    assert.deepEqual(asked, [options]);
  });
}

Deno.test("list-keys answers no cursor on the last page", async () => {
  const { open } = storeOf(() =>
    Promise.resolve(stubBucket({
      listKeys: () => Promise.resolve({ keys: [] }),
    }))
  );
  const page = await (await open("x")).listKeys(undefined);
  assert.deepEqual(page, { keys: [], cursor: undefined });
});

Deno.test("list-keys answers what the bucket says to a forged cursor", async () => {
  const { open } = storeOf(() =>
    Promise.resolve(stubBucket({
      listKeys: () => Promise.reject(new KeyValueError("other", "forged")),
    }))
  );
  const handle = await open("x");
  await assert.rejects(
    () => handle.listKeys(99n),
    new WitError({ tag: "other", val: "forged" }),
  );
});
