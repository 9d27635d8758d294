import assert from "node:assert/strict";
import type { ExportedInterface } from "../guest.ts";
import { codecOf, HEAP, makeTestGuest } from "./_test_guest.ts";
import type { GuestMemory } from "./guest_memory.ts";
import { guestResourceClass } from "./guest_resource.ts";
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

/** Types with values of them, as a function takes and gives them. */
const VALUES: readonly (readonly [type: string, ...values: unknown[]])[] = [
  ["bool", true, false],
  ["s8", -128, 127],
  ["u32", 4294967295],
  ["s64", -9223372036854775808n],
  ["u64", 18446744073709551615n],
  ["f32", 0.5],
  ["f64", -1e300],
  ["char", "\u{1f600}"],
  ["string", "", "kæy"],
  ["list<u8>", Uint8Array.of(1, 2)],
  ["list<string>", [], ["a", "", "c"]],
  ["pair", { first: 1, second: 2 }],
  ["record { only: u8 }", { only: 3 }],
  ["tuple<string, u64>", ["a", 5n]],
  ["list<tuple<pair, option<u16>>>", [[{ first: 1, second: 2 }, undefined]]],
  ["option<string>", undefined, "x"],
  ["option<option<u8>>", { tag: "none" }, { tag: "some", val: undefined }, {
    tag: "some",
    val: 7,
  }],
  ["option<option<option<u8>>>", { tag: "some", val: { tag: "none" } }],
  ["result", { tag: "ok" }, { tag: "err" }],
  ["result<u8, string>", { tag: "ok", val: 1 }, { tag: "err", val: "no" }],
  ["enum { a, b }", "b"],
  ["flags { a-b, c }", { aB: false, c: true }],
  [
    "variant { a, b(f32), c(s64), d(f64), e(string), f(s32) }",
    { tag: "a" },
    { tag: "b", val: -1.5 },
    { tag: "c", val: -3n },
    { tag: "d", val: 2.25 },
    { tag: "e", val: "text" },
    { tag: "f", val: -7 },
  ],
  ["variant { a(f32), b(s32) }", { tag: "a", val: 1.5 }, {
    tag: "b",
    val: -1,
  }],
];

/** The core module's part: what it was given is what it gives back. */
function giveBack(
  type: string,
  memory: GuestMemory,
  values: readonly (number | bigint)[],
): unknown {
  const codec = codecOf(type, exportOf("func()").types);
  const value = codec.lift(memory, { values, next: 0 });
  if (codec.flat.length <= 1) return codec.lower(memory, value);
  const place = memory.allocate(codec.align, codec.size);
  codec.store(memory, place, value);
  return place;
}

for (const [type, ...values] of VALUES) {
  Deno.test(`lower() and lift() keep values of ${type}`, () => {
    const { memory } = makeTestGuest();
    const f = liftExports(exportOf(`func(x: ${type}) -> ${type}`)).get("f")!;
    assert.equal(f.isResult, type.startsWith("result"));
    for (const value of values) {
      const given = f.lower(memory, [value]);
      assert.equal(given.length, f.flatCount);
      assert.deepEqual(f.lift(memory, giveBack(type, memory, given)), value);
    }
  });
}

Deno.test("lower() puts what is more than sixteen core values into memory", () => {
  const { memory } = makeTestGuest();
  const strings = Array.from("abcdefgh");
  const type = `tuple<${strings.map(() => "string").join(", ")}, u8>`;
  const f = liftExports(exportOf(`func(x: ${type})`)).get("f")!;
  assert.equal(f.flatCount, 1);
  const [place] = f.lower(memory, [[...strings, 7]]);
  assert.deepEqual(
    codecOf(type).load(memory, Number(place)),
    [...strings, 7],
  );
});

Deno.test("lift() gives nothing back where the type has no result", () => {
  const f = liftExports(exportOf("func(x: thing)")).get("f")!;
  assert.equal(f.lift(makeTestGuest().memory, undefined), undefined);
});

Deno.test("lift() refuses a result outside of the memory, or at a place that it cannot have", () => {
  const { memory } = makeTestGuest();
  const f = liftExports(exportOf("func() -> string")).get("f")!;
  for (const place of [65536, 65532, -4, 2]) {
    assert.throws(() => f.lift(memory, place), RangeError);
  }
});

Deno.test("lower() lends what the type borrows, and lift() takes what it owns", () => {
  const { memory, state } = makeTestGuest();
  const f = liftExports(
    exportOf("func(x: borrow<thing>, y: thing) -> thing"),
  ).get("f")!;
  const [lent, owned] = [new Thing(), new Thing()];
  assert.deepEqual(f.lower(memory, [lent, owned]), [1, 2]);
  assert.throws(() => f.lift(memory, 1), TypeError);
  assert.equal(f.lift(memory, 2), owned);
  assert.equal(state.handles.size, 1);
});

Deno.test("lower() passes a resource to the guest that made it as what it stands for", () => {
  const { memory, state } = makeTestGuest();
  const Tally = guestResourceClass("tally");
  assert.equal(Tally.name, "tally");
  const other = new Tally(makeTestGuest().state, 77, undefined);
  const f = liftExports({
    ...exportOf("func(x: borrow<thing>, y: thing, z: borrow<thing>)"),
    resources: { thing: Tally },
  }).get("f")!;
  const [own, given] = [66, 55].map((representation) =>
    new Tally(state, representation, undefined)
  );
  assert.deepEqual(f.lower(memory, [own, given, other]), [66, 1, 2]);
  assert.equal(state.handles.get(1, Tally), given);
  assert.equal(state.handles.get(2, Tally), other);
});

Deno.test("liftExports() refuses a resource without a class", () => {
  const exported = { ...exportOf("func(x: thing)"), resources: {} };
  assert.throws(() => liftExports(exported), {
    name: "TypeError",
    message: 'test:test/entry has no class for the resource "thing"',
  });
});
