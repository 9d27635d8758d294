import assert from "node:assert/strict";
import { getRandomBytes, getRandomU64 } from "./random.ts";

for (const length of [0, 1, 65_535, 65_536, 65_537, 200_000]) {
  Deno.test(`getRandomBytes(${length}) fills every chunk`, () => {
    const bytes = getRandomBytes(BigInt(length));
    assert.equal(bytes.length, length);
    // 256 zeros in a row come once in 2^2048 times, a chunk that was left out always
    for (let start = 0; start + 256 <= length; start += 256) {
      assert.ok(bytes.subarray(start, start + 256).some((byte) => byte !== 0));
    }
  });
}

Deno.test("getRandomBytes() traps on a length that would fill the memory", () => {
  assert.throws(() => getRandomBytes(64n * 1024n * 1024n + 1n), RangeError);
  assert.throws(() => getRandomBytes(2n ** 64n - 1n), RangeError);
});

Deno.test("getRandomU64() uses all 64 bits", () => {
  let seen = 0n;
  for (let count = 0; count < 200; count++) {
    const value = getRandomU64();
    assert.ok(value >= 0n && value < 2n ** 64n);
    seen |= value;
  }
  assert.equal(seen, 2n ** 64n - 1n);
});
