import assert from "node:assert/strict";
import { makeTestGuest } from "./_test_guest.ts";
import { GuestMemory, GuestState } from "./guest_memory.ts";

class Thing implements Disposable {
  disposed = false;
  [Symbol.dispose](): void {
    this.disposed = true;
  }
}

Deno.test("GuestMemory.view follows a memory that grows", () => {
  const { core, memory } = makeTestGuest();
  const before = memory.view;
  assert.equal(memory.view, before);
  core.grow(1);
  memory.view.setUint8(65536, 7);
  assert.equal(memory.view.getUint8(65536), 7);
  assert.notEqual(memory.view, before);
});

Deno.test("GuestMemory.writeBytes() writes where the guest's memory has grown to", () => {
  const { memory, bytes } = makeTestGuest({
    realloc: (core) => () => core.grow(1) * 65536,
  });
  assert.equal(memory.writeBytes(Uint8Array.of(1, 2, 3)), 65536);
  assert.deepEqual(bytes().slice(65536, 65539), Uint8Array.of(1, 2, 3));
});

Deno.test("GuestMemory.allocate() passes the guest what it wants", () => {
  const calls: number[][] = [];
  const { memory } = makeTestGuest({
    realloc: () => (...args) => calls.push(args) && 64,
  });
  memory.allocate(8, 24);
  assert.deepEqual(calls, [[0, 0, 8, 24]]);
});

for (
  const [what, place, message] of [
    ["misaligned", 66, "The guest allocated at 66, which is not aligned to 4"],
    ["outside", 65536, "8 bytes at 65536 are outside of the guest's memory"],
    [
      "partly outside",
      65532,
      "8 bytes at 65532 are outside of the guest's memory",
    ],
    [
      "negative as an i32",
      -16,
      "8 bytes at 4294967280 are outside of the guest's memory",
    ],
  ] as const
) {
  Deno.test(`GuestMemory.allocate() refuses a place that is ${what}`, () => {
    const { memory } = makeTestGuest({ realloc: () => () => place });
    assert.throws(() => memory.allocate(4, 8), { name: "RangeError", message });
  });
}

Deno.test("GuestMemory.allocate() takes a place at the end for nothing", () => {
  const { memory } = makeTestGuest({ realloc: () => () => 65536 });
  assert.equal(memory.allocate(4, 0), 65536);
});

Deno.test("GuestMemory names what the guest does not have", () => {
  const bare = new GuestMemory(new GuestState(), undefined, undefined);
  assert.throws(() => bare.allocate(1, 1), /exports no cabi_realloc/);
  assert.throws(() => bare.view, /gave no memory/);
  assert.throws(() => bare.readString(0, 0), /gave no memory/);
});

Deno.test("GuestState.check() throws the first fault, again and again", () => {
  const state = new GuestState();
  state.check();
  const first = new Error("first");
  state.fault(first);
  state.fault(new Error("second"));
  for (let turn = 0; turn < 2; turn++) {
    assert.throws(() => state.check(), (error) => error === first);
  }
});

Deno.test("GuestState.fault() remembers also what is no Error", () => {
  const state = new GuestState();
  state.fault(undefined);
  assert.throws(() => state.check(), (error) => error === undefined);
});

Deno.test("GuestState.drop() disposes the resource", () => {
  const state = new GuestState();
  const thing = new Thing();
  state.drop(state.handles.add(thing), Thing);
  assert.ok(thing.disposed);
});

Deno.test("GuestState.drop() of what is no handle is a fault", () => {
  const state = new GuestState();
  assert.throws(() => state.drop(1, Thing), TypeError);
  assert.throws(() => state.check(), /1 is no handle of a Thing/);
});

Deno.test("GuestState.drop() throws after a fault, and leaves the resource", () => {
  const state = new GuestState();
  const thing = new Thing();
  const handle = state.handles.add(thing);
  state.fault(new Error("over"));
  assert.throws(() => state.drop(handle, Thing), /over/);
  assert.equal(thing.disposed, false);
});

Deno.test("GuestState.wait() gives what the promise gives", async () => {
  const state = new GuestState();
  assert.equal(await state.wait(Promise.resolve(5)), 5);
  await assert.rejects(state.wait(Promise.reject(new Error("no"))), /no/);
});

Deno.test("GuestState.end() ends the wait, the handles and every later call", async () => {
  const state = new GuestState();
  const thing = new Thing();
  state.handles.add(thing);
  const forever = state.wait(new Promise(() => {}));
  state.end(new Error("dropped"));
  await assert.rejects(forever, /dropped/);
  assert.throws(() => state.check(), /dropped/);
  assert.ok(thing.disposed);
});

Deno.test("GuestState.end() keeps the fault that came before", () => {
  const state = new GuestState();
  state.fault(new Error("first"));
  state.end(new Error("dropped"));
  assert.throws(() => state.check(), /first/);
});

Deno.test("GuestState knows whether a call was plain", () => {
  const state = new GuestState();
  state.begin();
  assert.ok(state.wasPlain);
  state.act();
  assert.equal(state.wasPlain, false);
  state.begin();
  state.answerLater(Promise.resolve());
  assert.equal(state.wasPlain, false);
  state.begin();
  assert.ok(state.wasPlain);
});

Deno.test("GuestState.attempt() gives what a plain call gives", () => {
  const state = new GuestState();
  assert.equal(state.attempt(() => 5), 5);
  assert.ok(state.wasPlain);
  state.check();
});

Deno.test("GuestState.attempt() ends where the guest acts, also for a guest that catches it", () => {
  const state = new GuestState();
  assert.throws(() => state.attempt(() => state.act()), /not plain/);
  assert.throws(() => state.check(), /not plain/);

  const catching = new GuestState();
  const given = catching.attempt(() => {
    try {
      catching.act();
    } catch {
      return "it went on";
    }
  });
  assert.equal(given, "it went on");
  assert.throws(() => catching.check(), /not plain/);
});

Deno.test("GuestState.attempt() ends where the guest would wait, whatever becomes of that", async () => {
  const state = new GuestState();
  const late = Promise.reject(new Error("nobody hears of it"));
  assert.throws(
    () => state.attempt(() => state.answerLater(late)),
    /not plain/,
  );
  assert.equal(state.takeLater(), undefined);
  await new Promise((resolve) => setTimeout(resolve, 0));
});

Deno.test("GuestState.attempt() ends in the allocator no later than elsewhere", () => {
  const state = new GuestState();
  const limits: number[] = [];
  let resumed = 0;
  state.cores.push({
    refusedPages: 0,
    memoryPages: 0,
    begin() {},
    end() {},
    cannotSuspend: (_onTooLong, limit) => void limits.push(limit),
    canSuspend: () => void resumed++,
  });
  state.attempt(() => state.unsuspended(() => {}));
  assert.deepEqual([limits, resumed], [[10], 1]);
  state.unsuspended(() => {});
  assert.deepEqual([limits, resumed], [[10, 1000], 2]);
});

Deno.test("GuestState.answerLater() leaves nobody to hear of what the guest cannot wait for", async () => {
  // V8 refuses to suspend a guest's allocator, after the host was asked.
  const state = new GuestState();
  state.answerLater(Promise.reject(new Error("nobody hears of it")));
  await new Promise((resolve) => setTimeout(resolve, 0));
});
