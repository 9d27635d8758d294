import assert from "node:assert/strict";
import { connect } from "@nats-io/transport-node";
import { jetstreamManager } from "@nats-io/jetstream";
import { natsTest, startNatsServer } from "../../tests/support/nats_server.ts";
import {
  assertRefused,
  bytes,
  numbered,
  textAt,
} from "../../tests/support/keyvalue_values.ts";
import { openNats } from "./nats.ts";
import type { Backend } from "./store.ts";

async function listed(backend: Backend): Promise<string[]> {
  return (await Array.fromAsync(backend.list!())).sort();
}

natsTest(
  'nats: create() makes a bucket as set, also where "create" is off',
  async () => {
    await using server = await startNatsServer();
    await using backend = await openNats({
      url: server.url,
      create: false,
      history: 5,
      storage: "memory",
      ttl: 3_600_000,
      maxValueSize: 1000,
    });
    await assertRefused(backend.open("made"), "no-such-store");
    assert.equal(await backend.create!("made"), true);
    assert.equal(await backend.create!("made"), false);
    const bucket = await backend.open("made");
    await bucket.set("key", bytes("1"));
    await bucket.set("key", bytes("2"));
    const { bytes: size, ...info } = (await backend.info("made"))!;
    assert.ok(size !== undefined && size > 0);
    assert.deepEqual(info, {
      name: "made",
      values: 2,
      settings: {
        history: 5,
        replicas: 1,
        storage: "memory",
        ttl: 3_600_000,
        maxValueSize: 1000,
        maxBytes: "none",
        compression: "none",
      },
    });
    assert.equal(await backend.drop("made"), true);
    await assertRefused(bucket.get("key"), "no-such-store");
    await assertRefused(bucket.set("key", bytes("3")), "no-such-store");
    assert.equal(await backend.create!("made"), true);
    assert.equal(await textAt(bucket, "key"), undefined);
  },
);

natsTest(
  "nats: expiry() is the age limit of the bucket where it comes first",
  async () => {
    await using server = await startNatsServer();
    await using backend = await openNats({ url: server.url, ttl: 3_600_000 });
    const bucket = await backend.open("default");
    for (const [ttl, expected] of [[undefined, 3_600_000], [60_000, 60_000]]) {
      const before = Date.now();
      await bucket.set("key", bytes("1"), ttl === undefined ? {} : { ttl });
      const left = (await bucket.expiry("key"))!.getTime() - before;
      assert.ok(Math.abs(left - expected!) < 30_000, `${left} ms`);
    }
    await bucket.delete("key");
    assert.equal(await bucket.expiry("key"), undefined);
  },
);

natsTest(
  "nats: list() gives the buckets of an account with more than a page",
  async () => {
    await using server = await startNatsServer();
    await using backend = await openNats({
      url: server.url,
      storage: "memory",
      timeout: 30_000,
    });
    const connection = await connect({ servers: `127.0.0.1:${server.port}` });
    const { streams } = await jetstreamManager(connection);
    await streams.add({ name: "ORDERS", subjects: ["orders.>"] });
    await streams.add({ name: "KV_--b-!", subjects: ["$KV.--b-!.>"] });
    await connection.close();
    const names = numbered("bucket-", 1100);
    for (let start = 0; start < names.length; start += 50) {
      await Promise.all(
        names.slice(start, start + 50).map((name) => backend.create!(name)),
      );
    }
    assert.deepEqual(await listed(backend), names.sort());
  },
);

natsTest(
  "nats: a server that is away is told of by list(), info(), create() and drop()",
  async () => {
    await using server = await startNatsServer();
    await using backend = await openNats({ url: server.url, timeout: 300 });
    await backend.open("default");
    await server.kill();
    await assertRefused(Array.fromAsync(backend.list!()));
    await assertRefused(backend.info("default"));
    await assertRefused(backend.create!("default"));
    await assertRefused(backend.drop("default"));
  },
);
