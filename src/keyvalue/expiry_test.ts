import assert from "node:assert/strict";
import { dateOfExpiry, expiryOf, NEVER } from "./expiry.ts";
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

Deno.test("dateOfExpiry() is a date for every expiry but NEVER", () => {
  assert.equal(dateOfExpiry(undefined), undefined);
  assert.equal(dateOfExpiry(NEVER), undefined);
  assert.equal(dateOfExpiry(1000)?.getTime(), 1000);
  assert.ok(!Number.isNaN(dateOfExpiry(Number.MAX_SAFE_INTEGER)?.getTime()));
});
