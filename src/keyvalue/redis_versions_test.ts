import assert from "node:assert/strict";
import { openRedisFixture } from "../../tests/support/keyvalue_redis.ts";
import {
  bytes,
  textAt,
  versionAt,
} from "../../tests/support/keyvalue_values.ts";
import { startRedis, testWithRedis } from "../../tests/support/redis_server.ts";
import { openRedis } from "./redis.ts";
import type { Bucket } from "./store.ts";

type Detour = (
  bucket: Bucket,
  elapse: (ms: number) => Promise<void>,
) => Promise<unknown>;

/** Ways from "5" back to "5". */
const DETOURS: Readonly<Record<string, Detour>> = {
  "set and set": (bucket) =>
    Promise.all([bucket.set("key", bytes("6")), bucket.set("key", bytes("5"))]),
  "the same bytes": (bucket) => bucket.set("key", bytes("5")),
  "a batch": (bucket) =>
    bucket.setMany([["key", bytes("6")], ["key", bytes("5")]]),
  "increments": (bucket) =>
    Promise.all([bucket.increment("key", 1n), bucket.increment("key", -1n)]),
  "an increment by 0": (bucket) => bucket.increment("key", 0n),
  "delete and set": async (bucket) => {
    await bucket.delete("key");
    await bucket.set("key", bytes("5"));
  },
  "delete and increment": async (bucket) => {
    await bucket.deleteMany(["key"]);
    await bucket.increment("key", 5n);
  },
  "delete and swap": async (bucket) => {
    await bucket.delete("key");
    assert.ok((await bucket.swap("key", undefined, bytes("5"))).swapped);
  },
  "swap and swap": async (bucket) => {
    for (const value of ["6", "5"]) {
      const version = await versionAt(bucket, "key");
      assert.ok((await bucket.swap("key", version, bytes(value))).swapped);
    }
  },
  "an expiry": async (bucket, elapse) => {
    await bucket.set("key", bytes("6"), { ttl: 10_000 });
    await elapse(10_000);
    await bucket.set("key", bytes("5"), { ttl: 10_000 });
  },
  "a number in another form": async (bucket) => {
    await bucket.set("key", bytes("04"));
    await bucket.increment("key", 1n);
  },
};

for (const [name, detour] of Object.entries(DETOURS)) {
  testWithRedis(
    `swap() sees A to B to A by ${name}, from another process too`,
    async () => {
      await using fixture = await openRedisFixture();
      await using other = await fixture.again();
      const mine = await fixture.backend.open("default");
      const theirs = await other.open("default");
      await mine.set("key", bytes("5"));
      const seen = new Set<string>();
      for (const bucket of [mine, theirs, mine, theirs]) {
        const version = await versionAt(mine, "key");
        assert.ok(!seen.has(version));
        seen.add(version);
        await detour(bucket, fixture.elapse);
        assert.equal(await textAt(mine, "key"), "5");
        for (const old of seen) {
          assert.ok(!(await mine.swap("key", old, bytes("7"))).swapped);
          assert.ok(!(await theirs.swap("key", old, bytes("7"))).swapped);
        }
      }
    },
  );
}

testWithRedis("swap() sees what another program wrote", async () => {
  await using server = await startRedis();
  await using backend = await openRedis({ url: server.url });
  const bucket = await backend.open("default");
  await server.send("SET", "default:key", "a");
  const first = await versionAt(bucket, "key");
  assert.equal(await versionAt(bucket, "key"), first);
  await server.send("SET", "default:key", "b");
  assert.ok(!(await bucket.swap("key", first, bytes("c"))).swapped);
  await bucket.set("key", bytes("1"));
  const second = await versionAt(bucket, "key");
  await server.send("INCR", "default:key");
  assert.ok(!(await bucket.swap("key", second, bytes("c"))).swapped);
  const third = await versionAt(bucket, "key");
  assert.ok((await bucket.swap("key", third, bytes("c"))).swapped);
  assert.equal(await textAt(bucket, "key"), "c");
});

testWithRedis(
  "swap() is fooled by another program's write between its two steps no more than by an earlier one",
  async () => {
    await using server = await startRedis();
    await using backend = await openRedis({ url: server.url });
    const bucket = await backend.open("default");
    // Each round another program and a swap race; a swap that wins must have seen that value.
    for (let round = 0; round < 200; round++) {
      await bucket.set("key", bytes("a"));
      const version = await versionAt(bucket, "key");
      const [ended] = await Promise.all([
        bucket.swap("key", version, bytes("swapped")),
        server.send("APPEND", "default:key", "+"),
      ]);
      const value = await textAt(bucket, "key");
      assert.equal(value, ended.swapped ? "swapped+" : "a+", `round ${round}`);
    }
  },
);

testWithRedis(
  "versions cost two megabytes at most, whatever is written",
  async () => {
    await using server = await startRedis();
    await using backend = await openRedis({ url: server.url });
    const bucket = await backend.open("default");
    for (let part = 0; part < 8; part++) {
      const keys = Array.from(
        { length: 10_000 },
        (_, index) => `${part} ${index}`,
      );
      await bucket.setMany(keys.map((key) => [key, bytes("")] as const));
      await bucket.deleteMany(keys);
    }
    const size = Number((await server.send("DBSIZE")).slice(1));
    assert.ok(size <= 16_384, `${size} keys`);
  },
);

/** What one of two processes does: 32 writers count, and each appends by swap. */
const WRITERS = `
const { openRedis } = await import(Deno.args[0]);
const backend = await openRedis({ url: Deno.args[1] });
const bucket = await backend.open("default");
await Promise.all(Array.from({ length: 32 }, async () => {
  for (let count = 0; count < 50; count++) await bucket.increment("count", 1n);
  while (true) {
    const entry = await bucket.get("list");
    const longer = new Uint8Array([...entry?.value ?? [], 0x78]);
    if ((await bucket.swap("list", entry?.version, longer)).swapped) break;
  }
}));
await backend[Symbol.asyncDispose]();`;

testWithRedis(
  "64 writers in two processes lose no increment and no swap",
  async () => {
    await using server = await startRedis();
    const process = () =>
      new Deno.Command(Deno.execPath(), {
        args: [
          ...["eval", "--quiet", "--config"],
          new URL("../../deno.json", import.meta.url).pathname,
          WRITERS,
          new URL("./redis.ts", import.meta.url).href,
          server.url,
        ],
        stderr: "inherit",
      }).output();
    const ended = await Promise.all([process(), process()]);
    assert.deepEqual(ended.map(({ success }) => success), [true, true]);
    await using backend = await openRedis({ url: server.url });
    const bucket = await backend.open("default");
    assert.equal(await textAt(bucket, "count"), "3200");
    assert.equal(await textAt(bucket, "list"), "x".repeat(64));
  },
);
