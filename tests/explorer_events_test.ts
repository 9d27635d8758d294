/**
 * Streams of events: what they tell, and what is left when their clients are gone.
 */

import assert from "node:assert/strict";
import { openCounted, WatchCount } from "./support/counted_watches.ts";
import { eventsOf, nextEvent } from "./support/event_reader.ts";
import { serveExplorer } from "./support/explorer_server.ts";
import { RawConnection } from "./support/http_client.ts";
import { DOORS } from "./support/http_server.ts";
import { storeRows, testEachStore } from "./support/keyvalue_stores.ts";

const CLIENTS = 1000;
const AT_ONCE = 100;

const STORES = storeRows().filter(({ name }) =>
  ["in_memory", "sqlite", "redis", "nats"].includes(name)
);

testEachStore(
  "changes are told as they come, deletions too",
  STORES,
  async (row) => {
    await using fixture = await row.open();
    const { backend } = fixture;
    await using server = await serveExplorer({
      buckets: {
        open: () =>
          Promise.resolve({
            summary: backend.summary,
            open: (name) => backend.open(name),
            info: (name) => backend.info(name),
            drop: (name) => backend.drop(name),
            [Symbol.asyncDispose]: () => Promise.resolve(),
          }),
      },
    });
    const response = await server.api("GET changes", {
      bucket: "b",
      prefix: "p",
    });
    assert.equal(response.headers.get("content-type"), "text/event-stream");
    assert.equal(response.headers.get("cache-control"), "no-store");
    const events = eventsOf(response);
    const write = async (
      method: string,
      key: string,
      body: Uint8Array<ArrayBuffer> | null,
    ) => {
      const query = { bucket: "b", key };
      await (await server.api(`${method} value`, query, { body })).text();
    };
    // A store may need a moment before it hears: the key is set until it is told.
    let told = false;
    const first = nextEvent(events, "change").finally(() => told = true);
    while (!told) {
      await write("PUT", "other", new Uint8Array(1));
      await write("PUT", "p\n1", new Uint8Array(3));
    }
    assert.deepEqual(await first, { kind: "set", key: "p\n1", size: 3 });
    await write("DELETE", "p\n1", null);
    for (;;) {
      const change = await nextEvent(events, "change");
      if (Reflect.get(Object(change), "kind") === "set") continue;
      assert.deepEqual(change, { kind: "delete", key: "p\n1" });
      break;
    }
    await events.return(undefined);
    assert.deepEqual(server.faults, []);
  },
);

Deno.test("a watch that fails is told, and the stream ends", async () => {
  await using server = await serveExplorer();
  const response = await server.api("GET changes", { bucket: "b" });
  const events = eventsOf(response);
  await nextEvent(events, undefined);
  await server.buckets[Symbol.asyncDispose]();
  assert.deepEqual(await nextEvent(events, "error"), {
    title: "The store failed",
    status: 502,
    detail: "Cannot watch the bucket: the store was closed",
    code: "store-failed",
  });
  assert.equal((await events.next()).done, true);
});

Deno.test("requests and builds are told, the state of now first", async () => {
  await using server = await serveExplorer();
  const events = eventsOf(await server.api("GET events"));
  const first = await nextEvent(events, "build");
  assert.deepEqual(first, server.project.status().build);
  await server.api("POST rebuild").then((response) => response.text());
  const second = await nextEvent(events, "build");
  assert.equal(Reflect.get(Object(second), "phase"), "building");
  await (await fetch(new URL("/?key=mykey", server.url))).text();
  for (;;) {
    const request = Object(await nextEvent(events, "request"));
    assert.equal(request.path, "/?key=mykey");
    if (request.status === 200) break;
  }
  const replayed = await server.api("POST replay", { id: "t1" });
  assert.deepEqual(await replayed.json(), { id: "t2" });
  for (;;) {
    const request = Object(await nextEvent(events, "request"));
    if (request.id !== "t2" || request.status === undefined) continue;
    assert.deepEqual([request.replayOf, request.status], ["t1", 200]);
    break;
  }
  await events.return(undefined);
});

Deno.test("a stream with nothing to tell shows that it lives", async () => {
  await using server = await serveExplorer({ heartbeat: 1 });
  for (const route of ["GET changes", "GET events"]) {
    const query = route === "GET changes" ? { bucket: "b" } : {};
    const events = eventsOf(await server.api(route, query));
    for (let comments = 0; comments < 5; comments++) {
      await nextEvent(events, undefined);
    }
    await events.return(undefined);
  }
});

for (const door of DOORS) {
  Deno.test(`${door}: the streams end with the explorer`, async () => {
    const server = await serveExplorer({ door });
    const changes = eventsOf(await server.api("GET changes", { bucket: "b" }));
    const events = eventsOf(await server.api("GET events"));
    await nextEvent(changes, undefined);
    await nextEvent(events, "build");
    const ended = Promise.all([changes.next(), events.next()]);
    await server[Symbol.asyncDispose]();
    assert.deepEqual((await ended).map(({ done }) => done), [true, true]);
  });

  Deno.test(`${door}: of ${CLIENTS} clients that come and go none is left`, async () => {
    const count = new WatchCount();
    const backend = await openCounted(count);
    await using server = await serveExplorer({
      door,
      buckets: { open: () => Promise.resolve(backend) },
    });
    const path = "/_wharf/api/changes?bucket=b";
    for (let clients = 0; clients < CLIENTS; clients += AT_ONCE) {
      const connections = await Promise.all(
        Array.from({ length: AT_ONCE }, async (_, index) => {
          const client = await RawConnection.open(server.port);
          const target = index % 2 === 0 ? path : "/_wharf/api/events";
          await client.send(
            `GET ${target} HTTP/1.1\r\nHost: localhost\r\n\r\n`,
          );
          assert.equal((await client.readHead()).status, 200);
          return client;
        }),
      );
      await count.reaches(AT_ONCE / 2);
      for (const client of connections) client.close();
      await count.reaches(0);
    }
    assert.equal(count.begun, CLIENTS / 2);
    // Watches and listeners go in the same way, but in their own time.
    while (server.project.listeners + server.requests.listeners > 0) {
      await server.api("GET status").then((response) => response.text());
    }
    assert.deepEqual(server.faults, []);
  });
}
