import assert from "node:assert/strict";
import { Kvm } from "@nats-io/kv";
import { connect } from "@nats-io/transport-node";
import {
  type NatsServer,
  natsTest,
  startNatsServer,
} from "../../tests/support/nats_server.ts";
import {
  bytes,
  listAll,
  numbered,
  textAt,
} from "../../tests/support/keyvalue_values.ts";
import { openNats } from "./nats.ts";
import type { Bucket, Change } from "./store.ts";

/** What another program sees: a KV bucket by the plain client. */
async function openPlainly(server: NatsServer, bucket: string) {
  const connection = await connect({ servers: `127.0.0.1:${server.port}` });
  const kv = await new Kvm(connection).create(bucket);
  return { kv, [Symbol.asyncDispose]: () => connection.close() };
}

const PLAIN_KEYS = ["key", "a.b", "a/b", "A_b-c=d", "0", "=", "_key", "-"];

natsTest(
  "what another program wrote is read under its own name, and counted on",
  async () => {
    await using server = await startNatsServer();
    await using plain = await openPlainly(server, "default");
    for (const key of PLAIN_KEYS) await plain.kv.put(key, `value of ${key}`);
    await plain.kv.put("counter", "41");
    await plain.kv.put("deleted", "x");
    await plain.kv.delete("deleted");
    await plain.kv.put("purged", "x");
    await plain.kv.purge("purged");

    await using backend = await openNats({ url: server.url, create: false });
    const bucket = await backend.open("default");
    for (const key of PLAIN_KEYS) {
      assert.equal(await textAt(bucket, key), `value of ${key}`);
    }
    assert.equal(await bucket.increment("counter", 1n), 42n);
    for (const key of ["deleted", "purged"]) {
      assert.equal(await bucket.exists(key), false);
      assert.equal(await bucket.increment(key, 1n), 1n);
      assert.ok(!(await bucket.swap(key, undefined, bytes(""))).swapped);
      await bucket.delete(key);
    }
    assert.deepEqual(
      (await listAll(bucket)).sort(),
      [...PLAIN_KEYS, "counter"].sort(),
    );
  },
);

natsTest("what Wharf wrote is read by another program", async () => {
  await using server = await startNatsServer();
  await using backend = await openNats({ url: server.url });
  const bucket = await backend.open("default");
  await using plain = await openPlainly(server, "default");
  for (const key of PLAIN_KEYS) await bucket.set(key, bytes(`value of ${key}`));
  await bucket.increment("counter", 42n);
  await bucket.set("short", bytes("value"), { ttl: 60_000 });
  await bucket.set("deleted", bytes("value"));
  await bucket.delete("deleted");
  for (const key of PLAIN_KEYS) {
    assert.equal((await plain.kv.get(key))?.string(), `value of ${key}`);
  }
  assert.equal((await plain.kv.get("counter"))?.string(), "42");
  assert.equal((await plain.kv.get("short"))?.string(), "value");
  assert.equal((await plain.kv.get("deleted"))?.operation, "DEL");
  const { revision } = (await plain.kv.get("counter"))!;
  assert.equal((await bucket.get("counter"))?.version, String(revision));
});

natsTest("a bucket without direct reads is read from its leader", async () => {
  await using server = await startNatsServer();
  const connection = await connect({ servers: `127.0.0.1:${server.port}` });
  await new Kvm(connection).create("default", { allow_direct: false });
  await connection.close();
  await using backend = await openNats({ url: server.url });
  const bucket = await backend.open("default");
  assert.equal(await bucket.get("key"), undefined);
  await bucket.set("key", bytes("value"), { ttl: 60_000 });
  assert.equal(await textAt(bucket, "key"), "value");
  assert.equal(await bucket.increment("counter", 2n), 2n);
  await bucket.delete("key");
  assert.equal(await bucket.exists("key"), false);
});

natsTest(
  "increment() adds up what waits, and refuses only what does not fit",
  async () => {
    await using server = await startNatsServer();
    await using backend = await openNats({ url: server.url, timeout: 20_000 });
    const bucket = await backend.open("default");
    const deltas = [1n, 2n ** 63n - 3n, 5n, 2n, 1n, -3n];
    const ended = await Promise.allSettled(
      deltas.map((delta) => bucket.increment("counter", delta)),
    );
    assert.deepEqual(
      ended.map((one) => one.status === "fulfilled" ? one.value : undefined),
      [
        1n,
        2n ** 63n - 2n,
        undefined,
        undefined,
        2n ** 63n - 1n,
        2n ** 63n - 4n,
      ],
    );
    const calls = 5000;
    const sums = await Promise.all(
      numbered("", calls).map(() => bucket.increment("hot", 1n)),
    );
    assert.deepEqual(
      sums,
      numbered("", calls).map((_, index) => BigInt(index + 1)),
    );
  },
);

natsTest("two processes lose no increment of 64 callers", async () => {
  await using server = await startNatsServer();
  const backend = new URL("./nats.ts", import.meta.url).href;
  const program = `
    import { openNats } from ${JSON.stringify(backend)};
    const store = await openNats({ url: ${
    JSON.stringify(server.url)
  }, timeout: 60000 });
    const bucket = await store.open("default");
    await Promise.all(Array.from({ length: 32 }, async () => {
      for (let call = 0; call < 20; call++) await bucket.increment("counter", 1n);
    }));
    await store[Symbol.asyncDispose]();`;
  const run = () =>
    new Deno.Command(Deno.execPath(), {
      args: [
        ...[
          "eval",
          "--config",
          new URL("../../deno.json", import.meta.url).pathname,
        ],
        program,
      ],
      stderr: "inherit",
    }).output();
  const ended = await Promise.all([run(), run()]);
  assert.ok(ended.every(({ success }) => success));
  await using store = await openNats({ url: server.url });
  assert.equal(await textAt(await store.open("default"), "counter"), "1280");
});

/** Takes so many changes; the signal ends the watching. */
async function take(
  changes: AsyncIterable<Change>,
  count: number,
): Promise<Change[]> {
  const found: Change[] = [];
  for await (const change of changes) {
    found.push(change);
    if (found.length === count) break;
  }
  return found;
}

function told(changes: readonly Change[]): string[] {
  return changes.map((change) =>
    change.kind === "set"
      ? `${change.key}=${new TextDecoder().decode(change.entry.value)}`
      : `-${change.key}`
  );
}

natsTest(
  "watch() tells what happens after it was called, whoever does it, with a prefix",
  async () => {
    await using server = await startNatsServer();
    await using backend = await openNats({ url: server.url });
    const bucket = await backend.open("default");
    await bucket.set("user/before", bytes("x"));
    const ending = new AbortController();
    const { signal } = ending;
    const all = bucket.watch!({ signal });
    const users = bucket.watch!({ signal, prefix: "user/" });
    const long = `user/${"x".repeat(5000)}`;
    await bucket.set("user/1", bytes("a"));
    await bucket.set("other", bytes("b"));
    await bucket.delete("user/1");
    await bucket.set(long, bytes("c"));
    await bucket.delete(long);
    await using plain = await openPlainly(server, "default");
    await plain.kv.put("by-another", "d");
    await bucket.set("user/é", bytes("e"));
    assert.deepEqual(told(await take(all, 7)), [
      ...["user/1=a", "other=b", "-user/1", `${long}=c`, `-${long}`],
      ...["by-another=d", "user/é=e"],
    ]);
    assert.deepEqual(told(await take(users, 5)), [
      ...["user/1=a", "-user/1", `${long}=c`, `-${long}`, "user/é=e"],
    ]);
    ending.abort();
  },
);

natsTest(
  "watch() ends when its signal aborts, before and while it waits",
  async () => {
    await using server = await startNatsServer();
    await using backend = await openNats({ url: server.url });
    const bucket = await backend.open("default");
    assert.deepEqual(
      await take(bucket.watch!({ signal: AbortSignal.abort() }), 1),
      [],
    );
    const ending = new AbortController();
    const waiting = take(bucket.watch!({ signal: ending.signal }), 2);
    await bucket.set("key", bytes("1"));
    queueMicrotask(() => ending.abort());
    assert.ok((await waiting).length <= 1);
  },
);

natsTest(
  "watch() goes on after the server was killed and started again",
  async () => {
    await using server = await startNatsServer();
    await using backend = await openNats({ url: server.url, timeout: 1000 });
    const bucket = await backend.open("default");
    const ending = new AbortController();
    const changes = bucket.watch!({ signal: ending.signal })
      [Symbol.asyncIterator]();
    const next = async () => {
      const { value } = await changes.next();
      return told([value as Change])[0];
    };
    await bucket.set("key", bytes("0"));
    assert.equal(await next(), "key=0");
    for (let round = 1; round <= 3; round++) {
      const waiting = next();
      await server.kill();
      await server.start();
      await setUntilDone(bucket, "key", `${round}`);
      assert.equal(await waiting, `key=${round}`);
    }
    ending.abort();
    assert.equal((await changes.next()).done, true);
  },
);

async function setUntilDone(
  bucket: Bucket,
  key: string,
  value: string,
): Promise<void> {
  while (true) {
    try {
      return await bucket.set(key, bytes(value));
    } catch {
      // The server is not back yet.
    }
  }
}

natsTest(
  "history() tells sets and deletes, oldest first, and purge() removes them",
  async () => {
    await using server = await startNatsServer();
    await using backend = await openNats({ url: server.url, history: 10 });
    const bucket = await backend.open("default");
    assert.deepEqual(await bucket.history!("key"), []);
    for (const key of ["key", "", "é", "x".repeat(5000)]) {
      const begun = Date.now();
      await bucket.set(key, bytes("1"));
      await bucket.increment(key, 1n);
      await bucket.delete(key);
      await bucket.set(key, bytes("3"));
      const history = await bucket.history!(key);
      assert.deepEqual(
        history.map((one) =>
          one.kind === "set" ? new TextDecoder().decode(one.entry.value) : "-"
        ),
        ["1", "2", "-", "3"],
      );
      const last = history.at(-1);
      assert.ok(last?.kind === "set");
      assert.equal(last.entry.version, (await bucket.get(key))?.version);
      assert.ok(Math.abs(last.at.getTime() - begun) < 60_000);
      await bucket.purge!(key);
      assert.equal(await bucket.exists(key), false);
      assert.ok(
        (await bucket.history!(key)).every(({ kind }) => kind !== "set"),
      );
    }
    assert.deepEqual(await listAll(bucket), []);
  },
);
