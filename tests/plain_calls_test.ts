/**
 * Plain calls: where a guest waits for nothing and does nothing that outlasts it, it is called in
 * one turn. Whatever it does, nobody can tell that a call was attempted so.
 *
 * @module
 */

import assert from "node:assert/strict";
import { type Bucket, KeyValueError } from "../src/keyvalue/store.ts";
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

/** What an app marks its requests with. */
const idOf = (index: number) => (index + 1).toString(36);

/** Buckets that take down what is done to them. */
function recordedBuckets() {
  const done: string[] = [];
  const buckets = makeBuckets();
  const recorded = (bucket: Bucket): Bucket =>
    new Proxy(bucket, {
      get(target, name) {
        const found: unknown = Reflect.get(target, name);
        if (typeof found !== "function") return found;
        return (...args: unknown[]) => {
          done.push(`${String(name)} ${args[0]}`);
          return Reflect.apply(found, target, args);
        };
      },
    });
  const known = new Map<string, Bucket>();
  return {
    done,
    known(name: string) {
      if (name !== "refused") return known.get(name);
      throw new KeyValueError("no-such-store", "There is no such store");
    },
    async open(name: string) {
      const bucket = recorded(await buckets.open(name));
      known.set(name, bucket);
      return bucket;
    },
    [Symbol.asyncDispose]: () => buckets[Symbol.asyncDispose](),
  };
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
    await using expected = recordedBuckets();
    await using fresh = await openGuestApp("kv_draft2", { buckets: expected });
    const report = await (await fresh.fetch("/check?bucket=b")).text();
    assert.match(report, /^ok /);

    await using buckets = recordedBuckets();
    await using app = await openPrimed("kv_draft2", "/check?bucket=refused", {
      buckets,
      reuse,
      tracesCalls: true,
    });
    assert.deepEqual(buckets.done, []);
    // Known by now, so that it is what it does there that ends the attempt.
    await buckets.open("b");
    await expectAnswer(app, "/check?bucket=b", 200, report);
    await app.idle();
    const acts = (done: readonly string[]) =>
      done.filter((each) => !/^(?:get|exists|listKeys) /.test(each));
    assert.deepEqual(acts(buckets.done), acts(expected.done));
    const told = app.record.calls.map(({ request }) => request);
    const opens = told.filter((_, index) =>
      app.record.calls[index]!.call.name === "open"
    );
    assert.deepEqual(
      opens,
      Array.from({ length: MANY + 1 }, (_, n) => idOf(n)),
    );
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
