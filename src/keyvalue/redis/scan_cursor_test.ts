import assert from "node:assert/strict";
import {
  fits,
  formatPlace,
  isScanCursor,
  lifeOf,
  parsePlace,
  type Place,
  reachOf,
  startOf,
  widthOf,
} from "./scan_cursor.ts";

const PLACES: readonly Place[] = [
  { scan: 0 },
  { scan: 1 },
  { scan: 2 ** 46 - 1 },
  { scan: 0, inside: { width: 1, rank: 0 } },
  { scan: 2 ** 32 - 1, inside: { width: 32, rank: 2 ** 13 - 1 } },
];

Deno.test("formatPlace() makes a u64 that parsePlace() reads in the same life only", () => {
  for (const life of [0, 1, 0x1234, 0xffff]) {
    for (const place of PLACES) {
      const cursor = BigInt(formatPlace(place, life));
      assert.ok(cursor < 2n ** 64n && isScanCursor(cursor));
      assert.deepEqual(parsePlace(cursor, life), place);
      assert.equal(parsePlace(cursor, life ^ 2), undefined);
    }
  }
});

Deno.test("fits() tells what a cursor has no room for", () => {
  for (const place of PLACES) assert.ok(fits(place));
  assert.ok(!fits({ scan: 2 ** 46 }));
  assert.ok(!fits({ scan: 2 ** 32, inside: { width: 1, rank: 0 } }));
});

Deno.test("lifeOf() gives 16 bits", () => {
  const lives = Array.from({ length: 100 }, (_, index) => lifeOf(`${index}`));
  assert.ok(lives.every((life) => life >= 0 && life < 2 ** 16));
  assert.ok(new Set(lives).size > 90);
});

Deno.test("reachOf() grows from each cursor of SCAN to the next", () => {
  // Of a table of eight buckets.
  const cursors = [4, 2, 6, 1, 5, 3, 7, 0];
  assert.deepEqual(
    cursors.map((cursor) => reachOf(cursor) / 2 ** 29),
    [1, 2, 3, 4, 5, 6, 7, 8],
  );
});

Deno.test("startOf() leads back to the last bucket between two cursors", () => {
  for (
    const [from, to, start] of [
      [0, 4, 0], // one bucket of eight
      [2, 6, 2],
      [7, 0, 7],
      [0, 6, 4], // three of eight: two of them, for the power of two
      [0, 1, 0],
      [0, 0, 1], // all: the upper half
      [3, 0, 3], // one of four
    ] as const
  ) {
    assert.equal(startOf(to, widthOf(from, to)), start, `${from} to ${to}`);
  }
});
