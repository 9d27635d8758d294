/** Lanes against one contract, and what only those in Workers can come to. */

import assert from "node:assert/strict";
import { makeBuckets } from "../src/keyvalue/buckets.ts";
import { testLaneContract } from "./contract/lane_contract.ts";
import { expectAnswer, LANE_KINDS, openGuestApp } from "./support/guest_app.ts";
import { bytes } from "./support/keyvalue_values.ts";

for (const lane of LANE_KINDS) testLaneContract(lane, { lane });

/** Milliseconds that a guest may keep its client waiting, where it is to run out. */
const SHORT = 200;

Deno.test("a Worker that stands still under load is replaced, and no request hangs", async () => {
  const workers: Worker[] = [];
  await using app = await openGuestApp("misbehave", {
    lane: "worker",
    requestTimeout: SHORT,
    onWorker: (worker) => workers.push(worker),
  });
  const requests = Array.from({ length: 64 }, () => app.fetch("/never"));
  // Its event loop turns no more, and nobody is told: as in a thread that is stuck.
  workers[0]!.terminate();
  for (const response of await Promise.all(requests)) {
    assert.equal(response.status, 504);
    assert.match(
      await response.text(),
      /^The guest kept the client waiting for more than 0\.2 seconds, and its thread was ended; dev\.request_timeout allows more\n/,
    );
  }
  assert.equal(app.record.traps.length, 64);
  await expectAnswer(app, "/ok", 200, "ok\n");
  assert.deepEqual(app.record.replaced, ["it does not answer"]);
  assert.equal(workers.length, 2);
  assert.deepEqual(app.record.failures, []);
});

Deno.test("a Worker that stands still does not keep the app from closing", async () => {
  const workers: Worker[] = [];
  const app = await openGuestApp("misbehave", {
    lane: "worker",
    requestTimeout: SHORT,
    onWorker: (worker) => workers.push(worker),
  });
  workers[0]!.terminate();
  await app[Symbol.asyncDispose]();
  assert.deepEqual(app.record.replaced, []);
});

Deno.test("a fault in a Worker is told to its requests, and the next ones are served", async () => {
  const workers: Worker[] = [];
  await using app = await openGuestApp("misbehave", {
    lane: "worker",
    onWorker: (worker) => workers.push(worker),
  });
  const streaming = await app.fetch("/never-after-headers");
  const requests = Array.from({ length: 8 }, () => app.fetch("/never"));
  // No batch of messages: what reads it throws, and nothing catches that.
  workers[0]!.postMessage(null);
  for (const response of await Promise.all(requests)) {
    assert.equal(response.status, 502);
    assert.match(
      await response.text(),
      /^The thread that the guest ran in has ended: /,
    );
  }
  await assert.rejects(streaming.text(), { kind: "lane-lost" });
  await expectAnswer(app, "/ok", 200, "ok\n");
  assert.equal(app.record.replaced.length, 1);
  assert.equal(workers.length, 2);
  assert.deepEqual(app.record.failures, []);
});

Deno.test("requests wait for a lane while there is none, and are turned away in time", async () => {
  const workers: Worker[] = [];
  await using app = await openGuestApp("misbehave", {
    lane: "worker",
    queueTimeout: 1,
    onWorker: (worker) => workers.push(worker),
  });
  const lost = app.fetch("/never");
  workers[0]!.postMessage(null);
  await (await lost).text();
  const turnedAway = await app.fetch("/ok");
  assert.equal(turnedAway.status, 503);
  assert.equal(turnedAway.headers.get("retry-after"), "1");
  await turnedAway.text();
});

Deno.test("what is in memory outlives the Worker", async () => {
  const workers: Worker[] = [];
  await using buckets = makeBuckets();
  await (await buckets.open("in_memory")).set("mykey", bytes("kept"));
  await using app = await openGuestApp("kv_get", {
    lane: "worker",
    buckets,
    onWorker: (worker) => workers.push(worker),
  });
  await expectAnswer(app, "/", 200, "kept");
  workers[0]!.postMessage(null);
  const lost = app.record.replaced.length;
  // Until its end is known, requests are lost with it.
  let response = await app.fetch("/");
  while (response.status === 502) {
    await response.text();
    response = await app.fetch("/");
  }
  assert.equal(await response.text(), "kept");
  assert.equal(app.record.replaced.length, lost + 1);
  assert.equal(workers.length, 2);
});

Deno.test("a component that cannot be linked is refused as in the server's thread", async () => {
  const messages: string[] = [];
  for (const lane of LANE_KINDS) {
    const error: unknown = await openGuestApp("wants_missing", { lane })
      .catch((error) => error);
    assert.ok(error instanceof Error);
    assert.equal(error.name, "LinkError");
    messages.push(error.message);
  }
  assert.equal(messages[0], messages[1]);
});
