import { deepStrictEqual, strictEqual } from "node:assert/strict";
import {
  formatJson,
  formatText,
  isTold,
  type LogEvent,
  makeLog,
  type ReadyReport,
} from "./log.ts";

const REPORT: ReadyReport = {
  url: "http://127.0.0.1:8000",
  everyAddress: false,
  component: "/my-app/dist/my-app.wasm",
  buckets: [
    {
      name: "sessions",
      location: "Redis at localhost:6379",
      bucket: "s-1",
      durable: true,
      unavailable: true,
    },
    {
      name: "filesystem",
      location: "files in /my-app/data",
      durable: true,
      unavailable: false,
    },
    {
      name: "prices",
      location: "memory of this process",
      durable: false,
      readOnly: true,
      unavailable: false,
    },
    {
      name: "jobs",
      location: "NATS at localhost:4222",
      durable: true,
      unavailable: false,
      untried: true,
    },
    {
      name: undefined,
      location: "memory of this process",
      durable: false,
      unavailable: false,
    },
  ],
  timings: { build: 1234.5, transpile: 99.4, start: 6 },
};

const CHANGE = {
  id: "change-1",
  bucket: "b",
  kind: "set",
  key: "a\x1b\n",
} as const;

const REQUEST = {
  id: "1f",
  method: "GET",
  path: "/x?y=1",
  status: 200,
  milliseconds: 3.14159,
};

Deno.test("formatText() shows where buckets are, and how long the start took", () => {
  strictEqual(
    formatText({ event: "ready", report: REPORT }),
    `
Serving /my-app/dist/my-app.wasm
Listening on http://127.0.0.1:8000

  Bucket          Stored in                          Data
  sessions        Redis at localhost:6379, as "s-1"  unreachable
  filesystem      files in /my-app/data              kept
  prices          memory of this process             lost when Wharf stops, read-only
  jobs            NATS at localhost:4222             no answer from the store yet
  any other name  memory of this process             lost when Wharf stops

Ready: build 1235 ms, transpile 99 ms, start 6 ms`,
  );
});

Deno.test("formatText() says what was not needed, and who reaches the server", () => {
  const report = {
    ...REPORT,
    buckets: [],
    everyAddress: true,
    timings: { start: 0.4 },
  };
  strictEqual(
    formatText({ event: "ready", report }),
    `
Serving /my-app/dist/my-app.wasm
Listening on http://127.0.0.1:8000
Other machines reach it too: it listens on every address

  Bucket  Stored in  Data

Ready: no build, transpiled before, start 0 ms`,
  );
});

const ESC = "\x1b[2J";

Deno.test("formatText() writes each event as lines that nothing can forge", async (test) => {
  const request = "7";
  const cases: [LogEvent, string][] = [
    [
      { event: "build-started", command: `a${ESC}\nb` },
      "Building: a\\x1b[2J\\nb",
    ],
    [
      { event: "build-output", text: "\x1b[31mred\x1b[0m" },
      "\x1b[31mred\x1b[0m",
    ],
    [
      { event: "waiting", method: "GET", path: "/\u009b2J" },
      "GET /\\x9b2J waits for the component",
    ],
    [
      { event: "request", request: REQUEST },
      "[1f] GET /x?y=1 200 (3.1 ms)",
    ],
    [
      {
        event: "request",
        request: { ...REQUEST, method: `G\r${ESC}`, path: `/\u009b2J\n[8] ok` },
      },
      "[1f] G\\r\\x1b[2J /\\x9b2J\\n[8] ok 200 (3.1 ms)",
    ],
    [
      { event: "guest-output", request, stream: "stdout", text: "tab\there" },
      "[7] stdout: tab\there",
    ],
    [
      {
        event: "guest-output",
        request: undefined,
        stream: "stderr",
        text: `${ESC}\x07\x7f\u202egnp\u2028x\u{1f511} é`,
      },
      "stderr: \\x1b[2J\\x07\\x7f\\u{202e}gnp\\u{2028}x\u{1f511} é",
    ],
    [
      {
        event: "guest-output",
        request,
        stream: "stdout",
        text: "one\r\n[8] stdout: two\rthree",
      },
      "[7] stdout: one\n[7] stdout: [8] stdout: two\\rthree",
    ],
    [
      {
        event: "guest-log",
        request,
        level: "info",
        context: "c\nd",
        text: "one\ntwo",
      },
      "[7] info: c\\nd: one\n[7] info: c\\nd: two",
    ],
    [
      {
        event: "guest-log",
        request: undefined,
        level: "warn",
        context: "",
        text: "",
      },
      "warn: ",
    ],
    [
      { event: "guest-trap", request, text: `one${ESC}\ntwo` },
      "[7] one\\x1b[2J\n[7] two",
    ],
    [
      { event: "change", change: { ...CHANGE, calls: 1, milliseconds: 1.25 } },
      '[change-1] set "a\\u001b\\n" in "b" (1.3 ms)',
    ],
    [
      { event: "change", change: { ...CHANGE, calls: 3, milliseconds: 12 } },
      '[change-1] set "a\\u001b\\n" in "b", told 3 times (12.0 ms)',
    ],
    [
      {
        event: "change-lost",
        change: { ...CHANGE, calls: 5 },
        text: `The guest trapped${ESC}\n[8] two`,
      },
      '[change-1] set "a\\u001b\\n" in "b", told 5 times, lost: The guest trapped\\x1b[2J\n  [8] two',
    ],
    [
      { event: "warning", text: "one\n[8] two\x1b" },
      "Warning: one\n  [8] two\\x1b",
    ],
    [
      { event: "error", text: "[7] Error: one\n    at two" },
      "[7] Error: one\n      at two",
    ],
    [{ event: "stopping", text: "Stopping" }, "Stopping"],
  ];
  for (const [event, text] of cases) {
    await test.step(text, () => strictEqual(formatText(event), text));
  }
});

Deno.test("formatText() escapes what the banner quotes", () => {
  const [bucket] = REPORT.buckets;
  const report = {
    ...REPORT,
    component: `/a${ESC}`,
    buckets: [{ ...bucket!, name: `b${ESC}`, bucket: `c${ESC}\n` }],
  };
  const text = formatText({ event: "ready", report });
  strictEqual(text.includes("\x1b"), false);
});

Deno.test("formatJson() writes an event on one line that no terminal obeys", () => {
  const text = "a\n\x1b[2J\u009b\u2028\u202e\x7f é \u{1f511}\t";
  const event: LogEvent = { event: "warning", text };
  const line = formatJson(event);
  strictEqual(/^[^\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]*$/u.test(line), true);
  const { time, ...rest } = JSON.parse(line);
  deepStrictEqual(rest, event);
  strictEqual(new Date(time).toISOString(), time);
});

Deno.test("makeLog() tells the events of its level and above", () => {
  const written: string[] = [];
  const log = makeLog(({ event }) => event, "warn", (text) => {
    written.push(text);
  });
  log.emit({ event: "request", request: REQUEST });
  log.emit({ event: "build-output", text: "" });
  log.emit({ event: "warning", text: "" });
  log.emit({ event: "error", text: "" });
  log.emit({ event: "ready", report: REPORT });
  deepStrictEqual(written, ["warning", "error", "ready"]);
});

Deno.test("makeLog() tells by the level that is set last", () => {
  const written: string[] = [];
  const log = makeLog(({ event }) => event, "error", (text) => {
    written.push(text);
  });
  const { emit } = log;
  emit({ event: "warning", text: "" });
  log.level = "info";
  emit({ event: "warning", text: "" });
  emit({ event: "request", request: REQUEST });
  log.level = "warn";
  emit({ event: "request", request: REQUEST });
  deepStrictEqual(written, ["warning", "request"]);
});

Deno.test("isTold() tells of requests from info on, of the banner always", () => {
  strictEqual(isTold("request", "debug"), true);
  strictEqual(isTold("request", "info"), true);
  strictEqual(isTold("request", "warn"), false);
  strictEqual(isTold("ready", "error"), true);
  strictEqual(isTold("failed", "error"), true);
});

Deno.test("formatText() tells of what saves lead to", async (test) => {
  const cases: [LogEvent, text: string][] = [
    [
      {
        event: "swapped",
        changed: ["src/handler.ts"],
        steps: { build: 411.6, transpile: 231, start: 38 },
      },
      "Swapped: src/handler.ts (build 412 ms, transpile 231 ms, start 38 ms)",
    ],
    [
      { event: "swapped", changed: [], steps: { start: 38 } },
      "Swapped (start 38 ms)",
    ],
    [
      {
        event: "swapped",
        changed: ["a", "b\x1b", "c", "d", "e"],
        steps: { start: 1 },
      },
      "Swapped: a, b\\x1b, c and 2 more (start 1 ms)",
    ],
    [
      { event: "build-failed", text: "why\nmore", serving: true },
      "why\n  more\nThe last good one is served",
    ],
    [
      { event: "build-failed", text: "why", output: "x", serving: false },
      "why\nWaiting for a save",
    ],
    [
      {
        event: "reconfigured",
        applied: ["dev.address", "dev.http"],
        restarted: ["server"],
      },
      "Reconfigured: dev.address, dev.http (restarted: server)",
    ],
    [
      { event: "reconfigured", applied: ["dev.explorer"], restarted: [] },
      "Reconfigured: dev.explorer",
    ],
    [
      { event: "reconfigured", applied: [], restarted: [] },
      "Reconfigured: nothing has changed",
    ],
  ];
  for (const [event, text] of cases) {
    await test.step(text, () => strictEqual(formatText(event), text));
  }
});
