/**
 * The two ABIs of `wasi:keyvalue@0.2.0-draft2` as guests see them, on stores of several kinds.
 *
 * @module
 */

import assert from "node:assert/strict";
import { KeyValueError } from "../src/keyvalue/store.ts";
import type { BucketFixture } from "./contract/bucket_contract.ts";
import {
  type GuestApp,
  guestArtifact,
  openGuestApp,
} from "./support/guest_app.ts";
import {
  openFilesystemFixture,
  openInMemoryFixture,
} from "./support/keyvalue_backends.ts";
import { openRedisFixture } from "./support/keyvalue_redis.ts";
import { redisMissing } from "./support/redis_server.ts";
import { stubBucket } from "./support/stub_bucket.ts";

const GUESTS = ["kv_draft2", "kv_spin"];

const STORES: Readonly<Record<string, () => Promise<BucketFixture>>> = {
  in_memory: openInMemoryFixture,
  filesystem: openFilesystemFixture,
  redis: openRedisFixture,
};

/** Which stores cannot be tested here, and why. */
const MISSING: Readonly<Record<string, string | undefined>> = {
  redis: redisMissing(),
};

/** Opens a guest on the buckets of a store. */
function openOn(guest: string, { backend }: BucketFixture): Promise<GuestApp> {
  return openGuestApp(guest, {
    buckets: { open: (name) => backend.open(name) },
  });
}

/** A request to `/cas` that has its cas and waits to be told to swap. */
interface PendingSwap {
  /** Lets it swap, and resolves with the lines it has answered in all. */
  go(): Promise<string[]>;
}

/** Sends a request to `/cas` and waits until the guest has its cas. */
async function takeCas(app: GuestApp, query: string): Promise<PendingSwap> {
  const upload = new TransformStream<Uint8Array, Uint8Array>();
  const response = await app.fetch(`/cas?${query}`, {
    method: "POST",
    body: upload.readable,
  });
  assert.equal(response.status, 200);
  const reader = response.body!.pipeThrough(new TextDecoderStream())
    .getReader();
  const expected = query.includes("&read") ? /\ncurrent .*\n$/ : /^new\n$/;
  let text = "";
  while (!expected.test(text)) text += await nextPiece();
  return {
    async go() {
      await upload.writable.close();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return text.trimEnd().split("\n");
        text += value;
      }
    },
  };

  async function nextPiece(): Promise<string> {
    const { done, value } = await reader.read();
    assert.ok(!done, `the guest ended with: ${text}`);
    return value;
  }
}

for (const guest of GUESTS) {
  for (const [store, open] of Object.entries(STORES)) {
    const missing = MISSING[store];
    if (missing !== undefined) {
      Deno.test.ignore(`${guest} on ${store} (ignored: ${missing})`, () => {});
      continue;
    }
    Deno.test(`${guest} finds every function on ${store} to do what its WIT says`, async () => {
      await using fixture = await open();
      await using app = await openOn(guest, fixture);
      const { imports } = await guestArtifact(guest);
      const names = imports
        .filter(({ name }) => name.startsWith("wasi:keyvalue/"))
        .flatMap(({ functions }) => Object.keys(functions));
      assert.equal(names.length, 13);
      // Twice, since the guest leaves nothing behind.
      for (let round = 0; round < 2; round++) {
        const response = await app.fetch("/check?bucket=checked");
        const text = await response.text();
        assert.equal(response.status, 200, text);
        assert.doesNotMatch(text, /^FAIL/m);
        for (const name of names) assert.ok(text.includes(`ok ${name}`), name);
      }
      assert.deepEqual(app.record.traps, []);
      assert.deepEqual(app.record.failures, []);
    });

    Deno.test(`${guest} on ${store}: of two requests with a cas of one key, the second to swap conflicts`, async () => {
      await using fixture = await open();
      const bucket = await fixture.backend.open("b");
      await bucket.set("k", new TextEncoder().encode("before"));
      await using app = await openOn(guest, fixture);
      const one = await takeCas(app, "bucket=b&key=k&value=one&read=1");
      const two = await takeCas(app, "bucket=b&key=k&value=two&read=1");
      assert.deepEqual(await two.go(), ["new", "current before", "swapped"]);
      assert.deepEqual(await one.go(), [
        "new",
        "current before",
        "cas-failed",
        "swapped",
      ]);
      assert.equal(await textAt(bucket, "k"), "one");
      assert.deepEqual(app.record.traps, []);
    });

    Deno.test(`${guest} on ${store}: a key that is A again after B conflicts, one nobody touched does not`, async () => {
      await using fixture = await open();
      const bucket = await fixture.backend.open("b");
      const write = (text: string) =>
        bucket.set("k", new TextEncoder().encode(text));
      await write("A");
      await using app = await openOn(guest, fixture);
      const touched = await takeCas(app, "bucket=b&key=k&value=new");
      await write("B");
      await write("A");
      assert.deepEqual(await touched.go(), ["new", "cas-failed", "swapped"]);
      const missing = await takeCas(app, "bucket=b&key=m&value=made");
      assert.deepEqual(await missing.go(), ["new", "swapped"]);
      assert.equal(await textAt(bucket, "m"), "made");
      assert.deepEqual(app.record.traps, []);
    });
  }

  Deno.test(`${guest}: a store that fails is store-error to a swap, and leaves no cas`, async () => {
    await using app = await openGuestApp(guest, {
      buckets: {
        open: () =>
          Promise.resolve(stubBucket({
            get: () => Promise.resolve(undefined),
            swap: () =>
              Promise.reject(new KeyValueError("access-denied", "read only")),
          })),
      },
    });
    const denied = await takeCas(app, "bucket=b&key=k&value=v");
    assert.deepEqual(await denied.go(), ["new", "store-error access-denied"]);
    assert.deepEqual(app.record.traps, []);
  });

  Deno.test(`${guest}: a cas that was swapped is no handle any more`, async () => {
    await using fixture = await openInMemoryFixture();
    await using app = await openOn(guest, fixture);
    const response = await app.fetch("/twice?bucket=b");
    await response.body?.cancel();
    assert.equal(response.status, 500);
    assert.match(app.record.traps[0]!.trap.message, /is no handle of a Cas/);
    const bucket = await fixture.backend.open("b");
    assert.equal(await textAt(bucket, "twice"), "once");
  });

  Deno.test(`${guest}: open() of an unknown store is no-such-store`, async () => {
    await using app = await openGuestApp(guest, {
      buckets: {
        open: () =>
          Promise.reject(new KeyValueError("no-such-store", "unknown")),
      },
    });
    const response = await app.fetch("/check?bucket=unknown");
    assert.equal(await response.text(), "open no-such-store\n");
  });
}

async function textAt(
  bucket: Awaited<ReturnType<BucketFixture["backend"]["open"]>>,
  key: string,
): Promise<string | undefined> {
  const entry = await bucket.get(key);
  return entry && new TextDecoder().decode(entry.value);
}
