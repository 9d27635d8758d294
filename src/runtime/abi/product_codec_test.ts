import assert from "node:assert/strict";
import { bumpRealloc, codecOf, HEAP, makeTestGuest } from "./_test_guest.ts";
import { alignTo } from "./product_codec.ts";

/** A string or list of the guest that it passes as two core values. */
function liftSpan(
  type: string,
  bytes: Uint8Array,
  span: readonly [offset: number, length: number] = [64, bytes.length],
): unknown {
  const guest = makeTestGuest();
  guest.bytes().set(bytes, 64);
  return codecOf(type).lift(guest.memory, { values: [...span], next: 0 });
}

const NOT_UTF8: readonly [string, Uint8Array][] = [
  ["a byte that never occurs", Uint8Array.of(0x61, 0xff)],
  ["a sequence that is cut off", Uint8Array.of(0xc3)],
  ["a surrogate", Uint8Array.of(0xed, 0xa0, 0x80)],
  ["an overlong form", Uint8Array.of(0xc0, 0xaf)],
  ["a code above U+10FFFF", Uint8Array.of(0xf4, 0x90, 0x80, 0x80)],
];

for (const [what, bytes] of NOT_UTF8) {
  Deno.test(`string refuses ${what}`, () => {
    assert.throws(
      () => liftSpan("string", bytes),
      { name: "TypeError", message: "The string at 64 is not UTF-8" },
    );
  });
}

Deno.test("string refuses bad UTF-8 without spoiling the next string", () => {
  const guest = makeTestGuest();
  guest.bytes().set([0xe2, 0x82, 0x41], 64);
  const codec = codecOf("string");
  assert.throws(() => codec.lift(guest.memory, { values: [64, 2], next: 0 }));
  assert.equal(codec.lift(guest.memory, { values: [66, 1], next: 0 }), "A");
});

Deno.test("string keeps U+FEFF at its beginning and NUL in it", () => {
  const text = "\ufeffa\0b";
  assert.equal(liftSpan("string", new TextEncoder().encode(text)), text);
});

Deno.test("string of the host with lone surrogates reaches the guest with U+FFFD", () => {
  const guest = makeTestGuest();
  const codec = codecOf("string");
  codec.store(guest.memory, 64, "a\ud800b\udc00");
  assert.equal(codec.load(guest.memory, 64), "a\ufffdb\ufffd");
});

const OUTSIDE: readonly [string, string, readonly [number, number]][] = [
  ["string", "one byte over the end", [65535, 2]],
  ["string", "behind the end", [65537, 0]],
  ["string", "at the end of the address space", [0xfffffff0, 10]],
  ["string", "as an i32 that is negative", [-16, 10]],
  ["string", "of 4 GiB", [0, 0xffffffff]],
  ["list<u8>", "one byte over the end", [65535, 2]],
  ["list<u32>", "one element over the end", [65532, 2]],
  ["list<u64>", "whose size is more than 32 bits", [0, 0xfffff]],
];

for (const [type, where, span] of OUTSIDE) {
  Deno.test(`${type} refuses memory ${where}`, () => {
    assert.throws(() => liftSpan(type, new Uint8Array(), span), {
      name: "RangeError",
      message: /outside of the guest's memory$/,
    });
  });
}

Deno.test("string and list take what ends where the memory ends", () => {
  assert.equal(liftSpan("string", new Uint8Array(), [65534, 2]), "\0\0");
  assert.equal(liftSpan("string", new Uint8Array(), [65536, 0]), "");
  assert.deepEqual(liftSpan("list<u32>", new Uint8Array(), [65532, 1]), [0]);
});

Deno.test("list refuses a misaligned offset, also of no elements", () => {
  for (const length of [0, 1]) {
    assert.throws(() => liftSpan("list<u32>", new Uint8Array(), [66, length]), {
      name: "RangeError",
      message: "66 is no place for what is aligned to 4",
    });
  }
});

Deno.test("list refuses more elements than the host takes", () => {
  assert.throws(
    () => liftSpan("list<u16>", new Uint8Array(), [0, (1 << 20) + 1]),
    { name: "RangeError", message: /^A list of 1048577 elements is longer/ },
  );
});

Deno.test("list<u8> is a copy that the guest cannot change later", () => {
  const guest = makeTestGuest();
  guest.bytes().set([1, 2, 3], 64);
  const list = codecOf("list<u8>").lift(guest.memory, {
    values: [64, 3],
    next: 0,
  }) as Uint8Array;
  guest.bytes().fill(9);
  assert.deepEqual(list, Uint8Array.of(1, 2, 3));
});

Deno.test("list takes any iterable of the host", () => {
  const guest = makeTestGuest();
  const codec = codecOf("list<u32>");
  codec.store(guest.memory, 64, Uint32Array.of(5, 6));
  assert.deepEqual(codec.load(guest.memory, 64), [5, 6]);
  codec.store(guest.memory, 64, new Set([7]));
  assert.deepEqual(codec.load(guest.memory, 64), [7]);
});

Deno.test("list of records has each element at its own stride", () => {
  const guest = makeTestGuest();
  const codec = codecOf("list<tuple<u8, u32>>");
  const value = [[1, 2], [3, 4], [5, 6]];
  codec.store(guest.memory, 64, value);
  assert.equal(
    guest.bytes().slice(HEAP, HEAP + 24).toHex(),
    "0100000002000000" + "0300000004000000" + "0500000006000000",
  );
  assert.deepEqual(codec.load(guest.memory, 64), value);
});

Deno.test("list of strings survives a memory that grows with every allocation", () => {
  const guest = makeTestGuest({
    realloc: (core) => {
      const bump = bumpRealloc();
      return (...args) => {
        core.grow(1); // takes the buffer from under every view
        return bump(...args);
      };
    },
  });
  const codec = codecOf("record { a: list<string>, b: string, c: u8 }");
  const value = { a: ["one", "two", ""], b: "three", c: 4 };
  codec.store(guest.memory, 64, value);
  assert.deepEqual(codec.load(guest.memory, 64), value);
});

Deno.test("record refuses to be one core value unless it is", () => {
  const { memory } = makeTestGuest();
  assert.equal(codecOf("record { only: u8 }").lower(memory, { only: 3 }), 3);
  assert.throws(
    () => codecOf("record { only: string }").lower(memory, { only: "" }),
    TypeError,
  );
});

Deno.test("alignTo() gives the next multiple", () => {
  assert.deepEqual(
    [[0, 4], [1, 4], [4, 4], [5, 8], [0xfffffff1, 8]].map(([offset, align]) =>
      alignTo(offset!, align!)
    ),
    [0, 4, 4, 8, 0xfffffff8],
  );
});
