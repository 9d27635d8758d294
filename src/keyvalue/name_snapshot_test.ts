import assert from "node:assert/strict";
import { NameSnapshot } from "./name_snapshot.ts";

const all = () => true;

Deno.test("NameSnapshot.after() gives every name once, in the order of hashes, from any hash on", () => {
  const snapshot = new NameSnapshot();
  for (let index = 0; index < 20_000; index++) snapshot.add(`name ${index}`);
  const groups = [...snapshot.after(-1, all)];
  assert.equal(new Set(groups.flatMap((group) => group.names)).size, 20_000);
  for (let index = 1; index < groups.length; index++) {
    assert.ok(groups[index]!.hash > groups[index - 1]!.hash);
  }
  for (const at of [0, 1, 777, 19_998, 19_999]) {
    const [next] = snapshot.after(groups[at]!.hash, all);
    assert.equal(next?.hash, groups[at + 1]?.hash);
  }
  assert.deepEqual([...snapshot.after(2 ** 48 - 1, all)], []);
});

Deno.test("NameSnapshot.after() keeps names of one hash together, and leaves out what is not wanted", () => {
  const snapshot = new NameSnapshot();
  for (
    const [name, hash] of [["a", 7], ["b", 5], ["c", 7], ["d", 2 ** 48 - 1], [
      "e",
      0,
    ], ["f", 7]] as const
  ) {
    snapshot.add(name, hash);
  }
  assert.deepEqual([...snapshot.after(-1, (name) => name !== "c")], [
    { hash: 0, names: ["e"] },
    { hash: 5, names: ["b"] },
    { hash: 7, names: ["a", "f"] },
    { hash: 2 ** 48 - 1, names: ["d"] },
  ]);
  assert.deepEqual([...snapshot.after(0, all)].map((group) => group.hash), [
    5,
    7,
    2 ** 48 - 1,
  ]);
});
