import assert from "node:assert/strict";
import { formatDuration, formatWholeSeconds } from "./duration.ts";

Deno.test("formatDuration() has as many digits as say something", () => {
  const durations: readonly (readonly [number, string])[] = [
    [0.4249, "0.42 ms"],
    [3, "3 ms"],
    [31.4, "31 ms"],
    [1540, "1.5 s"],
    [125_000, "2 m 5 s"],
  ];
  for (const [milliseconds, text] of durations) {
    assert.equal(formatDuration(milliseconds), text);
  }
});

Deno.test("formatWholeSeconds() rounds up, so that 0 s is the end", () => {
  assert.equal(formatWholeSeconds(1), "1 s");
  assert.equal(formatWholeSeconds(0), "0 s");
  assert.equal(formatWholeSeconds(-5), "0 s");
  assert.equal(formatWholeSeconds(3_600_000), "1 h");
  assert.equal(formatWholeSeconds(90_061_000), "1 d 1 h");
});
