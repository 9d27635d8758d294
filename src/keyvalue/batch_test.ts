import assert from "node:assert/strict";
import { deleteMany, eachOf, getMany, setMany } from "./batch.ts";
import type { Entry } from "./store.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("getMany() keeps the order when later keys answer first", async () => {
  const waiting: (() => void)[] = [];
  const bucket = {
    get: (key: string) =>
      new Promise<Entry | undefined>((resolve) =>
        waiting.unshift(() =>
          resolve(key === "-" ? undefined : { value: bytes(key), version: key })
        )
      ),
  };
  const found = getMany(bucket, ["a", "-", "b", "a"]);
  for (const answer of waiting) answer();
  assert.deepEqual((await found).map((entry) => entry?.version), [
    "a",
    undefined,
    "b",
    "a",
  ]);
});

Deno.test("setMany() writes each key once, with its last value as it was at the call", async () => {
  const written: [string, string][] = [];
  const entries = Array.from(
    { length: 100 },
    (_, index) => [`key ${index % 50}`, bytes(String(index))] as const,
  );
  const done = setMany({
    set: async (key, value) => {
      await Promise.resolve();
      written.push([key, new TextDecoder().decode(value)]);
    },
  }, entries);
  for (const [, value] of entries) value.fill(0);
  await done;
  assert.equal(written.length, 50);
  assert.deepEqual(new Map(written).get("key 7"), "57");
});

Deno.test("deleteMany() deletes each key once", async () => {
  const deleted: string[] = [];
  await deleteMany(
    { delete: (key) => Promise.resolve(void deleted.push(key)) },
    ["a", "b", "a"],
  );
  assert.deepEqual(deleted, ["a", "b"]);
});

Deno.test("eachOf() starts no more after a failure, waits for those under way, and tells of it", async () => {
  const gate = Promise.withResolvers<void>();
  let begun = 0;
  let ended = 0;
  const run = eachOf(
    Array.from({ length: 100 }, (_, index) => index),
    async (item) => {
      begun++;
      if (item === 3) throw new Error("third");
      await gate.promise;
      ended++;
    },
  );
  gate.resolve();
  await assert.rejects(run, { message: "third" });
  assert.equal(ended, begun - 1);
  assert.ok(begun < 100, String(begun));
});
