import assert from "node:assert/strict";
import { expiryOf, NEVER } from "./expiry.ts";
import { KeyValueError } from "./store.ts";

Deno.test("expiryOf() adds a ttl to the time, and is NEVER without one", () => {
  assert.equal(expiryOf(undefined, 1000), NEVER);
  assert.equal(expiryOf({}, 1000), NEVER);
  assert.equal(expiryOf({ ttl: 1 }, 1000), 1001);
  assert.equal(
    expiryOf({ ttl: Number.MAX_SAFE_INTEGER }, 1000),
    Number.MAX_SAFE_INTEGER,
  );
});

Deno.test("expiryOf() refuses a ttl that is no positive whole number", () => {
  for (const ttl of [0, -1, 1.5, NaN, Infinity, 2 ** 53]) {
    assert.throws(() => expiryOf({ ttl }, 1000), KeyValueError);
  }
});
