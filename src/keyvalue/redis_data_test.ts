import assert from "node:assert/strict";
import {
  assertRefused,
  bytes,
  listAll,
  text,
  textAt,
  versionAt,
} from "../../tests/support/keyvalue_values.ts";
import {
  type RedisServer,
  startRedis,
  testWithRedis,
} from "../../tests/support/redis_server.ts";
import { openRedis } from "./redis.ts";
import { COUNTER_MAX, COUNTER_MIN } from "./store.ts";

/** Values no text survives as. */
const BINARY = [
  new Uint8Array([1, 2, 255]),
  new Uint8Array([0xff, 0xfe, 0, 0xc0, 0x80]),
  new Uint8Array([0xed, 0xa0, 0x80]),
  new Uint8Array([13, 10, 36, 45, 49, 13, 10]),
  Uint8Array.from({ length: 70_000 }, (_, index) => index * 7),
];

/** A server and a bucket on it. */
async function open(prefix?: string) {
  const server = await startRedis();
  const backend = await openRedis({
    url: server.url,
    ...(prefix !== undefined && { prefix }),
  });
  return {
    server,
    backend,
    bucket: await backend.open("default"),
    async [Symbol.asyncDispose]() {
      await backend[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

function bulk(value: string): string {
  return `$${value.length}\r\n${value}\r\n`;
}

function read(server: RedisServer, key: string): Promise<string> {
  return server.send("GET", key);
}

testWithRedis(
  "openRedis() keeps values of any bytes, by every way in and out",
  async () => {
    await using store = await open();
    const { bucket } = store;
    for (const value of BINARY) {
      await bucket.set("set", value);
      await bucket.setMany([["many", value]]);
      await bucket.set("ttl", value, { ttl: 60_000 });
      const before = await bucket.get("swap");
      assert.ok((await bucket.swap("swap", before?.version, value)).swapped);
      const found = await bucket.getMany(["set", "many", "ttl", "swap"]);
      for (const entry of found) assert.deepEqual(entry?.value, value);
      assert.deepEqual((await bucket.get("set"))?.value, value);
      const refused = await bucket.swap("swap", "0", value);
      assert.ok(!refused.swapped);
      assert.deepEqual(refused.current?.value, value);
    }
  },
);

testWithRedis(
  "openRedis() stores the bytes of the call, though it writes them later",
  async () => {
    await using store = await open();
    const { bucket } = store;
    const value = bytes("before");
    const stored = [
      bucket.set("set", value),
      bucket.set("ttl", value, { ttl: 60_000 }),
      bucket.setMany([["many", value]]),
      bucket.swap("swap", undefined, value),
    ];
    value.fill(0x78);
    await Promise.all(stored);
    const found = await bucket.getMany(["set", "ttl", "many", "swap"]);
    assert.deepEqual(found.map(text), Array(4).fill("before"));
  },
);

testWithRedis(
  "openRedis() lays keys out as wash does, plain strings",
  async () => {
    await using store = await open();
    const { server, backend, bucket } = store;
    await bucket.set("a:b", bytes("1"));
    await bucket.increment("count", 41n);
    assert.equal(await read(server, "default:a:b"), bulk("1"));
    assert.equal(await read(server, "default:count"), bulk("41"));

    await server.send("SET", "default:theirs", new Uint8Array([0xff, 0]));
    await server.send("INCRBY", "default:count", "1");
    await server.send("SET", "other:key", "x");
    assert.deepEqual(
      (await bucket.get("theirs"))?.value,
      new Uint8Array([0xff, 0]),
    );
    assert.equal(await bucket.increment("count", 1n), 43n);
    assert.deepEqual((await listAll(bucket)).sort(), [
      "a:b",
      "count",
      "theirs",
    ]);
    assert.deepEqual(await listAll(await backend.open("other")), ["key"]);
  },
);

testWithRedis(
  "openRedis() reads the flat layout of other hosts, and hides its versions there",
  async () => {
    await using store = await open("");
    const { server, bucket } = store;
    await server.send("SET", "theirs", "1");
    await bucket.set("ours", bytes("2"));
    assert.equal(await textAt(bucket, "theirs"), "1");
    assert.equal(await read(server, "ours"), bulk("2"));
    assert.deepEqual((await listAll(bucket)).sort(), ["ours", "theirs"]);
    await assertRefused(bucket.set("wharf-version-7", bytes("x")));
    await assertRefused(bucket.get("wharf-version-7"));
  },
);

testWithRedis(
  "listKeys() takes no bucket and no prefix for a pattern",
  async () => {
    await using store = await open();
    const { backend } = store;
    const names = ["*", "?", "[ab]", "a*", "\\*", "^", "a", "ab", "b"];
    for (const name of names) {
      const bucket = await backend.open(name);
      for (const key of names) await bucket.set(key, bytes(""));
    }
    for (const name of names) {
      const bucket = await backend.open(name);
      assert.deepEqual((await listAll(bucket)).sort(), names.toSorted(), name);
      for (const prefix of names) {
        const expected = names.filter((key) => key.startsWith(prefix));
        assert.deepEqual(
          (await listAll(bucket, { prefix })).sort(),
          expected.sort(),
        );
      }
    }
  },
);

testWithRedis(
  "listKeys() leaves out a key of another program that is no UTF-8",
  async () => {
    await using store = await open();
    const { server, bucket } = store;
    const key = Buffer.concat([bytes("default:"), new Uint8Array([0xff])]);
    await server.send("SET", key, "x");
    await bucket.set("\ufffd", bytes("y"));
    assert.deepEqual(await listAll(bucket), ["\ufffd"]);
  },
);

testWithRedis("increment() is exact up to the last of 64 bits", async () => {
  await using store = await open();
  const { bucket } = store;
  for (
    const [start, delta] of [
      [2n ** 53n, 1n],
      [COUNTER_MAX - 1n, 1n],
      [COUNTER_MIN + 1n, -1n],
      [0n, COUNTER_MIN],
      [-5n, 2n ** 63n],
      [COUNTER_MIN, 2n ** 64n - 1n],
    ] as const
  ) {
    await bucket.set("key", bytes(String(start)));
    assert.equal(await bucket.increment("key", delta), start + delta);
    assert.equal(await textAt(bucket, "key"), String(start + delta));
  }
});

testWithRedis(
  "increment() adds to numbers that Redis itself does not take",
  async () => {
    await using store = await open();
    const { server, bucket } = store;
    for (
      const [value, sum] of [["007", 8n], ["+5", 6n], [" 10\n", 11n], [
        "-0",
        1n,
      ]] as const
    ) {
      await server.send("SET", "default:key", value, "PX", "60000");
      assert.equal(await bucket.increment("key", 1n), sum, value);
      assert.equal(await textAt(bucket, "key"), String(sum));
      assert.notEqual(await server.send("PTTL", "default:key"), ":-1\r\n");
    }
    await server.send("SET", "default:key", "0001");
    const sums = await Promise.all(
      Array.from({ length: 20 }, () => bucket.increment("key", 1n)),
    );
    assert.equal(new Set(sums).size, 20);
    assert.equal(await textAt(bucket, "key"), "21");
  },
);

testWithRedis("a key that holds no string is an error, and stays", async () => {
  await using store = await open();
  const { server, bucket } = store;
  await server.send("HSET", "default:hash", "field", "value");
  for (
    const call of [
      () => bucket.get("hash"),
      () => bucket.increment("hash", 1n),
      () => bucket.swap("hash", undefined, bytes("x")),
      () => bucket.getMany(["a", "hash"]),
    ]
  ) {
    await assertRefused(call());
    await assert.rejects(call(), /WRONGTYPE/);
  }
  assert.equal(await server.send("TYPE", "default:hash"), "+hash\r\n");
  // The neighbours of a failing call in one command are served.
  const [sum, failed] = await Promise.allSettled([
    bucket.increment("count", 1n),
    bucket.increment("hash", 1n),
  ]);
  assert.deepEqual([sum.status, failed.status], ["fulfilled", "rejected"]);
});

testWithRedis(
  "a server without memory says so, and keeps serving reads",
  async () => {
    await using store = await open();
    const { server, bucket } = store;
    await bucket.set("key", bytes("1"));
    const version = await versionAt(bucket, "key");
    await server.send("CONFIG", "SET", "maxmemory", "1");
    for (
      const call of [
        () => bucket.set("key", bytes("2")),
        () => bucket.set("key", bytes("2"), { ttl: 1000 }),
        () => bucket.increment("count", 1n),
        () => bucket.swap("key", version, bytes("2")),
      ]
    ) {
      await assertRefused(call());
      await assert.rejects(call(), /OOM/);
    }
    assert.equal(await textAt(bucket, "key"), "1");
    await server.send("CONFIG", "SET", "maxmemory", "0");
    assert.ok((await bucket.swap("key", version, bytes("2"))).swapped);
  },
);

testWithRedis(
  "a replica says where to write, and a value beyond 512 MiB is refused before it is sent",
  async () => {
    await using store = await open();
    const { server, bucket } = store;
    await bucket.set("key", bytes("1"));
    // The pages are never touched, so they take no memory.
    const large = new Uint8Array(512 * 2 ** 20 + 1);
    await assertRefused(bucket.set("key", large));
    await assertRefused(bucket.swap("key", undefined, large));
    assert.equal(await textAt(bucket, "key"), "1");
    await server.send("REPLICAOF", "127.0.0.1", "1");
    await assertRefused(bucket.set("key", bytes("2")));
    await assert.rejects(bucket.increment("count", 1n), /READONLY/);
    assert.equal(await textAt(bucket, "key"), "1");
  },
);
