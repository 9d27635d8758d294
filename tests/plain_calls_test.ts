/**
 * Plain calls: where a guest waits for nothing and does nothing that outlasts it, it is called in
 * one turn. Whatever it does, nobody can tell that a call was attempted so.
 *
 * @module
 */

import assert from "node:assert/strict";
import { makeBuckets } from "../src/keyvalue/buckets.ts";
import {
  expectAnswer,
  type GuestApp,
  type GuestAppOptions,
  openGuestApp,
} from "./support/guest_app.ts";

/** Enough for the next call to be attempted. */
const MANY = 12;

/** An app whose last calls were plain. */
async function openPrimed(
  guest: string,
  path: string,
  options: GuestAppOptions = {},
): Promise<GuestApp> {
  const app = await openGuestApp(guest, options);
  for (let request = 0; request < MANY; request++) {
    await (await app.fetch(path)).body?.cancel();
    await app.idle();
  }
  assert.ok(app.record.plain > 0, `${path} of ${guest} is plain`);
  return app;
}

Deno.test("a guest that only reads is answered by plain calls, with the same answer", async () => {
  await using buckets = makeBuckets();
  const bucket = await buckets.open("in_memory");
  await using app = await openGuestApp("kv_get", { buckets });
  for (const value of ["first", "second"]) {
    await bucket.set("mykey", new TextEncoder().encode(value));
    for (let request = 0; request < MANY; request++) {
      await expectAnswer(app, "/", 200, value);
      await app.idle();
    }
  }
  assert.ok(app.record.plain > MANY, `${app.record.plain} plain calls`);
  assert.deepEqual(app.record.failures, []);
});

for (const reuse of [1, 1000]) {
  Deno.test(`a guest that acts where others only read acts once (reuse ${reuse})`, async () => {
    await using buckets = makeBuckets();
    const read = "/get?bucket=in_memory&key=count";
    await using app = await openPrimed("kv_labels", read, {
      buckets,
      labelledBuckets: () => buckets,
      reuse,
      tracesCalls: true,
    });
    for (let count = 1; count <= 3; count++) {
      await app.fetch("/increment?bucket=in_memory&key=count");
      await app.idle();
      for (let request = 0; request < 3 * MANY; request++) {
        await expectAnswer(app, read, 200, `${count}`);
        await app.idle();
      }
    }
    const told = app.record.calls
      .filter(({ call }) => call.name === "increment");
    assert.deepEqual(told.map(({ call }) => call.result), ["1", "2", "3"]);
    const opened = app.record.calls
      .filter(({ call }) => call.name === "open").map(({ request }) => request);
    assert.equal(new Set(opened).size, opened.length);
    assert.deepEqual(app.record.traps, []);
    assert.deepEqual(app.record.failures, []);
  });
}

Deno.test("a guest that waits where others do not is begun anew", async () => {
  await using app = await openPrimed("echo", "/reflect?a=b");
  const { plain } = app.record;
  await expectAnswer(app, "/slow?n=3&ms=1", 200, /./);
  await app.idle();
  assert.equal(app.record.plain, plain);
  assert.equal(app.record.serving, 0);
  assert.deepEqual(app.record.traps, []);
  assert.deepEqual(app.record.failures, []);
});

Deno.test("a guest that computes for longer than its turn is begun anew, and held to its deadline", async () => {
  await using app = await openGuestApp("misbehave", { requestTimeout: 200 });
  for (let request = 0; request < MANY; request++) {
    await expectAnswer(app, "/ok", 200, "ok\n");
    await app.idle();
  }
  const [spun, ok] = await Promise.all([app.fetch("/spin"), app.fetch("/ok")]);
  assert.equal(spun.status, 504);
  assert.equal(await ok.text(), "ok\n");
  await spun.body?.cancel();
  assert.equal(app.record.traps.length, 1);
});

Deno.test("a reused instance keeps what it knows from one plain call to the next", async () => {
  await using app = await openGuestApp("remember", { reuse: 1000 });
  const counts: number[] = [];
  for (let request = 0; request < 3 * MANY; request++) {
    counts.push(Number(await (await app.fetch("/count")).text()));
    await app.idle();
  }
  assert.deepEqual(counts, Array.from({ length: 3 * MANY }, (_, n) => n + 1));
  assert.ok(app.record.plain > MANY);
});

Deno.test("an instance that holds a handle of an earlier call is called as one that may wait", async () => {
  await using app = await openPrimed("remember", "/count", { reuse: 1000 });
  await (await app.fetch("/keep?secret=8c&hold=1")).body?.cancel();
  await app.idle();
  const { plain } = app.record;
  for (let request = 0; request < MANY; request++) {
    await expectAnswer(app, "/count", 200, /^\d+$/);
    await app.idle();
  }
  assert.equal(app.record.plain, plain);
  assert.deepEqual(app.record.traps, []);
});

Deno.test("an instance that holds a handle of an earlier call is not dropped for an attempt", async () => {
  await using app = await openGuestApp("remember", { reuse: 1000 });
  const texts = async (...asked: Promise<Response>[]) => {
    const answers = await Promise.all(asked);
    const texts = await Promise.all(answers.map((answer) => answer.text()));
    await app.idle();
    return texts;
  };
  await texts(app.fetch("/keep?secret=8c&hold=1"), app.fetch("/count"));
  for (let request = 0; request < MANY; request++) {
    await texts(app.fetch("/count"));
  }
  assert.ok(app.record.plain > 0);
  // While the other one is busy.
  const post = app.fetch("/count", { method: "POST" });
  const [, count] = await texts(post, app.fetch("/count"));
  assert.equal(count, "2");
});
