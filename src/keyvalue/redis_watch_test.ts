import assert from "node:assert/strict";
import { bytes, text } from "../../tests/support/keyvalue_values.ts";
import {
  type RedisServer,
  startRedis,
  testWithRedis,
} from "../../tests/support/redis_server.ts";
import { openRedis } from "./redis.ts";
import type { Bucket, Change } from "./store.ts";

const EVENTS = ["--notify-keyspace-events", "KA"];

/** Collects changes until `count` have come. */
async function take(
  changes: AsyncIterable<Change>,
  count: number,
): Promise<string[]> {
  const taken: string[] = [];
  if (count === 0) return taken;
  for await (const change of changes) {
    taken.push(
      change.kind === "set"
        ? `${change.key}=${text(change.entry)}`
        : `${change.key} gone`,
    );
    if (taken.length === count) break;
  }
  return taken;
}

/** Waits until Redis knows of a watch. */
async function watched(server: RedisServer): Promise<void> {
  while (await server.send("PUBSUB", "NUMPAT") !== ":1\r\n") {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

function watch(bucket: Bucket, signal: AbortSignal, prefix = "") {
  return bucket.watch!({ prefix, signal });
}

testWithRedis("watch() tells of every write, whoever makes it", async () => {
  await using server = await startRedis(EVENTS);
  await using backend = await openRedis({ url: `${server.url}/2` });
  const bucket = await backend.open("de*fault");
  const other = await backend.open("default");
  const { signal } = new AbortController();
  const changes = take(watch(bucket, signal, "a"), 7);
  await watched(server);

  await other.set("a", bytes("elsewhere"));
  await bucket.set("b", bytes("without the prefix"));
  await bucket.set("a", bytes("1"));
  for (
    const step of [
      () => bucket.increment("a", 1n),
      () => bucket.set("a2", bytes("x"), { ttl: 60_000 }),
      async () => void await bucket.swap("a3", undefined, bytes("y")),
      () => bucket.setMany([["a4", bytes("z")]]),
      () => bucket.delete("a"),
      () => bucket.deleteMany(["a4"]),
    ]
  ) await step();
  const seen = await changes;
  assert.deepEqual(
    new Set(seen.map((change) => change.split(/[ =]/)[0])),
    new Set(["a", "a2", "a3", "a4"]),
  );
  assert.ok(seen.includes("a2=x"));
  assert.ok(seen.includes("a3=y"));
});

testWithRedis(
  "watch() tells of another program's writes and of expiry, in order per key",
  async () => {
    await using server = await startRedis(EVENTS);
    await using backend = await openRedis({ url: server.url });
    const bucket = await backend.open("default");
    const { signal } = new AbortController();
    const iterator = watch(bucket, signal)[Symbol.asyncIterator]();
    const next = async () => {
      const { value } = await iterator.next();
      const change = value as Change;
      return change.kind === "set"
        ? `${change.key}=${text(change.entry)}`
        : `${change.key} gone`;
    };
    const first = next();
    await watched(server);
    await server.send("SET", "default:key", "1");
    assert.equal(await first, "key=1");
    await server.send("APPEND", "default:key", "2");
    assert.equal(await next(), "key=12");
    await server.send("PEXPIRE", "default:key", "0");
    assert.equal(await next(), "key gone");
    await iterator.return?.();
  },
);

testWithRedis(
  "watch() refuses a server that sends no events, and leaves its settings",
  async () => {
    await using server = await startRedis();
    await using backend = await openRedis({ url: server.url });
    const bucket = await backend.open("default");
    const { signal } = new AbortController();
    await assert.rejects(take(watch(bucket, signal), 1), {
      name: "KeyValueError",
      code: "other",
      message:
        `Cannot watch keys in Redis at 127.0.0.1:${server.port}: Redis sends no keyspace events; ` +
        'turn them on with "CONFIG SET notify-keyspace-events Kg$xe" or in redis.conf',
    });
    const settings = await server.send(
      "CONFIG",
      "GET",
      "notify-keyspace-events",
    );
    assert.ok(settings.endsWith("$0\r\n\r\n"), settings);
  },
);

testWithRedis(
  "watch() ends when its signal aborts, and fails when the server or the backend goes",
  async () => {
    await using server = await startRedis(EVENTS);
    await using backend = await openRedis({ url: server.url });
    const bucket = await backend.open("default");

    const controller = new AbortController();
    const ended = take(watch(bucket, controller.signal), 1);
    await watched(server);
    controller.abort();
    assert.deepEqual(await ended, []);
    assert.deepEqual(await take(watch(bucket, controller.signal), 1), []);

    const { signal } = new AbortController();
    const lost = take(watch(bucket, signal), 1);
    await watched(server);
    await Promise.all([
      assert.rejects(lost, { name: "KeyValueError", code: "other" }),
      server.kill(),
    ]);
    await server.start(EVENTS);

    const closed = take(watch(bucket, signal), 1);
    await watched(server);
    await Promise.all([
      assert.rejects(closed, { name: "KeyValueError", code: "other" }),
      backend[Symbol.asyncDispose](),
    ]);
  },
);
