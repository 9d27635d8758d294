/** What is told of the calls that leave a guest, wherever it runs. */

import assert from "node:assert/strict";
import { makeBuckets } from "../src/keyvalue/buckets.ts";
import { KeyValueError } from "../src/keyvalue/store.ts";
import type { BucketOpener } from "../src/wasi/mod.ts";
import { startDev } from "./support/dev_process.ts";
import { eachLane } from "./support/each_lane.ts";
import {
  expectAnswer,
  type GuestApp,
  guestPath,
  openGuestApp,
} from "./support/guest_app.ts";
import {
  openOutgoing,
  serveAnswer,
  serveScript,
} from "./support/outgoing_app.ts";
import { stubBucket } from "./support/stub_bucket.ts";

/** Milliseconds by which the clocks of two threads may differ. */
const SKEW = 2;

/** Now, by the clock that calls are timed with. */
function now(): number {
  return performance.timeOrigin + performance.now();
}

/** Calls of all requests, in the order in which they ended, without their times. */
async function callsOf(app: GuestApp): Promise<string[]> {
  await app.idle();
  return app.record.calls.map(({ call }) => lineOf(call));
}

function lineOf(
  call: GuestApp["record"]["calls"][number]["call"],
): string {
  const { name, target, subject, result, error } = call;
  const interfaceName = call.interface.replace(/^wasi:/, "");
  const failed = error === undefined ? undefined : `! ${error}`;
  return [`${interfaceName}.${name}`, JSON.stringify(target), subject]
    .concat(result, failed).filter((part) => part !== undefined).join(" ");
}

eachLane.test("calls of a bucket are told in order, each within its request", async (lane) => {
  const asked = Promise.withResolvers<number>();
  const answered = Promise.withResolvers<number>();
  const bucket = stubBucket({
    async get() {
      asked.resolve(now());
      // The guest waits for as long as the test takes to answer.
      await new Promise((resolve) => setTimeout(resolve, 0));
      answered.resolve(now());
      return undefined;
    },
  });
  await using app = await openGuestApp("kv_get", {
    lane,
    tracesCalls: true,
    buckets: { open: () => Promise.resolve(bucket) },
  });
  const begun = now();
  await expectAnswer(app, "/", 200, "none");
  const ended = now();
  assert.deepEqual(await callsOf(app), [
    'keyvalue/store.open "in_memory"',
    'keyvalue/store.get "in_memory" mykey absent',
  ]);
  const [open, get] = app.record.calls.map(({ call }) => call);
  assert.ok(begun - SKEW <= open!.at);
  assert.ok(open!.duration >= 0);
  assert.ok(open!.at + open!.duration <= get!.at);
  assert.ok(get!.at <= await asked.promise + SKEW);
  assert.ok(get!.at + get!.duration >= await answered.promise - SKEW);
  assert.ok(get!.at + get!.duration <= ended + SKEW);
  const { id } = app.record.answered[0]!;
  assert.deepEqual(app.record.calls.map(({ request }) => request), [id, id]);
});

for (const guest of ["kv_draft2", "kv_spin"]) {
  eachLane.test(`every kind of call of ${guest} is told with its end`, async (lane) => {
    await using app = await openGuestApp(guest, { lane, tracesCalls: true });
    assert.equal((await app.fetch("/check?bucket=b")).status, 200);
    const calls = await callsOf(app);
    assert.deepEqual(calls.slice(0, 5), [
      'keyvalue/store.open "b"',
      'keyvalue/store.set "b" store',
      'keyvalue/store.set "b" store',
      'keyvalue/store.get "b" store found',
      'keyvalue/store.get "b" missing absent',
    ]);
    for (
      const line of [
        'keyvalue/store.exists "b" store found',
        'keyvalue/store.exists "b" missing absent',
        'keyvalue/store.list-keys "b" 1 key',
        'keyvalue/store.delete "b" store',
        'keyvalue/atomics.increment "b" counter -5',
        'keyvalue/atomics.increment "b" counter -9223372036854775808',
        'keyvalue/atomics.new "b" cas',
        'keyvalue/atomics.current "b" cas absent',
        'keyvalue/atomics.current "b" cas found',
        'keyvalue/atomics.swap "b" cas swapped',
        'keyvalue/atomics.swap "b" cas ! cas-failed',
        'keyvalue/batch.set-many "b" 2 keys',
        'keyvalue/batch.get-many "b" 4 keys 3 found',
        'keyvalue/batch.delete-many "b" 3 keys',
      ]
    ) assert.ok(calls.includes(line), line);
    assert.ok(
      calls.some((line) =>
        line.startsWith('keyvalue/atomics.increment "b" text ! other: Cannot ')
      ),
    );
    // Values are the guest's own business.
    for (const value of ["no number", "first", "second"]) {
      assert.ok(!calls.some((line) => line.includes(value)), value);
    }
  });
}

eachLane.test("a call through a labelled import names its bucket", async (lane) => {
  await using buckets = makeBuckets();
  await using app = await openGuestApp("kv_labels", {
    lane,
    tracesCalls: true,
    buckets,
    labelledBuckets: (label) => buckets.forGuests(label),
  });
  await expectAnswer(app, "/get?store=cache&bucket=&key=k", 200, "none");
  await expectAnswer(app, "/get?store=cache&bucket=other&key=k", 200, "none");
  await expectAnswer(app, "/increment?bucket=plain&key=k", 200, "1");
  assert.deepEqual(await callsOf(app), [
    'keyvalue/store.open "cache"',
    'keyvalue/store.get "cache" k absent',
    'keyvalue/store.open "other"',
    'keyvalue/store.get "other" k absent',
    'keyvalue/store.open "plain"',
    'keyvalue/atomics.increment "plain" k 1',
  ]);
});

eachLane.test("what a bucket refuses is told as the guest was told", async (lane) => {
  const buckets: BucketOpener = {
    open: (name) =>
      name === "denied"
        ? Promise.reject(new KeyValueError("access-denied", "unused"))
        : Promise.resolve(stubBucket({
          get: () => Promise.reject(new KeyValueError("other", "it is away")),
        })),
  };
  await using app = await openGuestApp("kv_labels", {
    lane,
    tracesCalls: true,
    buckets,
    labelledBuckets: () => buckets,
  });
  await expectAnswer(app, "/get?bucket=denied&key=k", 200, "access-denied");
  await expectAnswer(app, "/get?bucket=b&key=k", 200, "other");
  assert.deepEqual(await callsOf(app), [
    'keyvalue/store.open "denied" ! access-denied',
    'keyvalue/store.open "b"',
    'keyvalue/store.get "b" k ! other: it is away',
  ]);
});

eachLane.test("a fault of the host is told of the call that it ended", async (lane) => {
  await using app = await openGuestApp("kv_get", {
    lane,
    tracesCalls: true,
    buckets: {
      open: () =>
        Promise.resolve(stubBucket({
          get: () => Promise.reject(new TypeError("the store is broken")),
        })),
    },
  });
  const response = await app.fetch("/");
  assert.equal(response.status, 500);
  await response.text();
  assert.equal(
    (await callsOf(app)).at(-1),
    'keyvalue/store.get "in_memory" mykey ! the store is broken',
  );
});

eachLane.test("a call that outlasts its request is told as broken off", async (lane) => {
  await using app = await openGuestApp("kv_get", {
    lane,
    tracesCalls: true,
    requestTimeout: 1000, // longer than a Worker takes for its first call
    buckets: {
      open: () =>
        Promise.resolve(stubBucket({ get: () => new Promise(() => {}) })),
    },
  });
  const response = await app.fetch("/");
  assert.equal(response.status, 504);
  await response.text();
  assert.deepEqual(await callsOf(app), [
    'keyvalue/store.open "in_memory"',
    'keyvalue/store.get "in_memory" mykey ! broken off',
  ]);
  const { at, duration } = app.record.calls[1]!.call;
  assert.ok(duration > 0 && at + duration <= now() + SKEW);
});

eachLane.test("64 requests at once have each its own calls", async (lane) => {
  await using buckets = makeBuckets();
  await using app = await openGuestApp("kv_labels", {
    lane,
    lanes: 2,
    reuse: 8,
    tracesCalls: true,
    buckets,
    labelledBuckets: (label) => buckets.forGuests(label),
  });
  await Promise.all(
    Array.from({ length: 64 }, async (_, index) => {
      const path = `/get?bucket=b${index}&key=k${index}`;
      await expectAnswer(app, path, 200, "none");
    }),
  );
  await app.idle();
  assert.equal(app.record.calls.length, 128);
  for (const { id, url } of app.record.answered) {
    const { searchParams } = new URL(url);
    const [bucket, key] = [searchParams.get("bucket"), searchParams.get("key")];
    assert.deepEqual(
      app.record.calls.filter(({ request }) => request === id)
        .map(({ call }) => lineOf(call)),
      [
        `keyvalue/store.open "${bucket}"`,
        `keyvalue/store.get "${bucket}" ${key} absent`,
      ],
    );
  }
});

eachLane.test("nothing is told where nobody asked", async (lane) => {
  await using app = await openGuestApp("kv_get", { lane });
  await expectAnswer(app, "/", 200, "none");
  assert.deepEqual(await callsOf(app), []);
});

/** Answers the first call when the second has come. */
function serveInTurn() {
  const second = Promise.withResolvers<void>();
  return serveScript(async (connection, index) => {
    await connection.readHead();
    if (index === 1) second.resolve();
    await second.promise;
    await connection.send(
      `HTTP/1.1 ${
        200 + index
      } OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
    );
  });
}

eachLane.test("outgoing requests are told until the head of the response", async (lane) => {
  await using server = serveInTurn();
  await using refusing = serveAnswer("this is no HTTP\r\n\r\n");
  await using app = await openOutgoing({ lane, tracesCalls: true });
  const far = `127.0.0.1:${server.port}`;
  await app.report(`/many?${server.query}&n=2&path=/a`, {
    headers: { "x-secret": "hidden" },
  });
  const many = await callsOf(app.guest);
  assert.deepEqual([...many].sort(), [
    `http/outgoing-handler.handle "${far}" GET /a 200`,
    `http/outgoing-handler.handle "${far}" GET /a 201`,
  ]);
  // Both were under way at once: the first had to wait for the second.
  const [one, other] = app.guest.record.calls.map(({ call }) => call);
  assert.ok(one!.at < other!.at + other!.duration);
  assert.ok(other!.at < one!.at + one!.duration);

  await app.report(`${refusing.query}&path=/b?c&method=PUT`);
  await app.report("scheme=http&authority=a.example");
  await app.report("authority=user:password@127.0.0.1:1");
  assert.deepEqual((await callsOf(app.guest)).slice(2), [
    `http/outgoing-handler.handle "127.0.0.1:${refusing.port}" ` +
    "PUT /b?c ! HTTP-protocol-error",
    'http/outgoing-handler.handle "a.example" GET / ! HTTP-request-denied',
    'http/outgoing-handler.handle "127.0.0.1:1" GET / ! HTTP-request-URI-invalid',
  ]);
  assert.doesNotMatch(
    JSON.stringify(app.guest.record.calls),
    /password|hidden|secret/,
  );
});

eachLane.test("an outgoing request that the guest lets go of is told as broken off", async (lane) => {
  const called = Promise.withResolvers<void>();
  await using server = serveScript(async (connection) => {
    await connection.readHead();
    called.resolve();
    await connection.closed();
  });
  await using app = await openOutgoing({ lane, tracesCalls: true });
  const upload = new TransformStream<Uint8Array, Uint8Array>();
  const report = app.report(`/drop?${server.query}`, {
    method: "POST",
    body: upload.readable,
  });
  await called.promise;
  await upload.writable.close();
  await report;
  assert.deepEqual(await callsOf(app.guest), [
    `http/outgoing-handler.handle "127.0.0.1:${server.port}" GET / ! broken off`,
  ]);
});

eachLane.test("calls of objects are told with their container", async (lane) => {
  const folder = await Deno.makeTempDir();
  {
    await using app = await openGuestApp("blobs", {
      lane,
      tracesCalls: true,
      guests: { blobstorePath: folder },
    });
    const put = await app.fetch("/put?name=o", {
      method: "POST",
      body: "an object",
    });
    assert.equal(put.status, 200, await put.text());
    await (await app.fetch("/get?name=none")).text();
    const calls = await callsOf(app);
    assert.deepEqual(calls.slice(0, 6), [
      'blobstore/blobstore.container-exists "c"',
      'blobstore/blobstore.create-container "c"',
      'blobstore/container.write-data "c" o',
      'blobstore/types.finish "c" o',
      'blobstore/blobstore.container-exists "c"',
      'blobstore/blobstore.get-container "c"',
    ]);
    assert.match(
      calls[6]!,
      /^blobstore\/container\.get-data "c" none ! Cannot find the object "none"/,
    );
    assert.equal(calls.length, 7);
  }
  await Deno.remove(folder, { recursive: true });
});

for (const lanes of [0, 1]) {
  Deno.test(`dev tells calls at the debug level (${lanes} Workers)`, async () => {
    const args = ["--component", guestPath("kv_get"), "--lanes", `${lanes}`];
    {
      await using dev = await startDev({
        args: [...args, "--log-level", "debug"],
      });
      await (await fetch(dev.url)).text();
      const { request, call } = await dev.event("host-call");
      assert.equal(request, "1");
      assert.equal(call.name, "open");
      assert.equal((await dev.stop()).code, 0);
      const names = dev.events.flatMap((event) =>
        event.event === "host-call" ? [event.call.name] : []
      );
      assert.deepEqual(names, ["open", "get"]);
    }
    await using quiet = await startDev({ args });
    await (await fetch(quiet.url)).text();
    assert.equal((await quiet.stop()).code, 0);
    assert.ok(!quiet.events.some(({ event }) => event === "host-call"));
  });
}
