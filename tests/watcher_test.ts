/**
 * `wasi:keyvalue/watcher`: components that are told of changes in real stores.
 */

import assert from "node:assert/strict";
import type { BucketOpener } from "../src/wasi/mod.ts";
import {
  type NatsServer,
  natsTest,
  startNatsServer,
} from "./support/nats_server.ts";
import {
  type RedisServer,
  startRedis,
  testWithRedis,
} from "./support/redis_server.ts";
import { watchedInNats } from "./support/nats_watches.ts";
import {
  openWatcherApp,
  type WatcherApp,
  type WatcherAppOptions,
} from "./support/watcher_app.ts";

const EVENTS = ["--notify-keyspace-events", "KA"];

/** Two buckets in a store, and one in memory for what the guest was told. */
function stores(store: string, url: string, more = ""): string {
  return `{wasi_keyvalue_${store}_url: "${url}", ${more} keyvalue: {buckets: ` +
    `{sessions: {store: ${store}}, carts: {store: ${store}}, told: {store: in_memory}}}}`;
}

/** An app that watches buckets in NATS, once NATS knows that it does. */
async function watchNats(
  server: NatsServer,
  { more, watched = ["sessions"], ...options }:
    & Partial<Omit<WatcherAppOptions, "dev">>
    & { readonly more?: string } = {},
): Promise<WatcherApp> {
  const dev = stores("nats", server.url, more);
  const opened = await openWatcherApp({ ...options, dev, watched });
  await watchedInNats(server, watched);
  return opened;
}

/** Waits until Redis knows of so many watches. */
async function watched(server: RedisServer, count: number): Promise<void> {
  while (await server.send("PUBSUB", "NUMPAT") !== `:${count}\r\n`) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Holds back the first bucket that goes with a change. */
function makeGate() {
  const opened = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  let opens = 0;
  return {
    begun: begun.promise,
    open: opened.resolve,
    gate: (buckets: BucketOpener): BucketOpener => ({
      async open(name) {
        if (opens++ > 0) return await buckets.open(name);
        begun.resolve();
        await opened.promise;
        return await buckets.open(name);
      },
    }),
  };
}

natsTest(
  "a component is told of the changes in two buckets, and answers requests",
  async () => {
    await using server = await startNatsServer();
    await using opened = await watchNats(server, {
      watched: ["sessions", "carts"],
    });
    const { app, until, of } = opened;
    await opened.set("sessions", "a", "one");
    await opened.set("carts", "b", "æ");
    await until("change", 2);
    await opened.set("sessions", "a", "");
    await opened.delete("sessions", "a");
    await until("change", 4);
    assert.equal(await opened.toldOf("a"), "set one\nset \ndeleted\n");
    assert.equal(await opened.toldOf("b"), "set æ\n");
    const response = await app.fetch(new Request("http://guest.test/"));
    assert.equal(await response.text(), "here\n");

    const changes = of("change").map(({ change }) => change);
    assert.equal(new Set(changes.map(({ id }) => id)).size, 4);
    assert.deepEqual(
      changes.map(({ bucket, kind, key }) => `${bucket} ${kind} ${key}`).sort(),
      ["carts set b", "sessions delete a", "sessions set a", "sessions set a"],
    );
    // What the guest logs carries the change's own id.
    const ids = changes.filter(({ kind }) => kind === "set").map(({ id }) =>
      id
    );
    assert.deepEqual(
      of("guest-log").map(({ request }) => request).sort(),
      ids.sort(),
    );
    assert.deepEqual(of("warning"), []);
  },
);

testWithRedis(
  "a component is told of what another program changes in Redis",
  async () => {
    await using server = await startRedis(EVENTS);
    await using opened = await openWatcherApp({
      dev: stores("redis", server.url),
      watched: ["sessions", "carts"],
    });
    await watched(server, 2);
    await server.send("SET", "sessions:a", "one");
    await opened.until("change", 1);
    await server.send("DEL", "sessions:a");
    await opened.until("change", 2);
    assert.equal(await opened.toldOf("a"), "set one\ndeleted\n");
  },
);

testWithRedis(
  "a component is told again when a store was away, which is said once",
  async () => {
    await using server = await startRedis(EVENTS);
    await using opened = await openWatcherApp({
      dev: stores("redis", server.url),
      watched: ["sessions"],
    });
    await watched(server, 1);
    await server.kill();
    await opened.until("warning");
    await server.start(EVENTS);
    await watched(server, 1);
    await opened.set("sessions", "a", "back");
    await opened.until("change");
    assert.equal(await opened.toldOf("a"), "set back\n");
    const [warning, ...more] = opened.of("warning");
    assert.match(warning!.text, /^Cannot watch bucket "sessions" now: /);
    assert.deepEqual(more, []);
  },
);

natsTest(
  "a component without incoming-handler is told of changes, and requests get 501",
  async () => {
    await using server = await startNatsServer();
    await using opened = await watchNats(server, {
      guest: "kv_watcher_only",
    });
    const response = await opened.app.fetch(new Request("http://guest.test/"));
    assert.equal(response.status, 501);
    assert.equal(
      await response.text(),
      "This component exports nothing that answers HTTP requests\n(request 1)\n",
    );
    await opened.set("sessions", "a", "one");
    await opened.until("change");
    assert.equal(await opened.toldOf("a"), "set one\n");
  },
);

natsTest(
  "a guest that traps in on-set is called again, and the next change after it",
  async () => {
    await using server = await startNatsServer();
    await using opened = await watchNats(server);
    await opened.set("sessions", "a", "trap once");
    await opened.until("change");
    await opened.set("sessions", "a", "fine");
    await opened.until("change", 2);
    assert.equal(await opened.toldOf("a"), "set trap once\nset fine\n");
    const [first, second] = opened.of("change").map(({ change }) => change);
    assert.deepEqual([first!.calls, second!.calls], [2, 1]);
    assert.deepEqual(
      opened.of("guest-trap").map(({ request, text }) => [request, text]),
      [[first!.id, "The guest trapped: unreachable"]],
    );
  },
);

natsTest(
  "a change whose calls all trap is reported as lost, and others are told",
  async () => {
    await using server = await startNatsServer();
    const opened = await watchNats(server);
    await opened.set("sessions", "bad", "trap");
    await opened.until("guest-trap");
    await opened.set("sessions", "good", "fine");
    await opened.until("change");
    assert.equal(await opened.toldOf("good"), "set fine\n");
    // Stopping waits for no pause: the change is told once more.
    await opened[Symbol.asyncDispose]();
    const [lost] = opened.of("change-lost");
    const { calls, ...change } = lost!.change;
    assert.deepEqual(change, {
      id: "change-1",
      bucket: "sessions",
      kind: "set",
      key: "bad",
    });
    assert.equal(calls, opened.of("guest-trap").length);
    assert.match(lost!.text, /^The guest trapped: unreachable\n {2}at byte 0x/);
  },
);

natsTest(
  "what a guest writes to a watched bucket is a change of its own",
  async () => {
    await using server = await startNatsServer();
    await using opened = await watchNats(server);
    await opened.set("sessions", "a", "3");
    await opened.until("change", 4);
    assert.equal(await opened.toldOf("a"), "set 3\nset 2\nset 1\nset 0\n");
  },
);

natsTest("a guest is held to the deadline, and called again", async () => {
  await using server = await startNatsServer();
  const { gate, open } = makeGate();
  await using opened = await watchNats(server, {
    gate,
    more: "request_timeout: 200ms,",
  });
  await opened.set("sessions", "a", "one");
  await opened.until("guest-trap");
  open();
  await opened.until("change");
  assert.equal(await opened.toldOf("a"), "set one\n");
  assert.equal(
    opened.of("guest-trap")[0]!.text,
    "The guest was at one change for more than 0.2 seconds; dev.request_timeout allows more",
  );
});

natsTest("stopping waits for the change that is being served", async () => {
  await using server = await startNatsServer();
  const { gate, begun, open } = makeGate();
  const opened = await watchNats(server, {
    gate,
  });
  await opened.set("sessions", "a", "one");
  await begun;
  let stopped = false;
  const stopping = opened.app[Symbol.asyncDispose]().then(() => stopped = true);
  await opened.set("sessions", "a", "too late");
  assert.equal(stopped, false);
  open();
  await stopping;
  assert.equal(await opened.toldOf("a"), "set one\n");
  assert.equal(opened.of("change").length, 1);
  await opened[Symbol.asyncDispose]();
});

for (
  const [guest, names, message] of [
    [
      "kv_watcher",
      [],
      "The component exports wasi:keyvalue/watcher, and no bucket is watched; " +
      "set dev.keyvalue.buckets.NAME.watch",
    ],
    [
      "hello",
      ["told", "other"],
      'Changes in "told", "other" are told to no one: ' +
      "the component does not export wasi:keyvalue/watcher",
    ],
  ] as const
) {
  Deno.test(`openApp() warns: ${message}`, async () => {
    await using opened = await openWatcherApp({
      guest,
      dev: "{}",
      watched: names,
    });
    assert.deepEqual(opened.of("warning").map(({ text }) => text), [message]);
  });
}
