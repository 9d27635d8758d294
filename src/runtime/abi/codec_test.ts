import assert from "node:assert/strict";
import { codecOf, HEAP, makeTestGuest } from "./_test_guest.ts";

/** One value of one type: its bytes in memory and its core values. */
interface Row {
  readonly type: string;
  readonly value: unknown;
  readonly bytes: string;
  readonly align: number;
  readonly flat: readonly string[];
  readonly core: readonly (number | bigint)[];
  /** What was put on the heap, which begins at 0x400. */
  readonly heap?: string;
}

const ROWS: readonly Row[] = [
  {
    type: "bool",
    value: true,
    bytes: "01",
    align: 1,
    flat: ["i32"],
    core: [1],
  },
  {
    type: "bool",
    value: false,
    bytes: "00",
    align: 1,
    flat: ["i32"],
    core: [0],
  },
  { type: "u8", value: 255, bytes: "ff", align: 1, flat: ["i32"], core: [255] },
  { type: "s8", value: -2, bytes: "fe", align: 1, flat: ["i32"], core: [-2] },
  {
    type: "u16",
    value: 65534,
    bytes: "feff",
    align: 2,
    flat: ["i32"],
    core: [65534],
  },
  {
    type: "s16",
    value: -2,
    bytes: "feff",
    align: 2,
    flat: ["i32"],
    core: [-2],
  },
  {
    type: "u32",
    value: 4294967295,
    bytes: "ffffffff",
    align: 4,
    flat: ["i32"],
    core: [4294967295],
  },
  {
    type: "s32",
    value: -2147483648,
    bytes: "00000080",
    align: 4,
    flat: ["i32"],
    core: [-2147483648],
  },
  {
    type: "u64",
    value: 2n ** 64n - 1n,
    bytes: "ffffffffffffffff",
    align: 8,
    flat: ["i64"],
    core: [2n ** 64n - 1n],
  },
  {
    type: "s64",
    value: -(2n ** 63n),
    bytes: "0000000000000080",
    align: 8,
    flat: ["i64"],
    core: [-(2n ** 63n)],
  },
  {
    type: "f32",
    value: 1.5,
    bytes: "0000c03f",
    align: 4,
    flat: ["f32"],
    core: [1.5],
  },
  {
    type: "f64",
    value: -0.1,
    bytes: "9a9999999999b9bf",
    align: 8,
    flat: ["f64"],
    core: [-0.1],
  },
  {
    type: "char",
    value: "\u{1f600}",
    bytes: "00f60100",
    align: 4,
    flat: ["i32"],
    core: [0x1f600],
  },
  {
    type: "string",
    value: "h\u00e9\ufeff",
    bytes: "0004000006000000",
    align: 4,
    flat: ["i32", "i32"],
    core: [HEAP, 6],
    heap: "68c3a9efbbbf",
  },
  {
    type: "string",
    value: "",
    bytes: "0004000000000000",
    align: 4,
    flat: ["i32", "i32"],
    core: [HEAP, 0],
  },
  {
    type: "list<u8>",
    value: Uint8Array.of(1, 2, 3),
    bytes: "0004000003000000",
    align: 4,
    flat: ["i32", "i32"],
    core: [HEAP, 3],
    heap: "010203",
  },
  {
    type: "list<u16>",
    value: [1, 2],
    bytes: "0004000002000000",
    align: 4,
    flat: ["i32", "i32"],
    core: [HEAP, 2],
    heap: "01000200",
  },
  {
    // Each element's text behind the array of them.
    type: "list<string>",
    value: ["ab", "c"],
    bytes: "0004000002000000",
    align: 4,
    flat: ["i32", "i32"],
    core: [HEAP, 2],
    heap: "1004000002000000" + "1204000001000000" + "616263",
  },
  {
    type: "tuple<u8, u32, u16>",
    value: [1, 2, 3],
    bytes: "01000000" + "02000000" + "03000000",
    align: 4,
    flat: ["i32", "i32", "i32"],
    core: [1, 2, 3],
  },
  {
    type: "record { a-b: u8, c: u64, d: bool }",
    value: { aB: 1, c: 2n, d: true },
    bytes: "0100000000000000" + "0200000000000000" + "0100000000000000",
    align: 8,
    flat: ["i32", "i64", "i32"],
    core: [1, 2n, 1],
  },
  {
    type: "tuple<u16>",
    value: [7],
    bytes: "0700",
    align: 2,
    flat: ["i32"],
    core: [7],
  },
  {
    // The inner record is padded to its own alignment: `last` does not slip into it.
    type: "record { inner: tuple<u32, u8>, last: u8 }",
    value: { inner: [1, 2], last: 3 },
    bytes: "01000000" + "02000000" + "03000000",
    align: 4,
    flat: ["i32", "i32", "i32"],
    core: [1, 2, 3],
  },
  {
    type: "enum { red, dark-green }",
    value: "dark-green",
    bytes: "01",
    align: 1,
    flat: ["i32"],
    core: [1],
  },
  {
    type: "variant { none-at-all, number(u16), text(string) }",
    value: { tag: "number", val: 258 },
    bytes: "01000000" + "0201000000000000",
    align: 4,
    flat: ["i32", "i32", "i32"],
    core: [1, 258, 0],
  },
  {
    type: "variant { none-at-all, number(u64) }",
    value: { tag: "none-at-all" },
    bytes: "0000000000000000" + "0000000000000000",
    align: 8,
    flat: ["i32", "i64"],
    core: [0, 0n],
  },
  {
    type: "option<u8>",
    value: 9,
    bytes: "0109",
    align: 1,
    flat: ["i32", "i32"],
    core: [1, 9],
  },
  {
    type: "option<u8>",
    value: undefined,
    bytes: "0000",
    align: 1,
    flat: ["i32", "i32"],
    core: [0, 0],
  },
  {
    type: "result",
    value: { tag: "err" },
    bytes: "01",
    align: 1,
    flat: ["i32"],
    core: [1],
  },
  {
    type: "result<u16>",
    value: { tag: "ok", val: 5 },
    bytes: "00000500",
    align: 2,
    flat: ["i32", "i32"],
    core: [0, 5],
  },
  {
    type: "result<_, u8>",
    value: { tag: "err", val: 5 },
    bytes: "0105",
    align: 1,
    flat: ["i32", "i32"],
    core: [1, 5],
  },
  {
    type: "result<_, u8>",
    value: { tag: "ok" },
    bytes: "0000",
    align: 1,
    flat: ["i32", "i32"],
    core: [0, 0],
  },
  {
    type: "option<result<option<u8>, string>>",
    value: { tag: "ok", val: 6 },
    bytes: "01000000" + "00000000" + "0106000000000000",
    align: 4,
    flat: ["i32", "i32", "i32", "i32"],
    core: [1, 0, 1, 6],
  },
  {
    type: "option<result<option<u8>, string>>",
    value: { tag: "ok", val: undefined },
    bytes: "01000000" + "00000000" + "0000000000000000",
    align: 4,
    flat: ["i32", "i32", "i32", "i32"],
    core: [1, 0, 0, 0],
  },
  {
    type: "list<option<u32>>",
    value: [1, undefined],
    bytes: "0004000002000000",
    align: 4,
    flat: ["i32", "i32"],
    core: [HEAP, 2],
    heap: "0100000001000000" + "0000000000000000",
  },
  {
    type: "flags { a, b-c, d }",
    value: { a: true, bC: false, d: true },
    bytes: "05",
    align: 1,
    flat: ["i32"],
    core: [5],
  },
];

for (const row of ROWS) {
  const { type, value, bytes, align, flat, core, heap = "" } = row;
  const size = bytes.length / 2;
  const shown = JSON.stringify(
    value,
    (_key, item) => typeof item === "bigint" ? `${item}n` : item,
  );

  Deno.test(`${type} of ${shown} has the layout of the canonical ABI`, () => {
    const codec = codecOf(type);
    assert.equal(codec.size, size);
    assert.equal(codec.align, align);
    assert.deepEqual(codec.flat, flat);
  });

  Deno.test(`${type} of ${shown} is stored and loaded`, () => {
    const codec = codecOf(type);
    const guest = makeTestGuest();
    codec.store(guest.memory, 64, value);
    assert.equal(guest.bytes().slice(64, 64 + size).toHex(), bytes);
    assert.equal(
      guest.bytes().slice(HEAP, HEAP + heap.length / 2).toHex(),
      heap,
    );
    assert.deepEqual(codec.load(guest.memory, 64), value);
  });

  Deno.test(`${type} of ${shown} is lowered and lifted`, () => {
    const codec = codecOf(type);
    const guest = makeTestGuest();
    // What a span points to.
    if (flat.length > 1) codec.store(guest.memory, 64, value);
    else assert.equal(codec.lower(guest.memory, value), core[0]);
    const values = { values: ["before", ...core] as number[], next: 1 };
    assert.deepEqual(codec.lift(guest.memory, values), value);
    assert.equal(values.next, core.length + 1);
  });
}

Deno.test("own takes the resource from the guest, borrow leaves it there", () => {
  class Thing {}
  const types = { thing: "resource" };
  const owned = codecOf("thing", types, { thing: Thing });
  const borrowed = codecOf("borrow<thing>", types, { thing: Thing });
  const { memory, state } = makeTestGuest();
  const thing = new Thing();

  const handle = Number(owned.lower(memory, thing));
  owned.store(memory, 64, thing);
  assert.equal(state.handles.size, 2);

  assert.equal(borrowed.lift(memory, { values: [handle], next: 0 }), thing);
  assert.equal(borrowed.load(memory, 64), thing);
  assert.equal(state.handles.size, 2);

  assert.equal(owned.lift(memory, { values: [handle], next: 0 }), thing);
  assert.equal(owned.load(memory, 64), thing);
  assert.equal(state.handles.size, 0);
  assert.throws(() => owned.load(memory, 64), TypeError);
});

Deno.test("own refuses a handle of another resource and a negative one", () => {
  class Thing {}
  class Other {}
  const types = { thing: "resource" };
  const codec = codecOf("thing", types, { thing: Thing });
  const { memory, state } = makeTestGuest();
  const handle = state.handles.add(new Other());
  for (const number of [handle, 0, -1, 77]) {
    assert.throws(
      () => codec.lift(memory, { values: [number], next: 0 }),
      /is no handle of a Thing/,
    );
  }
});

Deno.test("types of several core values have no lowering to one", () => {
  const { memory } = makeTestGuest();
  for (
    const [type, value] of [
      ["string", "a"],
      ["list<u8>", new Uint8Array()],
      ["option<u8>", 1],
    ] as const
  ) {
    const codec = codecOf(type);
    assert.throws(() => codec.lower(memory, value), TypeError);
  }
});
