import assert from "node:assert/strict";
import { RecordedInstance } from "../../../tests/support/recorded_instance.ts";
import { stubBucket } from "../../../tests/support/stub_bucket.ts";
import { KeyValueError } from "../../keyvalue/store.ts";
import { type HostInterface, WitError } from "../../runtime/host_interface.ts";
import type { BucketHandle, BucketOpener } from "./bucket_handle.ts";
import { type KeyResponse, makeStoreInterfaces } from "./store.ts";

interface DraftBucket<Cursor> extends BucketHandle {
  listKeys(cursor: Cursor | undefined): Promise<KeyResponse<Cursor>>;
}

interface Store<Cursor> {
  open(identifier: string): Promise<DraftBucket<Cursor>>;
}

function interfaceOf(
  version: string,
  open: BucketOpener["open"],
): HostInterface {
  const interfaces = makeStoreInterfaces({ open });
  return interfaces.find((offered) => offered.version === version)!;
}

function storeOf(open: BucketOpener["open"]): Store<bigint> {
  return interfaceOf("0.2.0-draft", open)
    .imports(new RecordedInstance()) as unknown as Store<bigint>;
}

function draft2StoreOf(open: BucketOpener["open"]): Store<string> {
  return interfaceOf("0.2.0-draft2", open)
    .imports(new RecordedInstance()) as unknown as Store<string>;
}

for (const version of ["0.2.0-draft", "0.2.0-draft2"]) {
  Deno.test(`open() of ${version} gives a handle of the class that the interface exports`, async () => {
    const bucket = stubBucket({});
    const opened: string[] = [];
    const { imports, resources } = interfaceOf(version, (identifier) => {
      opened.push(identifier);
      return Promise.resolve(bucket);
    });
    const { open } = imports(new RecordedInstance()) as unknown as Store<
      unknown
    >;
    const handle = await open("a name/of any sort");
    assert.ok(handle instanceof resources["bucket"]!);
    assert.equal(handle.atHand, bucket);
    assert.notEqual(await open(""), handle);
    assert.deepEqual(opened, ["a name/of any sort", ""]);
  });
}

Deno.test("a bucket of one draft is no handle of the other's", async () => {
  const open = () => Promise.resolve(stubBucket({}));
  const first = await storeOf(open).open("x");
  const second = await draft2StoreOf(open).open("x");
  const draft = interfaceOf("0.2.0-draft", open).resources["bucket"]!;
  const draft2 = interfaceOf("0.2.0-draft2", open).resources["bucket"]!;
  assert.deepEqual(
    [first instanceof draft, first instanceof draft2],
    [true, false],
  );
  assert.deepEqual(
    [second instanceof draft, second instanceof draft2],
    [false, true],
  );
});

Deno.test("open() answers no-such-store, and traps on a host fault", async () => {
  const unknown = storeOf(() =>
    Promise.reject(new KeyValueError("no-such-store", "unknown"))
  );
  await assert.rejects(
    async () => await unknown.open("x"),
    new WitError({ tag: "no-such-store" }),
  );
  const broken = storeOf(() => {
    throw new TypeError("a bug");
  });
  await assert.rejects(async () => await broken.open("x"), TypeError);
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

for (const cursor of [undefined, "12", "", "no number \u{1f600}"]) {
  Deno.test(`list-keys of draft2 hands the bucket the cursor ${cursor} as it is`, async () => {
    const asked: unknown[] = [];
    const { open } = draft2StoreOf(() =>
      Promise.resolve(stubBucket({
        listKeys: (options) => {
          asked.push(options);
          return Promise.resolve({ keys: ["a"], cursor: "34" });
        },
      }))
    );
    const page = await (await open("x")).listKeys(cursor);
    assert.deepEqual(page, { keys: ["a"], cursor: "34" });
    assert.deepEqual(asked, [cursor === undefined ? undefined : { cursor }]);
  });
}

Deno.test("list-keys of draft2 answers no cursor on the last page, and the bucket's error", async () => {
  const last = draft2StoreOf(() =>
    Promise.resolve(stubBucket({
      listKeys: () => Promise.resolve({ keys: [] }),
    }))
  );
  assert.deepEqual(
    await (await last.open("x")).listKeys(undefined),
    { keys: [], cursor: undefined },
  );
  const refused = draft2StoreOf(() =>
    Promise.resolve(stubBucket({
      listKeys: () => Promise.reject(new KeyValueError("other", "forged")),
    }))
  );
  const handle = await refused.open("x");
  await assert.rejects(
    () => handle.listKeys("forged"),
    new WitError({ tag: "other", val: "forged" }),
  );
});

Deno.test("a store for a label opens by that label, with a class of its own", async () => {
  const opened: string[] = [];
  const openerOf = (label: string): BucketOpener => ({
    open(identifier) {
      opened.push(`${label}/${identifier}`);
      return Promise.resolve(stubBucket({}));
    },
  });
  for (const plain of makeStoreInterfaces(openerOf("plain"), openerOf)) {
    const one = plain.forLabel!("one"), other = plain.forLabel!("other");
    opened.length = 0;
    const classes = [plain, one, other].map(({ resources }) =>
      resources["bucket"]!
    );
    for (const [index, offered] of [plain, one, other].entries()) {
      assert.deepEqual(offered.functions, plain.functions);
      assert.deepEqual(offered.types, plain.types);
      const { open } = offered.imports(
        new RecordedInstance(),
      ) as unknown as Store<unknown>;
      const handle = await open("x");
      assert.deepEqual(
        classes.map((each) => handle instanceof each),
        classes.map((_, place) => place === index),
      );
    }
    assert.deepEqual(opened, ["plain/x", "one/x", "other/x"]);
  }
});

Deno.test("a store has none for a label where the host has no buckets for it", () => {
  const [plain] = makeStoreInterfaces({
    open: () => Promise.resolve(stubBucket({})),
  });
  assert.equal(plain!.forLabel, undefined);
});
