/**
 * A plain call has the guest's own stack below the host's functions, and a guest can leave them
 * little of it. Wherever in the host it ends: that costs the guest its call, and nobody else
 * anything.
 *
 * @module
 */

import assert from "node:assert/strict";
import {
  type Buckets,
  type BucketsOptions,
  makeBuckets,
} from "../src/keyvalue/buckets.ts";
import {
  expectAnswer,
  type GuestApp,
  openGuestApp,
} from "./support/guest_app.ts";

/** Enough for the next call to be attempted. */
const MANY = 9;

/** More frames of the guest than fit into V8's stack. */
const TOO_MANY = 1 << 17;

/** How many frames of the guest take as much as the host needs at most. */
const HOST_FRAMES = 160;

const READ = "/get?frames=0&key=mykey";

async function openPrimed(buckets: Buckets): Promise<GuestApp> {
  const app = await openGuestApp("deep", { buckets, reuse: 1000 });
  for (let request = 0; request < MANY; request++) {
    await expectAnswer(app, READ, 200, "myvalue");
    await app.idle();
  }
  assert.ok(app.record.plain > 0);
  return app;
}

/** Whether a call from that deep is plain; whatever it is, others are answered as before. */
async function isPlain(
  buckets: Buckets,
  path: string,
  frames: number,
): Promise<boolean> {
  await using app = await openPrimed(buckets);
  const { plain } = app.record;
  const response = await app.fetch(`${path}?frames=${frames}&key=mykey`);
  const text = await response.text();
  if (response.status !== 200) {
    assert.match(text, /^The guest trapped: its call stack is exhausted/);
  }
  await app.idle();
  const wasPlain = app.record.plain > plain;
  for (let request = 0; request < 2; request++) {
    await expectAnswer(app, READ, 200, "myvalue");
    await app.idle();
  }
  assert.deepEqual(app.record.failures, []);
  assert.equal(app.record.serving, 0);
  return wasPlain;
}

/** The most frames from which a call is plain. */
async function deepest(buckets: Buckets, path: string): Promise<number> {
  let [fits, fails] = [0, TOO_MANY];
  while (fails - fits > 1) {
    const frames = (fits + fails) >> 1;
    if (await isPlain(buckets, path, frames)) fits = frames;
    else fails = frames;
  }
  return fits;
}

async function holds(options: BucketsOptions, path: string): Promise<void> {
  await using buckets = makeBuckets(options);
  const bucket = await buckets.open("in_memory");
  await bucket.set("mykey", new TextEncoder().encode("myvalue"));
  assert.equal(await isPlain(buckets, path, TOO_MANY), false);
  const deep = await deepest(buckets, path);
  assert.ok(deep > 1000, `${deep} frames`);
  // V8 may have made the guest's frames smaller meanwhile: what is plain here is open.
  for (let frames = deep - 20; frames < deep + HOST_FRAMES; frames++) {
    await isPlain(buckets, path, frames);
  }
  for (let sum = 1n; sum <= 3n; sum++) {
    assert.equal(await bucket.increment("count", 1n), sum);
  }
  assert.deepEqual([...(await bucket.listKeys()).keys].sort(), [
    "count",
    "mykey",
  ]);
}

for (const path of ["/open", "/get", "/keys"]) {
  Deno.test(`${path} from the end of the stack costs its own call only (in_memory)`, async () => {
    await holds({}, path);
  });
}

// It lists no keys at hand.
for (const path of ["/open", "/get"]) {
  Deno.test(`${path} from the end of the stack costs its own call only (sqlite)`, async () => {
    const folder = await Deno.makeTempDir();
    try {
      const store = {
        backend: "filesystem",
        path: folder,
        engine: "sqlite",
      } as const;
      await holds({ rules: { in_memory: { store } } }, path);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}
