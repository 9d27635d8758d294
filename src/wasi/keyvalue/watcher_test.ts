import assert from "node:assert/strict";
import { bytes } from "../../../tests/support/keyvalue_values.ts";
import { stubBucket } from "../../../tests/support/stub_bucket.ts";
import { parseWit } from "../../../tests/support/wit_text.ts";
import { type Bucket, KeyValueError } from "../../keyvalue/store.ts";
import { liftExports } from "../../runtime/abi/lifting.ts";
import type { BucketChange, GuestExport } from "../../runtime/guest.ts";
import { GuestTrap } from "../../runtime/trap.ts";
import { BucketHandle } from "./bucket_handle.ts";
import { makeWatchers } from "./watcher.ts";

const SET: BucketChange = {
  kind: "set",
  bucket: "b",
  key: "k",
  value: bytes("v"),
};

/** An export that keeps its calls. */
function recordedExport() {
  const calls: [name: string, args: readonly unknown[]][] = [];
  const exported: GuestExport = {
    call: (name, args) => Promise.resolve(void calls.push([name, args])),
    callPlainly: (name, args) => void calls.push([name, args]),
  };
  return { calls, exported };
}

function watcherOf(open: (name: string) => Promise<Bucket>) {
  return makeWatchers({ open })[0]!;
}

Deno.test("makeWatchers() has the functions of the WIT text", () => {
  const texts = ["wit/deps", "src/kv_draft2/wit/deps"].map((folder) =>
    Deno.readTextFileSync(
      new URL(
        `../../../tests/guests/${folder}/keyvalue.wit`,
        import.meta.url,
      ),
    )
  );
  for (const watcher of makeWatchers({ open: () => Promise.reject() })) {
    const official = texts.flatMap((text) => parseWit([text])).find((
      { name, version },
    ) => name === watcher.name && version === watcher.version);
    assert.deepEqual({ ...watcher.functions }, { ...official!.functions });
    assert.equal(liftExports(watcher).get("on-set")!.flatCount, 5);
    assert.equal(liftExports(watcher).get("on-delete")!.flatCount, 3);
  }
});

Deno.test("call() hands over the bucket that guests open by the same name", async () => {
  const bucket = stubBucket({});
  const names: string[] = [];
  const watcher = watcherOf((name) => {
    names.push(name);
    return Promise.resolve(bucket);
  });
  const { calls, exported } = recordedExport();
  await watcher.call(exported, SET).finished;
  await watcher.call(exported, { kind: "delete", bucket: "c", key: "k" })
    .finished;
  assert.deepEqual(names, ["b", "c"]);
  assert.deepEqual(
    calls.map(([name, [, ...args]]) => [name, args]),
    [["on-set", ["k", bytes("v")]], ["on-delete", ["k"]]],
  );
  for (const [, [handle]] of calls) {
    assert.ok(handle instanceof BucketHandle);
    assert.equal(handle.atHand, bucket);
    assert.ok(handle instanceof watcher.resources["bucket"]!);
  }
});

Deno.test("call() fails with what kept the bucket from being opened", async () => {
  const cause = new KeyValueError(
    "other",
    'Cannot open "b": the store is away',
  );
  const watcher = watcherOf(() => Promise.reject(cause));
  const { calls, exported } = recordedExport();
  await assert.rejects(watcher.call(exported, SET).finished, {
    name: "GuestTrap",
    message:
      'The guest got no bucket to go with the change: Cannot open "b": the store is away',
    cause,
  });
  assert.deepEqual(calls, []);
});

Deno.test("call() that is aborted before its bucket is there leaves the instance alone", async () => {
  const opening = Promise.withResolvers<Bucket>();
  const watcher = watcherOf(() => opening.promise);
  const { calls, exported } = recordedExport();
  const before = performance.now();
  const run = watcher.call(exported, SET);
  const since = run.waitingSince();
  assert.ok(since !== undefined && since >= before);
  const trap = new GuestTrap("deadline", "too long");
  run.abort(trap);
  opening.resolve(stubBucket({}));
  await assert.rejects(run.finished, (error) => error === trap);
  await new Promise((resolve) => setTimeout(resolve, 0));
  assert.deepEqual(calls, []);
});
