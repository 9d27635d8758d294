import assert from "node:assert/strict";
import { makeTokens, versionOf } from "./version.ts";

Deno.test("makeTokens() never repeats a token, in two processes either", () => {
  const makers = [makeTokens(), makeTokens()];
  const tokens = Array.from({ length: 1000 }, () => makers.map((one) => one()));
  assert.equal(new Set(tokens.flat()).size, 2000);
});

Deno.test("versionOf() tells values apart by every byte and by their length", () => {
  const values = [0, 1, 3, 4, 5, 8, 100].flatMap((length) =>
    Array.from({ length: length * 8 + 1 }, (_, bit) => {
      const value = new Uint8Array(length);
      if (bit > 0) value[(bit - 1) >> 3] = 1 << ((bit - 1) & 7);
      return value;
    })
  );
  const versions = new Set(values.map((value) => versionOf("token", value)));
  assert.equal(versions.size, values.length);
  assert.equal(
    versionOf("token", new Uint8Array([1, 2, 3, 4, 5])),
    versionOf("token", new Uint8Array([1, 2, 3, 4, 5])),
  );
});
