import assert from "node:assert/strict";
import { makeRefusalLog } from "./refusals.ts";

Deno.test("makeRefusalLog() tells of each refusal once", () => {
  const told: string[] = [];
  const refused = makeRefusalLog((text) => told.push(text));
  refused(
    "http://a.example",
    "no line allows it",
    'workload.allowedHosts: ["a"]',
  );
  refused(
    "http://a.example",
    "no line allows it",
    'workload.allowedHosts: ["a"]',
  );
  refused(
    "http://b.example",
    "no line allows it",
    'workload.allowedHosts: ["b"]',
  );
  assert.deepEqual(told, [
    'Cannot connect to "http://a.example": no line allows it; set workload.allowedHosts: ["a"]',
    'Cannot connect to "http://b.example": no line allows it; set workload.allowedHosts: ["b"]',
  ]);
});
