import assert from "node:assert/strict";
import {
  assertRefused,
  bytes,
  textAt,
} from "../../tests/support/keyvalue_values.ts";
import { startRedis, testWithRedis } from "../../tests/support/redis_server.ts";
import { openRedis } from "./redis.ts";
import { type Bucket, KeyValueError } from "./store.ts";

const DURABLE = ["--appendonly", "yes", "--appendfsync", "always"];
const KILLS = 20;
const WRITERS = 16;
/** Acknowledged writes between two kills. */
const WRITES = 150;
const TIMEOUT = 1000;
/** How much later than its deadline a call may fail on a machine that is busy with other tests. */
const SLACK = 2000;

/** What a writer knows of its own writes. */
interface Account {
  /** The last value of each key that the server acknowledged, and those it may have taken since. */
  readonly sets: Map<string, { acknowledged: number; tried: number }>;
  increments: number;
  unsure: number;
}

testWithRedis(
  "a server that is killed 20 times under load loses no acknowledged write and doubles none",
  async () => {
    await using server = await startRedis(DURABLE);
    await using backend = await openRedis({
      url: server.url,
      timeout: TIMEOUT,
    });
    const bucket = await backend.open("default");
    const accounts: Account[] = [];
    let ending = false;
    let failures = 0;
    let acknowledged = 0;
    let enough = Promise.withResolvers<void>();
    let goal = WRITES;

    const attempt = async (call: () => Promise<unknown>): Promise<boolean> => {
      const begun = performance.now();
      try {
        await call();
        if (++acknowledged >= goal) enough.resolve();
        return true;
      } catch (cause) {
        assert.ok(cause instanceof KeyValueError, String(cause));
        assert.ok(performance.now() - begun < TIMEOUT + SLACK);
        failures++;
        // A server that is back but loading refuses at once.
        await new Promise((resolve) => setTimeout(resolve, 1));
        return false;
      }
    };
    const writer = async (name: number) => {
      const account: Account = { sets: new Map(), increments: 0, unsure: 0 };
      accounts.push(account);
      for (let write = 1; !ending; write++) {
        const key = `${name} ${write % 10}`;
        const state = account.sets.get(key) ?? { acknowledged: 0, tried: 0 };
        account.sets.set(key, state);
        state.tried = write;
        if (await attempt(() => bucket.set(key, bytes(String(write))))) {
          state.acknowledged = write;
        }
        if (await attempt(() => bucket.increment(`counter ${name}`, 1n))) {
          account.increments++;
        } else account.unsure++;
      }
    };

    const writers = Array.from({ length: WRITERS }, (_, name) => writer(name));
    const load = Promise.all(writers);
    for (let kill = 0; kill < KILLS; kill++) {
      await Promise.race([enough.promise, load]);
      await server.kill();
      enough = Promise.withResolvers();
      goal = acknowledged + WRITES;
      await server.start();
    }
    await Promise.race([enough.promise, load]);
    ending = true;
    await load;

    assert.ok(failures > 0);
    for (const [name, { sets, increments, unsure }] of accounts.entries()) {
      for (const [key, { acknowledged, tried }] of sets) {
        const value = Number(await textAt(bucket, key) ?? 0);
        assert.ok(value >= acknowledged && value <= tried, `${key}: ${value}`);
      }
      const count = Number(await textAt(bucket, `counter ${name}`) ?? 0);
      assert.ok(
        count >= increments && count <= increments + unsure,
        `${count} of ${increments} + ${unsure}`,
      );
    }
  },
);

testWithRedis(
  "a server that hangs costs each call its deadline, and is used again afterwards",
  async () => {
    await using server = await startRedis();
    await using backend = await openRedis({ url: server.url, timeout: 300 });
    const bucket = await backend.open("default");
    await bucket.set("key", bytes("1"));
    await server.hang();
    try {
      for (let round = 0; round < 4; round++) {
        const begun = performance.now();
        const ended = await Promise.allSettled([
          bucket.get("key"),
          bucket.set("other", bytes("2")),
          bucket.increment("count", 1n),
          bucket.swap("key", undefined, bytes("2")),
          bucket.listKeys(),
        ]);
        assert.ok(performance.now() - begun < 300 + SLACK);
        for (const call of ended) {
          assert.ok(call.status === "rejected");
          assert.ok(call.reason instanceof KeyValueError, String(call.reason));
          if (round === 0) {
            assert.match(call.reason.message, /no answer came within 300 ms/);
          }
        }
      }
    } finally {
      server.signal("SIGCONT");
    }
    assert.equal(await eventually(() => textAt(bucket, "key")), "1");
  },
);

testWithRedis(
  "a server that is away at the start is an error per call until it comes",
  async () => {
    await using server = await startRedis();
    await server.kill();
    await using backend = await openRedis({
      url: server.url,
      connectTimeout: 200,
    });
    for (let round = 0; round < 3; round++) {
      const begun = performance.now();
      await assertRefused(backend.open("default"));
      assert.ok(performance.now() - begun < 200 + SLACK);
    }
    await assert.rejects(backend.open("default"), {
      message:
        `Cannot open bucket "default" in Redis at 127.0.0.1:${server.port}: ` +
        "it cannot be reached (ECONNREFUSED); start it, or correct the URL",
    });
    await server.start();
    const bucket: Bucket = await eventually(() => backend.open("default"));
    await bucket.set("key", bytes("1"));
  },
);

testWithRedis("a call that was never sent is not sent later", async () => {
  await using server = await startRedis(DURABLE);
  await using backend = await openRedis({
    url: server.url,
    connectTimeout: 100,
  });
  const bucket = await backend.open("default");
  await server.kill();
  for (let round = 0; round < 5; round++) {
    await assertRefused(bucket.increment("count", 1n));
  }
  await server.start();
  assert.equal(await eventually(() => bucket.exists("count")), false);
});

testWithRedis(
  "disposing ends what is under way, with any server, and refuses what comes later",
  async () => {
    for (const state of ["running", "hanging", "gone"] as const) {
      await using server = await startRedis();
      const backend = await openRedis({ url: server.url, timeout: 300 });
      const bucket = await backend.open("default");
      if (state === "hanging") await server.hang();
      if (state === "gone") await server.kill();
      const calls = Promise.allSettled([
        bucket.set("key", bytes("1")),
        bucket.get("key"),
      ]);
      await backend[Symbol.asyncDispose]();
      const [set] = await calls;
      assert.equal(set.status, state === "running" ? "fulfilled" : "rejected");
      await assertRefused(bucket.get("key"));
      await assertRefused(backend.open("default"));
      await backend[Symbol.asyncDispose]();
    }
  },
);

testWithRedis(
  "a backend that was never used closes, and does not need its server",
  async () => {
    const backend = await openRedis({ url: "redis://127.0.0.1:1" });
    await backend[Symbol.asyncDispose]();
    const tried = await openRedis({
      url: "redis://127.0.0.1:1",
      connectTimeout: 50,
    });
    await assertRefused(tried.open("default"));
    await tried[Symbol.asyncDispose]();
  },
);

/** Calls until it succeeds. */
async function eventually<T>(call: () => Promise<T>): Promise<T> {
  const end = Date.now() + 20_000;
  while (true) {
    try {
      return await call();
    } catch (cause) {
      if (!(cause instanceof KeyValueError) || Date.now() > end) throw cause;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

testWithRedis(
  "an answer that has come counts, also where this process was held up meanwhile",
  async () => {
    await using server = await startRedis();
    await using backend = await openRedis({ url: server.url, timeout: 300 });
    const bucket = await backend.open("default");
    await bucket.set("k", bytes("v"));
    const reading = textAt(bucket, "k");
    // It is sent with the end of this turn.
    await new Promise((resolve) => setImmediate(resolve));
    const until = performance.now() + 350;
    while (performance.now() < until);
    assert.equal(await reading, "v");
  },
);
