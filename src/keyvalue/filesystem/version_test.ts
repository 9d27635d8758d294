import assert from "node:assert/strict";
import { versionOf } from "./version.ts";

Deno.test("versionOf() differs by time and by every byte", () => {
  const seen = new Set<string>();
  for (const changed of [1_800_000_000_000, 1_800_000_000_001]) {
    for (let length = 0; length < 40; length++) {
      seen.add(versionOf(changed, new Uint8Array(length)));
      for (let index = 0; index < length; index++) {
        const value = new Uint8Array(length);
        value[index] = 1;
        seen.add(versionOf(changed, value));
      }
    }
  }
  assert.equal(seen.size, 2 * (40 + (39 * 40) / 2));
});

Deno.test("versionOf() does not depend on where the bytes lie in a buffer", () => {
  const value = new TextEncoder().encode("a value of some length");
  const buffer = new Uint8Array(64);
  for (let offset = 0; offset < 8; offset++) {
    buffer.set(value, offset);
    assert.equal(
      versionOf(1, buffer.subarray(offset, offset + value.length)),
      versionOf(1, value),
    );
  }
});
