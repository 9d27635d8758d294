/**
 * `wasi:blobstore` from a guest's side: every function, on every store.
 *
 * @module
 */

import assert from "node:assert/strict";
import { openBlobFiles } from "../src/blobstore/filesystem.ts";
import { makeBlobsInMemory } from "../src/blobstore/in_memory.ts";
import type { BlobStore } from "../src/blobstore/store.ts";
import {
  expectAnswer,
  type GuestApp,
  guestArtifact,
  openGuestApp,
} from "./support/guest_app.ts";
import { openFiles } from "./support/open_files.ts";

const STORES: Record<string, (folder: string) => BlobStore> = {
  in_memory: makeBlobsInMemory,
  filesystem: openBlobFiles,
};

function test(
  name: string,
  run: (app: GuestApp, folder: string) => Promise<void>,
): void {
  for (const [store, make] of Object.entries(STORES)) {
    Deno.test(`${name}, in ${store}`, async () => {
      const folder = await Deno.makeTempDir();
      {
        await using app = await openGuestApp("blobs", { blobs: make(folder) });
        await run(app, folder);
        assert.deepEqual(app.record.traps, []);
        assert.deepEqual(app.record.failures, []);
      }
      assert.deepEqual(await openFiles(folder), []);
      await Deno.remove(folder, { recursive: true });
    });
  }
}

/** Called by others in passing, and so without a line of their own. */
const IN_PASSING = [
  "incoming-value.incoming-value-consume-sync",
  "incoming-value.size",
  "outgoing-value.new-outgoing-value",
  "outgoing-value.outgoing-value-write-body",
];

test("a guest calls every function of wasi:blobstore", async (app) => {
  const response = await app.fetch("/check");
  const text = await response.text();
  assert.equal(response.status, 200, text);
  const { imports } = await guestArtifact("blobs");
  const imported = imports
    .filter(({ label }) => label.startsWith("wasi:blobstore/"))
    .flatMap(({ functions }) => Object.keys(functions))
    .map((name) => name.replace(/^\[\w+\]/, ""));
  const named = text.trim().split("\n").map((line) => line.slice(3));
  assert.deepEqual([...named, ...IN_PASSING].sort(), imported.sort());
});

function put(app: GuestApp, body: BodyInit): Promise<Response> {
  return app.fetch("/put?name=o", { method: "POST", body });
}

test("an object is streamed in and out, and by parts", async (app) => {
  const body = new Uint8Array(
    Uint32Array.from({ length: 500_000 }, (_, index) => index).buffer,
  );
  assert.equal(await (await put(app, body)).text(), String(body.length));
  assert.deepEqual(await (await app.fetch("/get?name=o")).bytes(), body);
  const part = await app.fetch("/get?name=o&start=1000&end=199999");
  assert.deepEqual(await part.bytes(), body.subarray(1000, 200_000));
  await expectAnswer(
    app,
    "/get?name=o&start=9&end=8",
    404,
    /^Cannot read from 9 to 8: the object has 2000000 bytes; /,
  );
});

test("an object that is being replaced is seen old or new, and one never finished not at all", async (app) => {
  await (await put(app, "old".repeat(100_000))).body!.cancel();
  const slow = new TransformStream<Uint8Array, Uint8Array>();
  const replacing = put(app, slow.readable);
  const writer = slow.writable.getWriter();
  await writer.write(new TextEncoder().encode("new"));
  await expectAnswer(app, "/get?name=o&end=2", 200, "old");
  const reading = await app.fetch("/get?name=o");
  await writer.close();
  await (await replacing).body!.cancel();
  await expectAnswer(app, "/get?name=o", 200, "new");
  assert.equal((await reading.text()).length, 300_000);
  await expectAnswer(app, "/drop?name=o", 200, "dropped");
  await app.idle();
  await expectAnswer(app, "/get?name=o", 200, "new");
});
