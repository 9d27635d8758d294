import assert from "node:assert/strict";
import {
  assertRefused,
  bytes,
  fill,
  listAll,
  numbered,
  textAt,
  versionAt,
} from "../../tests/support/keyvalue_values.ts";
import { startRedis, testWithRedis } from "../../tests/support/redis_server.ts";
import { openRedis } from "./redis.ts";
import type { Backend } from "./store.ts";

async function listed(backend: Backend): Promise<string[]> {
  return (await Array.fromAsync(backend.list!())).sort();
}

testWithRedis(
  "redis: list() and drop() see the keys of their prefix alone",
  async () => {
    await using server = await startRedis();
    await using backend = await openRedis({
      url: server.url,
      prefix: "app-{bucket}-v",
    });
    await using plain = await openRedis({ url: server.url });
    for (const name of ["a", "a-v", "version", ""]) {
      await fill(await backend.open(name), ["key"]);
    }
    await fill(await plain.open("app"), ["key"]);
    for (const key of ["app-a", "app-", "app-%2D%x-vkey", "app-a-w", "other"]) {
      await server.send("SET", key, "another program's");
    }
    assert.deepEqual(await listed(backend), ["", "a", "a-v", "version"]);
    assert.equal(await backend.drop("a"), true);
    assert.deepEqual(await listed(backend), ["", "a-v", "version"]);
    assert.equal(
      await server.send("EXISTS", "app-a", "app-", "app-a-w"),
      ":3\r\n",
    );
    assert.deepEqual(await listAll(await plain.open("app")), ["key"]);
  },
);

testWithRedis(
  "redis: drop() keeps the versions, which are in no bucket",
  async () => {
    await using server = await startRedis();
    await using backend = await openRedis({
      url: server.url,
      prefix: "{bucket}-",
    });
    const kept = await backend.open("kept");
    await kept.set("key", bytes("value"));
    const version = await versionAt(kept, "key");
    // By its letters the key of a version would be in this bucket.
    await fill(await backend.open("wharf"), numbered("key", 50));
    assert.deepEqual(await listed(backend), ["kept", "wharf"]);
    assert.equal(await backend.drop("wharf"), true);
    assert.deepEqual(await listed(backend), ["kept"]);
    assert.equal(await versionAt(kept, "key"), version);
  },
);

testWithRedis(
  "redis: where buckets share their keys there is no list, and drop() is refused",
  async () => {
    await using server = await startRedis();
    await using backend = await openRedis({ url: server.url, prefix: "app:" });
    assert.equal(backend.list, undefined);
    assert.equal(await backend.info("one"), undefined);
    const bucket = await backend.open("one");
    await bucket.set("key", bytes("value"));
    assert.equal((await backend.info("two"))?.name, "two");
    await assertRefused(backend.drop("two"));
    assert.equal(await textAt(bucket, "key"), "value");
  },
);

testWithRedis(
  "redis: drop() takes many keys among many, and info() counts only few",
  async () => {
    await using server = await startRedis();
    await using backend = await openRedis({ url: server.url });
    const [many, other] = [await backend.open("many"), await backend.open("o")];
    await fill(many, numbered("key ", 30_000));
    await fill(other, numbered("key ", 3));
    assert.deepEqual(await backend.info("many"), { name: "many" });
    assert.deepEqual(await listed(backend), ["many", "o"]);
    assert.equal(await backend.drop("many"), true);
    assert.deepEqual(await listAll(many), []);
    assert.equal((await listAll(other)).length, 3);
    assert.equal(await backend.info("many"), undefined);
  },
);
