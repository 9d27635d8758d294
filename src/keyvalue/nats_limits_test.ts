import assert from "node:assert/strict";
import { natsTest, startNatsServer } from "../../tests/support/nats_server.ts";
import {
  assertRefused,
  bytes,
  fill,
  listAll,
  numbered,
  textAt,
} from "../../tests/support/keyvalue_values.ts";
import { LONGEST_KEY } from "./nats/names.ts";
import { openNats } from "./nats.ts";

const MIB = 2 ** 20;

natsTest(
  "a value of max_payload is kept, and one byte more is refused by name of the limit",
  async () => {
    await using server = await startNatsServer();
    await using backend = await openNats({ url: server.url });
    const bucket = await backend.open("default");
    await bucket.set("key", new Uint8Array(MIB).fill(1));
    assert.equal((await bucket.get("key"))?.value.length, MIB);
    const message = /takes 1048577 bytes and a message may have 1048576/;
    await assert.rejects(bucket.set("key", new Uint8Array(MIB + 1)), {
      code: "other",
      message,
    });
    // A swap has headers, which count.
    const { version } = (await bucket.get("key"))!;
    await assertRefused(bucket.swap("key", version, new Uint8Array(MIB)));
    assert.ok(
      (await bucket.swap("key", version, new Uint8Array(MIB - 128))).swapped,
    );
  },
);

natsTest(
  "a value beyond the bucket's own limit is refused by name of the limit",
  async () => {
    await using server = await startNatsServer();
    await using backend = await openNats({
      url: server.url,
      maxValueSize: 1000,
    });
    const bucket = await backend.open("default");
    await bucket.set("key", new Uint8Array(500));
    await assert.rejects(bucket.set("key", new Uint8Array(2000)), {
      code: "other",
      message: /a message may have 1000/,
    });
  },
);

natsTest("a value of 16 MiB is kept where the server takes it", async () => {
  await using server = await startNatsServer({
    config: "max_payload: 33554432",
  });
  await using backend = await openNats({ url: server.url, timeout: 20_000 });
  const bucket = await backend.open("default");
  const value = new Uint8Array(16 * MIB).map((_, index) => index * 31);
  await bucket.set("key", value);
  assert.equal(Buffer.compare((await bucket.get("key"))!.value, value), 0);
});

natsTest(
  "no key is long enough to end the connection for the calls beside it",
  async () => {
    await using server = await startNatsServer();
    await using backend = await openNats({ url: server.url });
    const bucket = await backend.open("b".repeat(200));
    const lengths = [LONGEST_KEY - 1, LONGEST_KEY, LONGEST_KEY + 1, 4019, 4020];
    const keys = [...lengths, 10_000, 300_000].flatMap((length) => [
      "x".repeat(length),
      "é".repeat(length / 2),
    ]);
    await Promise.all([
      ...keys.map((key) => bucket.set(key, bytes(`${key.length}`))),
      ...numbered("beside ", 100).map((key) => bucket.increment(key, 1n)),
    ]);
    for (const key of keys) {
      assert.equal(await textAt(bucket, key), `${key.length}`);
      assert.equal((await bucket.history!(key)).length, 1);
    }
    assert.equal((await listAll(bucket)).length, new Set(keys).size + 100);
    await assertRefused(bucket.set("x".repeat(MIB), bytes("")));
    assert.equal(await bucket.increment("beside 0", 1n), 2n);
  },
);

natsTest(
  "settings make the bucket, and an existing one keeps its own",
  async () => {
    await using server = await startNatsServer();
    const { url } = server;
    await using first = await openNats({ url, history: 3 });
    const bucket = await first.open("default");
    for (const value of ["1", "2", "3", "4"]) {
      await bucket.set(
        "key",
        bytes(value),
      );
    }
    assert.equal((await bucket.history!("key")).length, 3);
    await using second = await openNats({ url, history: 10, create: false });
    const same = await second.open("default");
    assert.equal((await same.history!("key")).length, 3);
    await assertRefused(second.open("missing"), "no-such-store");
    await using replicated = await openNats({ url, replicas: 3 });
    await assertRefused(replicated.open("replicated"));
  },
);

natsTest(
  "a bucket with a history lists each key that is there once",
  async () => {
    await using server = await startNatsServer();
    await using backend = await openNats({ url: server.url, history: 5 });
    const bucket = await backend.open("default");
    const stay = numbered("stay ", 50);
    const gone = numbered("gone ", 50);
    for (let round = 0; round < 3; round++) {
      await fill(bucket, [
        ...stay,
        ...gone,
      ]);
    }
    await bucket.deleteMany(gone);
    const listed = await listAll(bucket, { limit: 7 }, async (page) => {
      await fill(bucket, stay.slice(page * 3, page * 3 + 5));
    });
    assert.deepEqual(listed.sort(), stay.sort());
  },
);

natsTest("a bucket that forgets after a ttl forgets", async () => {
  await using server = await startNatsServer();
  await using backend = await openNats({ url: server.url, ttl: 200 });
  const bucket = await backend.open("default");
  await bucket.set("key", bytes("value"));
  while (await bucket.exists("key"));
  assert.equal(await bucket.get("key"), undefined);
});

natsTest(
  "listKeys() lists what stays once while two writers move it",
  async () => {
    await using server = await startNatsServer();
    await using backend = await openNats({ url: server.url, timeout: 20_000 });
    await using other = await openNats({ url: server.url, timeout: 20_000 });
    const stay = numbered("stay.", 5000);
    const buckets = [
      await backend.open("default"),
      await other.open("default"),
    ] as const;
    await fill(buckets[0], stay);
    let listing = true;
    const writers = buckets.map(async (bucket, side) => {
      for (let write = side; listing; write += 7) {
        await bucket.set(stay[(write * 37) % stay.length]!, bytes("again"));
        if (write % 3 === 0) {
          await bucket.set(`new.${side}.${write % 500}`, bytes(""));
        }
      }
    });
    const listed = await listAll(buckets[0], { limit: 100 });
    listing = false;
    await Promise.all(writers);
    assert.equal(new Set(listed).size, listed.length);
    assert.deepEqual(
      listed.filter((key) => key.startsWith("stay.")).sort(),
      stay.sort(),
    );
  },
);

Deno.test("openNats() refuses settings the server would take for others", async () => {
  const url = "nats://127.0.0.1:4222";
  const wrong = [
    ...[{ history: 0 }, { history: 65 }, { history: 1.5 }, { replicas: 6 }],
    ...[{ ttl: 99 }, { maxValueSize: 0 }, { timeout: 0 }, { timeout: NaN }],
  ];
  for (const settings of wrong) {
    await assertRefused(openNats({ url, ...settings }));
  }
});
