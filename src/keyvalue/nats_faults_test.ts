import assert from "node:assert/strict";
import {
  type NatsServer,
  natsTest,
  startNatsServer,
} from "../../tests/support/nats_server.ts";
import {
  assertRefused,
  bytes,
  listAll,
  numbered,
  textAt,
} from "../../tests/support/keyvalue_values.ts";
import { openNats } from "./nats.ts";
import { type Bucket, KeyValueError } from "./store.ts";

const TIMEOUT = 1000;
/** What a loaded machine may add to a deadline before a timer fires. */
const SLACK = 1500;

/** Fails unless the call is refused within its deadline. */
async function assertRefusedInTime(call: () => Promise<unknown>) {
  const begun = performance.now();
  await assertRefused(call());
  const took = performance.now() - begun;
  assert.ok(took < TIMEOUT + SLACK, `${took} ms`);
}

/** Calls until a call succeeds, as a guest's next requests would. */
async function recovered(bucket: Bucket): Promise<void> {
  const until = performance.now() + 30_000;
  while (performance.now() < until) {
    try {
      await bucket.get("any");
      return;
    } catch (error) {
      assert.ok(error instanceof KeyValueError, String(error));
    }
  }
  assert.fail("the bucket did not come back");
}

natsTest(
  "open() fails while the server is down, and opens once it is up",
  async () => {
    await using server = await startNatsServer();
    await server.kill();
    await using backend = await openNats({ url: server.url, timeout: TIMEOUT });
    for (let tries = 0; tries < 3; tries++) {
      await assertRefusedInTime(() => backend.open("default"));
    }
    await server.start();
    const bucket = await backend.open("default");
    await bucket.set("key", bytes("value"));
    assert.equal(await textAt(bucket, "key"), "value");
  },
);

natsTest(
  "a bucket keeps every acknowledged write while the server is killed 20 times under load",
  async () => {
    await using server = await startNatsServer();
    await using backend = await openNats({ url: server.url, timeout: TIMEOUT });
    const bucket = await backend.open("default");
    let running = true;
    let failed = 0;
    let slowest = 0;
    const attempt = async (act: () => Promise<unknown>): Promise<boolean> => {
      const begun = performance.now();
      try {
        await act();
        return true;
      } catch (error) {
        assert.ok(error instanceof KeyValueError, String(error));
        failed++;
        slowest = Math.max(slowest, performance.now() - begun);
        return false;
      }
    };
    const written = await loadWhile(() => running, bucket, attempt, server);
    running = false;
    await recovered(bucket);
    for (const [key, { acknowledged, attempted }] of written.values) {
      const value = Number(await textAt(bucket, key) ?? "0");
      assert.ok(
        value >= acknowledged && value <= attempted,
        `${key}: ${acknowledged} <= ${value} <= ${attempted}`,
      );
    }
    const count = Number(await textAt(bucket, "counter"));
    assert.ok(count >= written.counted.acknowledged);
    assert.ok(count <= written.counted.attempted);
    assert.ok(failed > 0, "no call met a dead server");
    assert.ok(slowest < TIMEOUT + SLACK, `a call failed after ${slowest} ms`);
    assert.equal((await listAll(bucket)).length, written.values.size + 1);
  },
);

interface Tally {
  acknowledged: number;
  attempted: number;
}

async function loadWhile(
  isRunning: () => boolean,
  bucket: Bucket,
  attempt: (act: () => Promise<unknown>) => Promise<boolean>,
  server: NatsServer,
): Promise<{ values: Map<string, Tally>; counted: Tally }> {
  const values = new Map<string, Tally>();
  const counted: Tally = { acknowledged: 0, attempted: 0 };
  let stop = false;
  const writers = numbered("key ", 8).map(async (key) => {
    const tally = { acknowledged: 0, attempted: 0 };
    values.set(key, tally);
    while (!stop && isRunning()) {
      const write = ++tally.attempted;
      if (await attempt(() => bucket.set(key, bytes(String(write))))) {
        tally.acknowledged = write;
      }
    }
  });
  const counters = Array.from({ length: 4 }, async () => {
    while (!stop && isRunning()) {
      counted.attempted++;
      if (await attempt(() => bucket.increment("counter", 1n))) {
        counted.acknowledged++;
      }
    }
  });
  for (let round = 0; round < 20; round++) {
    const before = counted.acknowledged;
    await server.kill();
    await server.start();
    await recovered(bucket);
    while (counted.acknowledged === before) {
      await bucket.exists("counter").catch(() => {});
    }
  }
  stop = true;
  await Promise.all([...writers, ...counters]);
  return { values, counted };
}

natsTest(
  "a server that hangs fails each call within its deadline, queued increments too",
  async () => {
    await using server = await startNatsServer();
    await using backend = await openNats({ url: server.url, timeout: TIMEOUT });
    const bucket = await backend.open("default");
    await bucket.increment("counter", 1n);
    await backend.check!();
    await server.hang();
    try {
      const calls: (() => Promise<unknown>)[] = [
        () => backend.check!(),
        ...Array.from(
          { length: 32 },
          () => () => bucket.increment("counter", 1n),
        ),
        () => bucket.get("key"),
        () => bucket.set("key", bytes("1")),
        () => bucket.swap("key", undefined, bytes("1")),
        () => bucket.listKeys(),
        () => bucket.getMany(["a", "b"]),
        () => bucket.history!("key"),
        () => backend.open("another"),
      ];
      await Promise.all(calls.map(assertRefusedInTime));
    } finally {
      server.signal("SIGCONT");
    }
    await recovered(bucket);
    assert.ok(await bucket.increment("counter", 1n) >= 2n);
  },
);

natsTest(
  "a bucket in memory is made anew after the server lost it",
  async () => {
    await using server = await startNatsServer();
    await using backend = await openNats({
      url: server.url,
      storage: "memory",
      timeout: TIMEOUT,
    });
    assert.equal(backend.summary.durable, false);
    const bucket = await backend.open("default");
    await bucket.set("key", bytes("before"));
    await server.kill();
    await server.start();
    await recovered(bucket);
    assert.equal(await bucket.get("key"), undefined);
    await bucket.set("key", bytes("after"));
    assert.equal(await textAt(bucket, "key"), "after");
  },
);

natsTest(
  "calls after disposing are refused, and disposing twice is harmless",
  async () => {
    await using server = await startNatsServer();
    const backend = await openNats({ url: server.url, timeout: TIMEOUT });
    const bucket = await backend.open("default");
    await backend[Symbol.asyncDispose]();
    await backend[Symbol.asyncDispose]();
    await assertRefused(bucket.get("key"));
    await assertRefused(bucket.set("key", bytes("1")));
    await assertRefused(bucket.listKeys());
  },
);

natsTest(
  "a server without JetStream is said to have none, at once",
  async () => {
    await using server = await startNatsServer({ jetstream: false });
    await using backend = await openNats({ url: server.url, timeout: TIMEOUT });
    await assert.rejects(backend.open("default"), {
      code: "other",
      message: /JetStream; start nats-server with -js/,
    });
  },
);
