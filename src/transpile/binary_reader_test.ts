import assert from "node:assert/strict";
import { BinaryReader } from "./binary_reader.ts";

const reader = (...bytes: number[]) => new BinaryReader(Uint8Array.from(bytes));

for (
  const [bytes, value] of [
    [[0x00], 0],
    [[0x7f], 127],
    [[0x80, 0x01], 128],
    [[0xe5, 0x8e, 0x26], 624485],
    [[0x80, 0x80, 0x00], 0],
    [[0xff, 0xff, 0xff, 0xff, 0x0f], 4294967295],
  ] as const
) {
  Deno.test(`u32() reads ${value} from ${bytes.length} bytes`, () => {
    const number = reader(...bytes, 9);
    assert.equal(number.u32(), value);
    assert.equal(number.offset, bytes.length);
    assert.equal(number.byte(), 9);
    assert.ok(number.done);
  });
}

Deno.test("u32() refuses a number that is too long", () => {
  assert.throws(() => reader(0x80, 0x80, 0x80, 0x80, 0x80, 0x00).u32(), {
    name: "RangeError",
    message: "Cannot read WebAssembly at byte 5: a number is too long",
  });
});

Deno.test("name() reads text as it stands, and refuses what is no UTF-8", () => {
  assert.equal(reader(5, 0xef, 0xbb, 0xbf, 0xc3, 0xa9).name(), "\ufeff\u00e9");
  assert.throws(() => reader(1, 0xff).name(), TypeError);
});

Deno.test("every read refuses to go past the end", () => {
  for (
    const read of [
      () => reader().byte(),
      () => reader().peek(),
      () => reader(0x80).u32(),
      () => reader(2, 0x61).name(),
      () => reader(1, 2).take(3),
      () => reader(1, 2).section(3),
      () => reader(2, 7).vector((item) => item.byte()),
      () => reader(0xff, 0xff, 0xff, 0xff, 0x0f).vector((item) => item.byte()),
    ]
  ) assert.throws(read, RangeError);
});

Deno.test("section() reads its own bytes and no others", () => {
  const whole = reader(1, 2, 3);
  const section = whole.section(2);
  assert.equal(section.byte(), 1);
  assert.equal(section.peek(), 2);
  assert.equal(section.byte(), 2);
  assert.throws(() => section.byte(), /at byte 2: the file ends too early/);
  assert.equal(whole.byte(), 3);
});

Deno.test("vector() reads its items in order", () => {
  assert.deepEqual(reader(3, 7, 8, 9).vector((item) => item.byte()), [7, 8, 9]);
  assert.deepEqual(reader(0).vector((item) => item.byte()), []);
});
