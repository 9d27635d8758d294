import assert from "node:assert/strict";
import { BoundedCache } from "./bounded_cache.ts";

Deno.test("BoundedCache.set() forgets what was unused longest", () => {
  const cache = new BoundedCache<number>(2);
  cache.set("a", 1);
  cache.set("b", 2);
  assert.equal(cache.get("a"), 1);
  cache.set("c", 3);
  assert.deepEqual(["a", "b", "c"].map((name) => cache.get(name)), [
    1,
    undefined,
    3,
  ]);
});

Deno.test("BoundedCache.set() replaces a value without making room", () => {
  const cache = new BoundedCache<number>(2);
  for (const [name, value] of [["a", 1], ["b", 2], ["b", 3]] as const) {
    cache.set(name, value);
  }
  assert.deepEqual(["a", "b"].map((name) => cache.get(name)), [1, 3]);
});

Deno.test("BoundedCache.set() keeps no name of a guest's that is very long", () => {
  const cache = new BoundedCache<number>(2);
  cache.set("x".repeat(100_000), 1);
  assert.equal(cache.get("x".repeat(100_000)), undefined);
});

Deno.test("BoundedCache.forget() leaves a later value", () => {
  const cache = new BoundedCache<number>(2);
  cache.set("a", 1);
  cache.set("a", 2);
  cache.forget("a", 1);
  assert.equal(cache.get("a"), 2);
  cache.forget("a", 2);
  assert.equal(cache.get("a"), undefined);
});
