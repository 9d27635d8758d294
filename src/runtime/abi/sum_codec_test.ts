import assert from "node:assert/strict";
import { codecOf, HEAP, makeTestGuest } from "./_test_guest.ts";

/** A variant of several payloads, what they are joined to, and values as a guest passes them. */
interface Join {
  readonly type: string;
  readonly flat: readonly string[];
  readonly lifts: readonly [
    core: readonly (number | bigint)[],
    value: unknown,
  ][];
}

const JOINS: readonly Join[] = [
  {
    type: "variant { a(f32), b(u32) }",
    flat: ["i32", "i32"],
    lifts: [
      [[0, 0x3fc00000], { tag: "a", val: 1.5 }],
      [[0, 0xbfc00000 | 0], { tag: "a", val: -1.5 }],
      [[1, -1], { tag: "b", val: 4294967295 }],
    ],
  },
  {
    type: "variant { a(f32), b(f32) }",
    flat: ["i32", "f32"],
    lifts: [[[0, 1.5], { tag: "a", val: 1.5 }]],
  },
  {
    type: "variant { a(f32), b(f64) }",
    flat: ["i32", "i64"],
    lifts: [
      [[0, 0x3fc00000n], { tag: "a", val: 1.5 }],
      // The upper half of an i64 that holds 32 bits is of no interest.
      [[0, 0x7777777_3fc00000n], { tag: "a", val: 1.5 }],
      [[1, 0x3ff8000000000000n], { tag: "b", val: 1.5 }],
      [[1, -0x4008000000000000n], { tag: "b", val: -1.5 }],
    ],
  },
  {
    type: "variant { a(f64), b(f64), c }",
    flat: ["i32", "f64"],
    lifts: [
      [[1, 1.5], { tag: "b", val: 1.5 }],
      [[2, 0], { tag: "c" }],
    ],
  },
  {
    type: "variant { a(s32), b(s64) }",
    flat: ["i32", "i64"],
    lifts: [
      [[0, -1n], { tag: "a", val: -1 }],
      [[0, 0xffffffffn], { tag: "a", val: -1 }],
      [[1, -5n], { tag: "b", val: -5n }],
    ],
  },
  {
    type: "variant { a(s8), b(u64) }",
    flat: ["i32", "i64"],
    lifts: [
      [[0, 0x180n], { tag: "a", val: -128 }],
      [[1, -1n], { tag: "b", val: 2n ** 64n - 1n }],
    ],
  },
  {
    // f64 and i32 need i64; the second payload has no counterpart.
    type: "variant { a(tuple<f64, f32>), b(u16) }",
    flat: ["i32", "i64", "f32"],
    lifts: [
      [[0, 0x3ff8000000000000n, 2.5], { tag: "a", val: [1.5, 2.5] }],
      [[1, 7n, 0], { tag: "b", val: 7 }],
    ],
  },
  {
    type: "variant { a(option<u64>), b(list<u8>), c }",
    flat: ["i32", "i32", "i64"],
    lifts: [
      [[0, 1, 9n], { tag: "a", val: 9n }],
      [[0, 0, 0n], { tag: "a", val: undefined }],
      [[1, HEAP, 2n], { tag: "b", val: Uint8Array.of(0, 0) }],
      [[2, 0, 0n], { tag: "c" }],
    ],
  },
  {
    type: "result<f32, f64>",
    flat: ["i32", "i64"],
    lifts: [[[1, 0x3ff8000000000000n], { tag: "err", val: 1.5 }]],
  },
];

for (const { type, flat, lifts } of JOINS) {
  Deno.test(`${type} is joined to ${flat}`, () => {
    assert.deepEqual(codecOf(type).flat, flat);
  });
  for (const [core, value] of lifts) {
    Deno.test(`${type} lifts ${core.map(String)}`, () => {
      const { memory } = makeTestGuest();
      const values = { values: [...core, 99], next: 0 };
      assert.deepEqual(codecOf(type).lift(memory, values), value);
      assert.equal(values.next, flat.length);
    });
  }
}

Deno.test("what follows a variant is read behind all of its core values", () => {
  const { memory } = makeTestGuest();
  const codec = codecOf("tuple<variant { a, b(tuple<u32, u32>) }, u8>");
  assert.deepEqual(
    codec.lift(memory, { values: [0, 11, 12, 13], next: 0 }),
    [{ tag: "a" }, 13],
  );
});

const cases = (count: number) =>
  Array.from({ length: count }, (_, index) => `c${index}`).join(", ");

for (
  const [count, size] of [[1, 1], [256, 1], [257, 2], [65536, 2], [
    65537,
    4,
  ]] as const
) {
  Deno.test(`an enum of ${count} cases takes ${size} bytes`, () => {
    const codec = codecOf(`enum { ${cases(count)} }`);
    assert.equal(codec.size, size);
    assert.equal(codec.align, size);
    const guest = makeTestGuest();
    codec.store(guest.memory, 64, `c${count - 1}`);
    assert.equal(codec.load(guest.memory, 64), `c${count - 1}`);
    assert.equal(codec.lower(guest.memory, `c${count - 1}`), count - 1);
  });
}

for (
  const [type, count] of [
    ["enum { a, b }", 2],
    ["variant { a, b(u8), c }", 3],
    ["option<u8>", 2],
    ["result", 2],
  ] as const
) {
  Deno.test(`${type} refuses a case that it does not have`, () => {
    const codec = codecOf(type);
    const guest = makeTestGuest();
    for (const index of [count, 255]) {
      guest.bytes()[64] = index;
      assert.throws(() => codec.load(guest.memory, 64), RangeError);
    }
    for (const index of [count, -1, 256, 0x7fffffff]) {
      assert.throws(
        () => codec.lift(guest.memory, { values: [index, 0], next: 0 }),
        RangeError,
      );
    }
  });
}

Deno.test("enum and variant name the case that the host made up", () => {
  const { memory } = makeTestGuest();
  for (
    const [type, value] of [
      ["enum { a }", "blue"],
      ["variant { a }", { tag: "blue" }],
    ] as const
  ) {
    assert.throws(() => codecOf(type).lower(memory, value), {
      name: "TypeError",
      message: 'Cannot pass "blue": the WIT has no such case',
    });
    assert.throws(() => codecOf(type).store(memory, 64, value), TypeError);
  }
});

for (
  const [count, size] of [[1, 1], [8, 1], [9, 2], [16, 2], [17, 4], [
    32,
    4,
  ]] as const
) {
  Deno.test(`flags of ${count} names take ${size} bytes`, () => {
    const codec = codecOf(`flags { ${cases(count)} }`);
    assert.equal(codec.size, size);
    assert.equal(codec.align, size);
    assert.deepEqual(codec.flat, ["i32"]);
    const guest = makeTestGuest();
    const last = `c${count - 1}`;
    const value = Object.fromEntries(
      Array.from(
        { length: count },
        (_, index) => [`c${index}`, index === count - 1],
      ),
    );
    codec.store(guest.memory, 64, { [last]: true });
    assert.deepEqual(codec.load(guest.memory, 64), value);
    const bits = Number(codec.lower(guest.memory, value));
    assert.equal(bits, 2 ** (count - 1));
    assert.deepEqual(
      codec.lift(guest.memory, { values: [bits | 0], next: 0 }),
      value,
    );
  });
}

Deno.test("flags ignore bits that have no name", () => {
  const { memory } = makeTestGuest();
  assert.deepEqual(
    codecOf("flags { a, b }").lift(memory, { values: [0xfe], next: 0 }),
    { a: false, b: true },
  );
});
