import assert from "node:assert/strict";
import { rowsInSight } from "./rows_in_sight.ts";

Deno.test("rowsInSight() has as few rows of a million as of a hundred", () => {
  for (const top of [0, 18_000_000, 35_999_280]) {
    const { first, end, before, after } = rowsInSight(
      { top, height: 720, row: 36 },
      1_000_000,
    );
    assert.ok(end - first <= 20 + 2 * 12 + 1, `${end - first} rows`);
    assert.ok(first * 36 <= top && end * 36 >= Math.min(top + 720, 36_000_000));
    assert.equal(before + (end - first) * 36 + after, 36_000_000);
  }
});

Deno.test("rowsInSight() has none of an empty list, wherever it was scrolled to", () => {
  assert.deepEqual(rowsInSight({ top: 900, height: 600, row: 36 }, 0), {
    first: 0,
    end: 0,
    before: 0,
    after: 0,
  });
});
