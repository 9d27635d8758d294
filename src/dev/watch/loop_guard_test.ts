import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { LoopGuard } from "./loop_guard.ts";

/** A guard with a clock that is set by hand. */
function makeGuard() {
  const clock = { now: 1000 };
  const leftOut: string[] = [];
  const guard = new LoopGuard((path) => leftOut.push(path), () => clock.now);
  /** A build that begins a second after the last, and what is written after so many ms. */
  const build = (writes: Readonly<Record<string, number>>, lasts = 5000) => {
    clock.now += 1000;
    const begin = clock.now;
    guard.buildBegins();
    clock.now = begin + lasts;
    const told = Object.entries(writes).map(([path, after]) =>
      guard.admits({ path, time: begin + after })
    );
    guard.buildEnds();
    return told;
  };
  return { guard, clock, leftOut, build };
}

Deno.test("admits() ends with the third build in a row that writes a file", () => {
  const { leftOut, build } = makeGuard();
  deepStrictEqual([build({ a: 10 }), build({ a: 20 })], [[true], [true]]);
  deepStrictEqual(build({ a: 15, b: 15 }), [false, true]);
  deepStrictEqual(build({ a: 15, b: 15 }), [false, true]);
  deepStrictEqual(leftOut, ["a"]);
});

Deno.test("admits() counts a build once, and a build without a write ends the row", () => {
  const { guard, clock, leftOut, build } = makeGuard();
  guard.buildBegins();
  for (let write = 0; write < 5; write++) {
    strictEqual(guard.admits({ path: "a", time: clock.now }), true);
  }
  guard.buildEnds();
  build({ a: 1 });
  build({});
  deepStrictEqual(build({ a: 1 }), [true]);
  deepStrictEqual(build({ a: 1 }), [true]);
  deepStrictEqual(leftOut, []);
});

Deno.test("admits() takes a file back that is written while nothing is built", () => {
  const { guard, clock, leftOut, build } = makeGuard();
  build({ a: 1 });
  build({ a: 1 });
  deepStrictEqual(build({ a: 1 }), [false]);
  clock.now += 500;
  strictEqual(guard.admits({ path: "a", time: clock.now }), true);
  deepStrictEqual([build({ a: 1 }), build({ a: 1 })], [[true], [true]]);
  deepStrictEqual(build({ a: 1 }), [false]);
  deepStrictEqual(leftOut, ["a", "a"]);
});

Deno.test("admits() knows a write of a build that is told after the build", () => {
  const { guard, clock, leftOut } = makeGuard();
  for (let build = 0; build < 3; build++) {
    clock.now += 1000;
    guard.buildBegins();
    const written = clock.now += 10;
    guard.buildEnds();
    clock.now += 100;
    guard.admits({ path: "a", time: written });
  }
  deepStrictEqual(leftOut, ["a"]);
});

Deno.test("admits() knows a file that a build copies with its time, or removes", () => {
  const { guard, clock, leftOut } = makeGuard();
  for (let build = 0; build < 3; build++) {
    clock.now += 1000;
    guard.buildBegins();
    guard.admits({ path: "copied", time: 5 });
    guard.admits({ path: "removed", time: undefined });
    guard.buildEnds();
  }
  deepStrictEqual(leftOut, ["copied", "removed"]);
});

Deno.test("admits() does not take a person who saves during builds for a build", () => {
  const { leftOut, build } = makeGuard();
  for (const after of [4000, 600, 3000, 1200, 4800]) {
    deepStrictEqual(build({ a: after }), [true]);
  }
  deepStrictEqual(leftOut, []);
});

Deno.test("buildBegins() ends the build before", () => {
  const { guard, clock, leftOut } = makeGuard();
  for (let build = 0; build < 3; build++) {
    clock.now += 1000;
    guard.buildBegins();
    guard.admits({ path: "a", time: clock.now + 5 });
    clock.now += 10;
  }
  deepStrictEqual(leftOut, ["a"]);
});
