import assert from "node:assert/strict";
import { LARGEST_PAGE, pageLimit, parseCursor } from "./paging.ts";
import { DEFAULT_PAGE_SIZE, KeyValueError } from "./store.ts";

Deno.test("parseCursor() reads every u64 and refuses what is none", () => {
  for (const cursor of [0n, 1n, 2n ** 53n + 1n, 2n ** 64n - 1n]) {
    assert.equal(parseCursor(String(cursor)), cursor);
  }
  for (
    const cursor of [
      "",
      " 1",
      "-1",
      "1.5",
      "1e3",
      "0x1",
      "x",
      "٣",
      String(2n ** 64n),
      "1".repeat(10_000),
    ]
  ) {
    assert.throws(
      () => parseCursor(cursor),
      KeyValueError,
      cursor.slice(0, 30),
    );
  }
});

Deno.test("pageLimit() takes whole numbers of 1 or more, up to a page that fits in memory", () => {
  assert.equal(pageLimit({}), DEFAULT_PAGE_SIZE);
  assert.equal(pageLimit({ limit: 1 }), 1);
  assert.equal(pageLimit({ limit: 1e9 }), LARGEST_PAGE);
  for (const limit of [0, -1, 0.5, NaN, Infinity]) {
    assert.throws(() => pageLimit({ limit }), KeyValueError);
  }
});
