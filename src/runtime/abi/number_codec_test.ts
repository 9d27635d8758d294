import assert from "node:assert/strict";
import { codecOf, makeTestGuest } from "./_test_guest.ts";

const { memory } = makeTestGuest();
const lift = (type: string, value: number | bigint) =>
  codecOf(type).lift(memory, { values: [value], next: 0 });

/** What a guest passes: an i32 of which a small type takes the low bits. */
const NARROWED: readonly [string, number | bigint, unknown][] = [
  ["u8", 0x1ff, 255],
  ["u8", -1, 255],
  ["s8", 0x80, -128],
  ["s8", 0x1_7f, 127],
  ["u16", 0x70000 + 404, 404],
  ["s16", 0x1_8000, -32768],
  ["u32", -1, 4294967295],
  ["s32", -1, -1],
  ["u64", -1n, 2n ** 64n - 1n],
  ["s64", -1n, -1n],
  ["bool", 2, true],
  ["bool", 0x100, true],
  ["bool", -1, true],
];

for (const [type, value, expected] of NARROWED) {
  Deno.test(`${type} lifts the core value ${value} as ${expected}`, () => {
    assert.equal(lift(type, value), expected);
  });
}

Deno.test("bool in memory is true for every byte but 0", () => {
  const guest = makeTestGuest();
  for (const byte of [1, 2, 0x80, 0xff]) {
    guest.bytes()[64] = byte;
    assert.equal(codecOf("bool").load(guest.memory, 64), true);
  }
});

Deno.test("f32 and f64 carry infinities, minus zero and NaN", () => {
  const guest = makeTestGuest();
  for (const type of ["f32", "f64"]) {
    for (const value of [Infinity, -Infinity, -0, NaN]) {
      const codec = codecOf(type);
      codec.store(guest.memory, 64, value);
      assert.ok(Object.is(codec.load(guest.memory, 64), value));
      assert.ok(Object.is(lift(type, value), value));
    }
  }
});

for (const code of [0xd800, 0xdbff, 0xdc00, 0xdfff, 0x110000, -1]) {
  Deno.test(`char refuses ${code.toString(16)}`, () => {
    const guest = makeTestGuest();
    new DataView(guest.core.buffer).setInt32(64, code, true);
    assert.throws(() => codecOf("char").load(guest.memory, 64), RangeError);
    assert.throws(() => lift("char", code), RangeError);
  });
}

for (const code of [0, 0x41, 0xd7ff, 0xe000, 0xffff, 0x10ffff]) {
  Deno.test(`char takes ${code.toString(16)}`, () => {
    assert.equal(lift("char", code), String.fromCodePoint(code));
  });
}

Deno.test("numbers at the memory's end are in it, and one byte further are not", () => {
  const guest = makeTestGuest();
  const end = guest.core.buffer.byteLength;
  for (
    const [type, value] of [
      ["u8", 1],
      ["u16", 1],
      ["f32", 1],
      ["u64", 1n],
    ] as const
  ) {
    const codec = codecOf(type);
    codec.store(guest.memory, end - codec.size, value);
    assert.equal(codec.load(guest.memory, end - codec.size), value);
    const over = end - codec.size + 1;
    assert.throws(() => codec.load(guest.memory, over), RangeError);
    assert.throws(() => codec.store(guest.memory, over, value), RangeError);
  }
});
