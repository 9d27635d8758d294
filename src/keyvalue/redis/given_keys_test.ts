import assert from "node:assert/strict";
import { GivenKeys } from "./given_keys.ts";

const keys = (count: number) =>
  new Set(Array.from({ length: count }, (_, index) => `${index}`));

Deno.test("GivenKeys.take() gives what was left, once", () => {
  const given = new GivenKeys();
  given.leave("a", keys(1));
  given.leave("a", keys(2));
  assert.equal(given.take("b"), undefined);
  assert.equal(given.take("a")?.size, 2);
  assert.equal(given.take("a"), undefined);
});

Deno.test("GivenKeys.leave() forgets the oldest listing beyond 32, and beyond two million keys", () => {
  const given = new GivenKeys();
  for (let listing = 0; listing <= 32; listing++) {
    given.leave(`${listing}`, keys(1));
  }
  assert.equal(given.take("0"), undefined);
  assert.equal(given.take("1")?.size, 1);
  given.leave("large", keys(1_999_990));
  assert.equal(given.take("2"), undefined);
  assert.equal(given.take("32")?.size, 1);
  given.leave("larger", keys(1_000_000));
  assert.equal(given.take("large"), undefined);
  assert.equal(given.take("larger")?.size, 1_000_000);
});
