import assert from "node:assert/strict";
import type { ExportedInterface } from "../guest.ts";
import { HEAP, makeTestGuest } from "./_test_guest.ts";
import { liftExports } from "./lifting.ts";

class Thing {}

function exportOf(type: string): ExportedInterface {
  return {
    name: "test:test/entry",
    version: "0.1.0",
    functions: { f: type },
    types: { thing: "resource", pair: "record { first: u8, second: u8 }" },
    resources: { thing: Thing },
  };
}

Deno.test("lower() puts text and bytes into the guest's memory, and resources into its table", () => {
  const { memory, state, bytes } = makeTestGuest();
  const f = liftExports(
    exportOf("func(x: thing, key: string, value: list<u8>, n: u64)"),
  ).get("f")!;
  assert.equal(f.flatCount, 6);
  const thing = new Thing();
  const value = Uint8Array.of(0, 255, 7);
  const values = f.lower(memory, [thing, "kæy", value, 5n]);
  assert.deepEqual(values, [1, HEAP, 4, HEAP + 4, 3, 5n]);
  assert.equal(state.handles.get(1, Thing), thing);
  assert.deepEqual(
    bytes().slice(HEAP, HEAP + 7),
    Uint8Array.of(0x6b, 0xc3, 0xa6, 0x79, 0, 255, 7),
  );
});

Deno.test("lower() passes what is empty, and lists of other things than bytes", () => {
  const { memory, bytes } = makeTestGuest();
  const f = liftExports(exportOf("func(key: string, numbers: list<u16>)"))
    .get("f")!;
  const [, length, place, count] = f.lower(memory, ["", [1, 0x203]]);
  assert.deepEqual([length, count], [0, 2]);
  assert.deepEqual(
    bytes().slice(Number(place), Number(place) + 4),
    Uint8Array.of(1, 0, 3, 2),
  );
});

Deno.test("lower() refuses a guest that allocates nothing", () => {
  const { memory } = makeTestGuest({ realloc: () => undefined });
  const f = liftExports(exportOf("func(key: string)")).get("f")!;
  assert.throws(() => f.lower(memory, ["key"]), {
    name: "TypeError",
    message: "The guest exports no cabi_realloc",
  });
});

for (
  const [type, message] of [
    [
      "func(x: option<string>)",
      "Cannot pass test:test/entry#f, parameter 1: a type of 3 core values is not supported",
    ],
    [
      "func(x: u8, y: pair)",
      "Cannot pass test:test/entry#f, parameter 2: a type of 2 core values is not supported",
    ],
    [
      "func() -> bool",
      'Cannot call "f" of test:test/entry: only functions that give nothing back ' +
      "and take at most 16 core values are supported",
    ],
    [
      "func(x: tuple<string, string, string, string, string, string, string, string, u8>)",
      'Cannot call "f" of test:test/entry: only functions that give nothing back ' +
      "and take at most 16 core values are supported",
    ],
  ] as const
) {
  Deno.test(`liftExports() refuses ${type}`, () => {
    assert.throws(() => liftExports(exportOf(type)), {
      name: "TypeError",
      message,
    });
  });
}
