import assert from "node:assert/strict";
import { RecordedInstance } from "../../../tests/support/recorded_instance.ts";
import { type Datetime, datetime, wallClockInterface } from "./wall_clock.ts";

Deno.test("now() is the host's time", () => {
  const values = wallClockInterface.imports(new RecordedInstance());
  const { now, resolution } = values as Record<string, () => Datetime>;
  const before = Date.now();
  const { seconds, nanoseconds } = now!();
  const milliseconds = Number(seconds) * 1000 + nanoseconds / 1_000_000;
  assert.ok(milliseconds >= before && milliseconds <= Date.now());
  assert.deepEqual(resolution!(), { seconds: 0n, nanoseconds: 1_000_000 });
});

for (
  const [milliseconds, seconds, nanoseconds] of [
    [0, 0n, 0],
    [999, 0n, 999_000_000],
    [1000, 1n, 0],
    [1_700_000_000_123, 1_700_000_000n, 123_000_000],
  ] as const
) {
  Deno.test(`datetime(${milliseconds}) splits seconds and nanoseconds`, () => {
    assert.deepEqual(datetime(milliseconds), { seconds, nanoseconds });
  });
}
