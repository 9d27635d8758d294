import assert from "node:assert/strict";
import { Increments } from "./increments.ts";

Deno.test("Increments share a write while one is under way, key by key", async () => {
  const batches: string[] = [];
  const gate = Promise.withResolvers<void>();
  let sum = 0n;
  const increments = new Increments(async (key, additions) => {
    batches.push(`${key}:${additions.length}`);
    await gate.promise;
    return additions.map(({ delta }) => ({ sum: sum += delta }));
  });
  const add = (key: string) => increments.add(key, { delta: 1n, deadline: 0 });
  const sums = [add("a"), add("a"), add("a"), add("b")];
  gate.resolve();
  assert.deepEqual((await Promise.all(sums)).toSorted(), [1n, 2n, 3n, 4n]);
  assert.deepEqual(batches, ["a:1", "b:1", "a:2"]);
  assert.equal(await add("a"), 5n);
});

Deno.test("Increments fail together with their write, and the next are tried", async () => {
  let calls = 0;
  const increments = new Increments((_, additions) =>
    ++calls === 1
      ? Promise.reject(new Error("away"))
      : Promise.resolve(additions.map(({ delta }) => ({ sum: delta })))
  );
  const first = increments.add("a", { delta: 1n, deadline: 0 });
  const second = increments.add("a", { delta: 2n, deadline: 0 });
  await assert.rejects(first, { message: "away" });
  assert.equal(await second, 2n);
});
