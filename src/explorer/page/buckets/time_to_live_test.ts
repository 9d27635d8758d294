import assert from "node:assert/strict";
import { parseTimeToLive } from "./time_to_live.ts";

Deno.test("parseTimeToLive() reads numbers with units", () => {
  const times = { "30s": 30_000, "5m": 300_000, "2h": 7_200_000 };
  for (const [text, milliseconds] of Object.entries(times)) {
    assert.equal(parseTimeToLive(text), milliseconds);
  }
  assert.equal(parseTimeToLive(" 1h 30m "), 5_400_000);
  assert.equal(parseTimeToLive("1d250ms"), 86_400_250);
});

Deno.test("parseTimeToLive() refuses everything else, and no time at all", () => {
  for (
    const text of ["", "5", "s", "-5s", "1.5h", "5 x", "0s", "9999999999999d"]
  ) {
    assert.equal(parseTimeToLive(text), undefined, text);
  }
});
