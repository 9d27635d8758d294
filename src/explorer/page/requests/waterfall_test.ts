import assert from "node:assert/strict";
import type { CallSpan } from "../../api.ts";
import { layOut, ticksOf } from "./waterfall.ts";

function span(start: number, duration: number): CallSpan {
  return {
    interface: "wasi:keyvalue/store",
    name: "get",
    target: "cache",
    start,
    duration,
  };
}

Deno.test("layOut() puts calls that overlap into different lanes", () => {
  const { bars, lanes } = layOut([
    span(0, 10),
    span(2, 3),
    span(5, 2),
    span(6, 10),
    span(10, 1),
  ], 20);
  assert.deepEqual(bars.map(({ lane }) => lane), [0, 1, 1, 2, 0]);
  assert.equal(lanes, 3);
});

Deno.test("layOut() never puts two calls over each other", () => {
  const spans = Array.from(
    { length: 200 },
    (_, index) => span(index, (index * 37) % 11 + 0.5),
  );
  const { bars } = layOut(spans, undefined);
  for (const one of bars) {
    for (const other of bars) {
      if (one === other || one.lane !== other.lane) continue;
      const apart = one.span.start + one.span.duration <= other.span.start ||
        other.span.start + other.span.duration <= one.span.start;
      assert.ok(apart, `${one.number} and ${other.number}`);
    }
  }
});

Deno.test("layOut() scales by what ends last", () => {
  const { total, bars, answered } = layOut([span(5, 15)], 10);
  assert.equal(total, 20);
  assert.deepEqual([bars[0]?.left, bars[0]?.width], [0.25, 0.75]);
  assert.equal(answered, 0.5);
});

Deno.test("layOut() keeps bars within its width, whatever the clocks say", () => {
  const { bars } = layOut([span(-5, 3), span(0, 0), span(9, 1)], 10);
  for (const { left, width } of bars) {
    assert.ok(left >= 0 && width >= 0 && left + width <= 1);
  }
});

Deno.test("layOut() gives a request without calls and time a width", () => {
  const { total, bars, lanes, answered } = layOut([], 0);
  assert.deepEqual({ total, bars, lanes, answered }, {
    total: 1,
    bars: [],
    lanes: 0,
    answered: 0,
  });
});

const TICKS: readonly (readonly [number, readonly number[]])[] = [
  [1, [0, 0.2, 0.4, 0.6, 0.8, 1]],
  [0.34, [0, 0.1, 0.2, 0.3]],
  [34, [0, 10, 20, 30]],
  [100, [0, 20, 40, 60, 80, 100]],
  [1234, [0, 500, 1000]],
];

for (const [total, expected] of TICKS) {
  Deno.test(`ticksOf() marks round times of ${total} ms`, () => {
    const ticks = ticksOf(total);
    assert.deepEqual(ticks.map(({ at }) => at), expected);
    for (const { at, left } of ticks) assert.equal(left, at / total);
  });
}
