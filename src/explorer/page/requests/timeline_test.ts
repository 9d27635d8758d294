import assert from "node:assert/strict";
import type { CallSpan, GuestLine } from "../../api.ts";
import { timelineOf } from "./timeline.ts";

const AT = 1_700_000_000_000;

function line(since: number): GuestLine {
  return { at: AT + since, stream: "stdout", text: `${since}` };
}

function span(start: number): CallSpan {
  return {
    interface: "wasi:keyvalue/store",
    name: "get",
    target: "cache",
    start,
    duration: 1,
  };
}

const DETAIL = {
  at: AT,
  lines: [line(1), line(5), line(4)],
  spans: [span(0), span(4.5), span(9)],
};

Deno.test("timelineOf() puts calls between the lines by time", () => {
  const entries = timelineOf(DETAIL, true);
  assert.deepEqual(entries.map(({ kind, at }) => `${kind} ${at}`), [
    "call 0",
    "line 1",
    "call 4.5",
    "line 5",
    "line 4",
    "call 9",
  ]);
});

Deno.test("timelineOf() gives the lines alone, in the order they were written", () => {
  const entries = timelineOf(DETAIL, false);
  assert.deepEqual(entries.map(({ kind, at }) => `${kind} ${at}`), [
    "line 1",
    "line 5",
    "line 4",
  ]);
});
