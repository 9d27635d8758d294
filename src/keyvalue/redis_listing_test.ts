import assert from "node:assert/strict";
import {
  assertRefused,
  fill,
  listAll,
  numbered,
} from "../../tests/support/keyvalue_values.ts";
import {
  type RedisServer,
  startRedis,
  testWithRedis,
} from "../../tests/support/redis_server.ts";
import { openRedis } from "./redis.ts";
import type { Bucket } from "./store.ts";

const DURABLE = ["--appendonly", "yes", "--appendfsync", "always"];

/** Goes through a bucket page by page, each page by the next of the handles; a handle is another process. */
async function listByTurns(
  handles: readonly Bucket[],
  limit: number,
  between: (page: number) => Promise<void> = () => Promise.resolve(),
): Promise<string[]> {
  const keys: string[] = [];
  let cursor: string | undefined;
  for (let page = 0;; page++) {
    const found = await handles[page % handles.length]!.listKeys({
      limit,
      ...(cursor !== undefined && { cursor }),
    });
    keys.push(...found.keys);
    if (found.cursor === undefined) return keys;
    cursor = found.cursor;
    await between(page);
  }
}

/** Asserts that each of the keys was listed once. */
function assertOnce(listed: readonly string[], stayed: readonly string[]) {
  assert.equal(new Set(listed).size, listed.length, "a key twice");
  const missing = new Set(stayed).difference(new Set(listed));
  assert.deepEqual([...missing], []);
}

async function stepsOf(server: RedisServer): Promise<number> {
  const stats = await server.send("INFO", "commandstats");
  return Number(/cmdstat_scan:calls=(\d+)/.exec(stats)?.[1] ?? 0);
}

testWithRedis(
  "listKeys() looks at as many keys as it gives, from the first page on",
  async () => {
    await using server = await startRedis();
    await using backend = await openRedis({ url: server.url });
    const bucket = await backend.open("default");
    await fill(bucket, numbered("key ", 30_000));
    const { keys, cursor } = await bucket.listKeys({ limit: 1000 });
    assert.equal(keys.length, 1000);
    // With the keys that hold versions, all would take twenty steps of 2,000 at least.
    assert.ok(await stepsOf(server) < 15);
    const before = await stepsOf(server);
    const next = await bucket.listKeys({ limit: 1000, cursor: cursor! });
    assert.equal(next.keys.length, 1000);
    assert.ok(await stepsOf(server) - before < 15);
  },
);

testWithRedis(
  "listKeys() finds a small bucket in a large database, in steps that do not hold it up",
  async () => {
    await using server = await startRedis();
    await using backend = await openRedis({ url: server.url });
    await fill(await backend.open("large"), numbered("key ", 250_000));
    const small = await backend.open("small");
    const keys = numbered("key ", 30);
    await fill(small, keys);
    assertOnce(await listAll(small), keys);
    // Each looks at 2,000 keys at most.
    assert.ok(await stepsOf(server) >= 125);
  },
);

testWithRedis(
  "listKeys() of two processes by turns gives each key once while the table grows",
  async () => {
    await using server = await startRedis();
    await using one = await openRedis({ url: server.url });
    await using two = await openRedis({ url: server.url });
    const handles = [await one.open("default"), await two.open("default")];
    const stay = numbered("stay ", 200);
    for (const limit of [1, 2, 7]) {
      await server.send("FLUSHALL");
      await fill(handles[0]!, stay);
      const listed = await listByTurns(handles, limit, async (page) => {
        if (page < 40) await fill(handles[0]!, numbered(`new ${page} `, 100));
      });
      assertOnce(listed, stay);
    }
  },
);

testWithRedis(
  "listKeys() gives each key once while keys come and go by the thousand",
  async () => {
    await using server = await startRedis();
    await using backend = await openRedis({ url: server.url });
    const bucket = await backend.open("default");
    const stay = numbered("stay ", 300);
    const go = numbered("go ", 20_000);
    await fill(bucket, stay);
    const listed = await listAll(bucket, { limit: 20 }, async (page) => {
      if (page % 4 === 1) await fill(bucket, go);
      if (page % 4 !== 3) return;
      await bucket.deleteMany(go);
      const versions = numbered("wharf-version-", 16_384);
      await server.send("UNLINK", ...versions);
    });
    assertOnce(listed, stay);
  },
);

testWithRedis(
  "listKeys() goes on after Redis was started again, and refuses the cursor of another process",
  async () => {
    await using server = await startRedis(DURABLE);
    await using one = await openRedis({ url: server.url });
    await using two = await openRedis({ url: server.url });
    const bucket = await one.open("default");
    const stay = numbered("stay ", 2000);
    await fill(bucket, stay);
    const first = await bucket.listKeys({ limit: 500 });
    const cursor = first.cursor!;
    await server.kill();
    await server.start();
    // The connection may still have to learn of it.
    await bucket.exists("stay 0").catch(() => {});
    const other = await two.open("default");
    await other.exists("stay 0").catch(() => {});

    await assertRefused(other.listKeys({ cursor }));
    const rest = await listAll(bucket, { cursor, limit: 500 });
    assertOnce([...first.keys, ...rest], stay);
  },
);

testWithRedis(
  "listKeys() gives each key once to a user who may not ask which life the server is in",
  async () => {
    await using server = await startRedis();
    await using backend = await openRedis({ url: server.url });
    const stay = numbered("stay ", 2500);
    await fill(await backend.open("default"), stay);
    const rights = ["~default:*", "~wharf-version-*", "+@read"];
    await server.send("ACL", "SETUSER", "reader", "on", ">s3cret", ...rights);
    const url = `redis://reader:s3cret@127.0.0.1:${server.port}`;
    await using one = await openRedis({ url });
    await using two = await openRedis({ url });
    const handles = [await one.open("default"), await two.open("default")];
    assertOnce(await listByTurns(handles, 300), stay);

    // A cursor of one order means nothing in the other.
    const { cursor } = await (await backend.open("default")).listKeys();
    await assertRefused(handles[0]!.listKeys({ cursor: cursor! }));
  },
);
