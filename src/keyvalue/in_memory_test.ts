import assert from "node:assert/strict";
import { openInMemory } from "./in_memory.ts";

const VALUE = new Uint8Array([1]);

Deno.test("openInMemory() says that its data ends with the process", async () => {
  await using backend = await openInMemory();
  assert.deepEqual(backend.summary, {
    location: "memory of this process",
    durable: false,
  });
});

Deno.test("openInMemory() makes backends that share nothing", async () => {
  await using one = await openInMemory();
  await using two = await openInMemory();
  await (await one.open("default")).set("key", VALUE);
  assert.equal(await (await two.open("default")).exists("key"), false);
});

Deno.test("in_memory: a key that is set again keeps its place in the listing", async () => {
  await using backend = await openInMemory();
  const bucket = await backend.open("default");
  for (const key of ["a", "b", "c"]) await bucket.set(key, VALUE);
  const { cursor } = await bucket.listKeys({ limit: 1 });
  assert.equal(cursor, "1");
  await bucket.set("a", VALUE);
  assert.deepEqual(await bucket.listKeys({ cursor }), { keys: ["b", "c"] });
  await bucket.delete("a");
  await bucket.set("a", VALUE);
  assert.deepEqual(await bucket.listKeys({ cursor }), {
    keys: ["b", "c", "a"],
  });
});

Deno.test("in_memory: setting values with a ttl frees expired ones that nobody reads", async () => {
  let time = 0;
  await using backend = await openInMemory({ now: () => time });
  const bucket = await backend.open("default");
  for (let index = 0; index < 1000; index++) {
    await bucket.set(`old ${index}`, VALUE, { ttl: 10 });
  }
  time = 10;
  for (let index = 0; index < 1000; index++) {
    await bucket.set(`new ${index}`, VALUE, { ttl: 10 });
  }
  // With the clock back, whatever was not freed would show.
  time = 0;
  const { keys } = await bucket.listKeys({ limit: 10_000 });
  assert.equal(keys.filter((key) => key.startsWith("old")).length, 0);
});

Deno.test("in_memory: setMany() with a key that is refused sets none", async () => {
  await using backend = await openInMemory();
  const bucket = await backend.open("default");
  await assert.rejects(bucket.setMany([["a", VALUE], ["\ud800", VALUE]]));
  assert.deepEqual(await bucket.listKeys(), { keys: [] });
});
