import assert from "node:assert/strict";
import { PathGate } from "./path_gate.ts";

Deno.test("a change waits for those that follow paths, and is alone", async () => {
  const gate = new PathGate();
  const log: string[] = [];
  const held = Promise.withResolvers<void>();
  const step = (name: string, wait?: Promise<void>) => async () => {
    log.push(`${name} begins`);
    await wait;
    log.push(`${name} ends`);
  };
  const all = [
    gate.follow(step("one", held.promise)),
    gate.follow(step("two")),
    gate.change(step("change")),
    gate.follow(step("three")),
    gate.change(step("another")),
  ];
  await all[1];
  assert.deepEqual(log, ["one begins", "two begins", "two ends"]);
  held.resolve();
  await Promise.all(all);
  assert.deepEqual(log.slice(3), [
    "one ends",
    "change begins",
    "change ends",
    "three begins",
    "three ends",
    "another begins",
    "another ends",
  ]);
});

Deno.test("a task that fails stops no other", async () => {
  const gate = new PathGate();
  const fail = () => Promise.reject(new RangeError());
  const first = gate.change(fail);
  const second = gate.follow(fail);
  const third = gate.change(() => Promise.resolve(3));
  await assert.rejects(first, RangeError);
  await assert.rejects(second, RangeError);
  assert.equal(await third, 3);
});
