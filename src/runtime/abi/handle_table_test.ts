import assert from "node:assert/strict";
import { HandleTable } from "./handle_table.ts";

class Thing implements Disposable {
  disposed = 0;
  [Symbol.dispose](): void {
    this.disposed++;
  }
}

class Special extends Thing {}

class Other {}

Deno.test("HandleTable.add() never hands out 0", () => {
  const table = new HandleTable();
  assert.equal(table.add(new Thing()), 1);
  assert.equal(table.add(new Thing()), 2);
  assert.equal(table.size, 2);
});

Deno.test("HandleTable.add() takes the number that was given back last", () => {
  const table = new HandleTable();
  const [first, second] = [table.add(new Thing()), table.add(new Thing())];
  table.drop(first, Thing);
  table.drop(second, Thing);
  assert.equal(table.size, 0);
  assert.deepEqual(
    [new Thing(), new Thing(), new Thing()].map((thing) => table.add(thing)),
    [second, first, 3],
  );
});

Deno.test("HandleTable.get() gives the resource and leaves it", () => {
  const table = new HandleTable();
  const thing = new Special();
  const handle = table.add(thing);
  assert.equal(table.get(handle, Thing), thing);
  assert.equal(table.get(handle, Special), thing);
  assert.equal(table.size, 1);
});

Deno.test("HandleTable.get() refuses every number that is no handle of the class", () => {
  const table = new HandleTable();
  const other = table.add(new Other());
  const gone = table.add(new Thing());
  table.drop(gone, Thing);
  for (
    const handle of [
      other,
      gone,
      0,
      -1,
      3,
      0xffffffff,
      2 ** 32,
      1.5,
      NaN,
      Infinity,
    ]
  ) {
    assert.throws(() => table.get(handle, Thing), {
      name: "TypeError",
      message: `${handle} is no handle of a Thing`,
    });
    assert.throws(() => table.remove(handle, Thing), TypeError);
    assert.throws(() => table.drop(handle, Thing), TypeError);
  }
  assert.equal(table.size, 1);
});

Deno.test("HandleTable.remove() takes a resource without disposing it", () => {
  const table = new HandleTable();
  const thing = new Thing();
  const handle = table.add(thing);
  assert.equal(table.remove(handle, Thing), thing);
  assert.equal(thing.disposed, 0);
  assert.throws(() => table.remove(handle, Thing), TypeError);
});

Deno.test("HandleTable.drop() disposes a resource once", () => {
  const table = new HandleTable();
  const thing = new Thing();
  const handle = table.add(thing);
  table.drop(handle, Thing);
  assert.throws(() => table.drop(handle, Thing), TypeError);
  assert.equal(thing.disposed, 1);
});

Deno.test("HandleTable.drop() takes resources that have nothing to dispose", () => {
  const table = new HandleTable();
  table.drop(table.add(new Other()), Other);
  assert.equal(table.size, 0);
});

Deno.test("HandleTable.clear() disposes what is held, and no more", () => {
  const table = new HandleTable();
  const things = [new Thing(), new Thing(), new Thing()];
  const handles = things.map((thing) => table.add(thing));
  table.remove(handles[1]!, Thing);
  table.clear();
  assert.deepEqual(things.map(({ disposed }) => disposed), [1, 0, 1]);
  assert.equal(table.size, 0);
  table.clear();
  assert.equal(things[0]!.disposed, 1);
  assert.throws(() => table.get(handles[0]!, Thing), TypeError);
  assert.equal(table.add(new Thing()), 1);
});

Deno.test("HandleTable keeps its size over any number of calls", () => {
  const table = new HandleTable();
  const kept = table.add(new Thing());
  let highest = 0;
  for (let call = 0; call < 200_000; call++) {
    const handle = table.add(new Thing());
    highest = Math.max(highest, handle);
    table.drop(handle, Thing);
  }
  assert.equal(highest, kept + 1);
  assert.equal(table.size, 1);
});

Deno.test("HandleTable.add() ends a guest that only ever takes", () => {
  const table = new HandleTable();
  const thing = new Other();
  for (let held = 0; held < 1 << 18; held++) table.add(thing);
  assert.throws(() => table.add(thing), {
    name: "RangeError",
    message: "The guest holds 262144 handles, which is the most it may",
  });
  table.drop(5, Other);
  assert.equal(table.add(thing), 5);
});

Deno.test("HandleTable.lend() leaves the resource to its owner", () => {
  const table = new HandleTable();
  const thing = new Thing();
  const handle = table.lend(thing);
  assert.equal(table.get(handle, Thing), thing);
  assert.throws(() => table.remove(handle, Thing), {
    name: "TypeError",
    message: `${handle} is a borrowed Thing, which cannot be given away`,
  });
  assert.throws(() => table.checkReturned(), TypeError);
  table.drop(handle, Thing);
  table.checkReturned();
  assert.equal(thing.disposed, 0);
  // The number is one of an owned resource from now on.
  assert.equal(table.add(thing), handle);
  table.drop(handle, Thing);
  assert.equal(thing.disposed, 1);
});

Deno.test("HandleTable.clear() leaves what is borrowed", () => {
  const table = new HandleTable();
  const [owned, lent] = [new Thing(), new Thing()];
  table.add(owned);
  table.lend(lent);
  table.clear();
  assert.deepEqual([owned.disposed, lent.disposed], [1, 0]);
  table.checkReturned();
  assert.equal(table.size, 0);
});
