import assert from "node:assert/strict";
import { InsertionOrder, type Ordered } from "./insertion_order.ts";

interface Item extends Ordered {
  reads: number;
}

function makeItem(id: number): Item {
  return { id, live: true, reads: 0 };
}

Deno.test("InsertionOrder.after() goes on behind any id, one that was removed too", () => {
  const order = new InsertionOrder<Item>();
  const items = Array.from({ length: 1000 }, (_, index) => makeItem(index + 1));
  for (const item of items) order.add(item);
  for (const item of items) if (item.id % 3 !== 0) order.remove(item);
  for (const id of [0, 1, 2, 3, 500, 998, 999, 1000, 1e15]) {
    const expected = items.filter((item) => item.live && item.id > id).map((
      item,
    ) => item.id);
    assert.deepEqual(
      [...order.after(id)].map((item) => item.id),
      expected,
      String(id),
    );
  }
});

Deno.test("InsertionOrder.after() is not upset by items that are added and removed while it runs", () => {
  const order = new InsertionOrder<Item>();
  const items = Array.from({ length: 500 }, (_, index) => makeItem(index + 1));
  for (const item of items) order.add(item);
  let added = 1000;
  const seen: number[] = [];
  for (const item of order.after(0)) {
    seen.push(item.id);
    if (item.id > 500) continue;
    // Enough to make it clean up in between.
    if (item.id % 2 === 0) order.remove(items[item.id - 2]!);
    order.add(makeItem(++added));
  }
  assert.deepEqual(
    seen.filter((id) => id <= 500),
    items.map((item) => item.id),
  );
  assert.equal(new Set(seen).size, seen.length);
});

Deno.test("InsertionOrder.after() finds an id among a million without looking at all", () => {
  const order = new InsertionOrder<Ordered>();
  let reads = 0;
  for (let id = 1; id <= 1_000_000; id++) {
    order.add({
      get id() {
        reads++;
        return id;
      },
      live: true,
    });
  }
  const [next] = order.after(900_000);
  assert.ok(reads <= 25, String(reads));
  assert.equal(next?.id, 900_001);
});

Deno.test("InsertionOrder.nextToSweep() comes round to every item", () => {
  const order = new InsertionOrder<Item>();
  const items = Array.from({ length: 10 }, (_, index) => makeItem(index + 1));
  for (const item of items) order.add(item);
  const swept = new Set<number>();
  for (let turn = 0; turn < 3; turn++) {
    for (const item of order.nextToSweep()) swept.add(item.id);
  }
  assert.equal(swept.size, 10);
});
