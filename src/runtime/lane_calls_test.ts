import assert from "node:assert/strict";
import { idOutside, LaneCalls } from "./lane_calls.ts";

const begin = (calls: LaneCalls, id: string) =>
  calls.begin(id, Promise.withResolvers(), undefined);

Deno.test("LaneCalls finds the calls that are under way, and no others", () => {
  const calls = new LaneCalls();
  const first = begin(calls, "r1");
  const second = begin(calls, "r2");
  assert.equal(calls.get(first.id), first);
  assert.equal(calls.get(second.id), second);
  calls.delete(first);
  assert.equal(calls.get(first.id), undefined);
  for (const id of ["", "r2", "7 r2", "x", "-1 r2", "length"]) {
    assert.equal(calls.get(id), undefined, id);
  }
  assert.deepEqual(calls.list(), [second]);
  assert.equal(calls.size, 1);
});

Deno.test("LaneCalls gives a place again, and tells the call that had it from the one that has", () => {
  const calls = new LaneCalls();
  const first = begin(calls, "r1");
  calls.delete(first);
  const second = begin(calls, "r2");
  assert.equal(parseInt(first.id), parseInt(second.id));
  assert.equal(calls.get(first.id), undefined);
  assert.equal(calls.get(second.id), second);
  assert.equal(calls.size, 1);
});

Deno.test("LaneCalls takes no more places than there were calls at once", () => {
  const calls = new LaneCalls();
  const places = new Set<number>();
  let open = Array.from({ length: 8 }, (_, n) => begin(calls, `a${n}`));
  for (let round = 0; round < 100; round++) {
    for (const each of open) places.add(parseInt(each.id));
    const [oldest, ...rest] = open;
    calls.delete(oldest!);
    open = [...rest, begin(calls, `b${round}`)];
  }
  assert.equal(places.size, 8);
  assert.equal(calls.size, 8);
});

Deno.test("idOutside() gives back the id that a call was added with", () => {
  const calls = new LaneCalls();
  for (const outside of ["1", "a b", "", " "]) {
    const { id } = begin(calls, outside);
    assert.equal(idOutside(id), outside);
    assert.ok(id.length > 10);
  }
  assert.equal(idOutside(undefined), undefined);
});
