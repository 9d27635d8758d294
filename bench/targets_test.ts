import assert from "node:assert/strict";
import { judge, type Seen, type Target } from "./targets.ts";

const SEEN: ReadonlyMap<string, Seen> = new Map([
  ["base", {
    requestsPerSecond: [100, 200, 400],
    tail: [2, 2, 2],
    processor: [5, 5, 5],
  }],
  ["ours", {
    requestsPerSecond: [50, 80, 200],
    tail: [3.9, 9, 3],
    processor: [15, 14, 16],
  }],
]);

const RATIO: Target = {
  kind: "ratio",
  what: "",
  of: "ours",
  to: "base",
  limit: 0.5,
};

Deno.test("judge() takes the median of the rounds' ratios, and the limit as reached", () => {
  assert.deepEqual(judge([RATIO, { ...RATIO, limit: 0.51 }], SEEN), [
    { target: RATIO, value: 0.5, reached: true },
    { target: { ...RATIO, limit: 0.51 }, value: 0.5, reached: false },
  ]);
});

Deno.test("judge() wants tails and processor time under their limits", () => {
  const targets: Target[] = [
    { kind: "tail", what: "", of: "ours", limit: 4 },
    { kind: "processor", what: "", of: "ours", limit: 15 },
  ];
  assert.deepEqual(
    judge(targets, SEEN).map(({ value, reached }) => [value, reached]),
    [[3.9, true], [15, false]],
  );
});

Deno.test("judge() says nothing of servers that were not measured", () => {
  const targets: Target[] = [
    { ...RATIO, to: "gone" },
    { kind: "tail", what: "", of: "gone", limit: 4 },
  ];
  assert.deepEqual(
    judge(targets, SEEN).map(({ value, reached }) => [value, reached]),
    [[undefined, undefined], [undefined, undefined]],
  );
});
