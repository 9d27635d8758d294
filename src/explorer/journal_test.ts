import assert from "node:assert/strict";
import type { LogEvent } from "../log.ts";
import type { HttpRequest } from "../runtime/http_message.ts";
import type { RequestSummary } from "./api.ts";
import { MAX_REQUESTS, RequestJournal } from "./journal.ts";
import { MAX_KEPT } from "./journal_entry.ts";

const GET: HttpRequest = {
  method: "GET",
  url: "http://guest.test/a?b",
  headers: [["Host", "guest.test"], ["x", "1"], ["X", "2"]],
  body: null,
};

const OK = {
  status: 200,
  headers: [["a", "1"], ["a", "2"]],
  body: null,
} as const;

/** A call that began that many milliseconds from now. */
function callOf(
  request: string | undefined,
  name: string,
  begin = 0,
): Extract<LogEvent, { event: "host-call" }> {
  return {
    event: "host-call",
    request,
    call: {
      interface: "wasi:keyvalue/store",
      name,
      target: "b",
      subject: "k",
      at: performance.timeOrigin + performance.now() + begin,
      duration: 1,
      result: "found",
    },
  };
}

Deno.test("begin() hands on a request without a body as it is", () => {
  assert.equal(new RequestJournal().begin("1", GET), GET);
});

Deno.test("detail() tells of a request and its response", () => {
  const journal = new RequestJournal();
  const before = Date.now();
  journal.begin("1", GET);
  const begun = journal.detail("1");
  assert.deepEqual({ ...begun, at: 0 }, {
    id: "1",
    at: 0,
    method: "GET",
    path: "/a?b",
    calls: 0,
    trapped: false,
    url: "http://guest.test/a?b",
    headers: [["Host", "guest.test"], ["x", "1"], ["X", "2"]],
    body: { size: 0, bytes: "", whole: true },
    spans: [],
    lines: [],
    replayable: true,
  });
  assert.ok(Math.abs(begun!.at - before) < 10_000);
  journal.answered("1", OK);
  const { status, duration, responseHeaders } = journal.detail("1")!;
  assert.equal(status, 200);
  assert.ok(duration! >= 0 && duration! < 10_000);
  assert.deepEqual(responseHeaders, [["a", "1"], ["a", "2"]]);
  assert.equal(journal.detail("2"), undefined);
});

Deno.test("answered() reads what the request says while the door still knows it", () => {
  let gone = false;
  const journal = new RequestJournal();
  journal.begin("1", {
    method: "GET",
    url: GET.url,
    body: null,
    get headers() {
      assert.ok(!gone, "the request is gone");
      return GET.headers;
    },
  });
  journal.answered("1", OK);
  gone = true;
  assert.deepEqual(journal.detail("1")!.headers, GET.headers);
});

Deno.test("log takes calls, lines and traps of the requests that it knows", () => {
  const journal = new RequestJournal();
  journal.begin("1", GET);
  journal.begin("2", GET);
  const events: readonly LogEvent[] = [
    callOf("1", "get", 5),
    callOf("1", "open", 2),
    callOf("2", "set", -1000),
    callOf("change-1", "get"),
    callOf(undefined, "get"),
    { event: "guest-output", request: "1", stream: "stdout", text: "one" },
    {
      event: "guest-log",
      request: "1",
      level: "warn",
      context: "",
      text: "two",
    },
    {
      event: "guest-log",
      request: "1",
      level: "info",
      context: "c",
      text: "d",
    },
    { event: "guest-output", request: undefined, stream: "stdout", text: "x" },
    { event: "guest-trap", request: "2", text: "unreachable\n  at f" },
    { event: "warning", text: "no concern of a request" },
  ];
  for (const event of events) journal.log.emit(event);
  const one = journal.detail("1")!;
  assert.deepEqual(one.spans.map(({ name }) => name), ["open", "get"]);
  const { start, ...get } = one.spans[1]!;
  assert.ok(start >= 5 && start < 10_000);
  assert.deepEqual(get, {
    interface: "wasi:keyvalue/store",
    name: "get",
    target: "b",
    subject: "k",
    duration: 1,
    result: "found",
  });
  assert.equal(one.calls, 2);
  assert.deepEqual(one.lines.map(({ stream, text }) => [stream, text]), [
    ["stdout", "one"],
    ["warn", "two"],
    ["info", "c: d"],
  ]);
  assert.ok(one.lines.every(({ at }) => at >= one.at));
  assert.equal(one.trapped, false);
  const two = journal.detail("2")!;
  // The clocks of two threads may differ: nothing began before its request.
  assert.equal(two.spans[0]!.start, 0);
  assert.equal(two.trapped, true);
  assert.equal(two.trap, "unreachable\n  at f");
});

Deno.test("calls and lines beyond the most that are kept are counted", () => {
  const journal = new RequestJournal();
  journal.begin("1", GET);
  for (let count = 0; count < MAX_KEPT + 3; count++) {
    journal.log.emit(callOf("1", `${count}`, count));
    journal.log.emit({
      event: "guest-output",
      request: "1",
      stream: "stdout",
      text: `${count}`,
    });
  }
  const detail = journal.detail("1")!;
  assert.equal(detail.calls, MAX_KEPT + 3);
  assert.equal(detail.spans.length, MAX_KEPT);
  assert.equal(detail.spans.at(-1)!.name, `${MAX_KEPT - 1}`);
  assert.equal(detail.spansLeftOut, 3);
  assert.equal(detail.lines.length, MAX_KEPT);
  assert.equal(detail.lines.at(-1)!.text, `${MAX_KEPT - 1}`);
  assert.equal(detail.linesLeftOut, 3);
});

Deno.test("texts of any length are kept in part", () => {
  const journal = new RequestJournal();
  journal.begin("1", GET);
  const text = "x".repeat(10 ** 6);
  journal.log.emit({
    event: "guest-output",
    request: "1",
    stream: "stdout",
    text,
  });
  journal.log.emit({ event: "guest-trap", request: "1", text });
  journal.answered("1", {
    ...OK,
    headers: [["a", "1"], ["b", text], ["c", "2"]],
  });
  const { lines, trap, responseHeaders } = journal.detail("1")!;
  assert.equal(lines[0]!.text.length, 2000);
  assert.equal(trap!.length, 16_384);
  assert.deepEqual(responseHeaders, [["a", "1"]]);
});

Deno.test("list() tells the newest first, by pages", () => {
  const journal = new RequestJournal();
  for (let id = 1; id <= 5; id++) journal.begin(`${id}`, GET);
  const ids = (options?: { limit?: number; before?: string }) =>
    journal.list(options).map(({ id }) => id).join("");
  assert.equal(ids(), "54321");
  assert.equal(ids({ limit: 2 }), "54");
  assert.equal(ids({ limit: 2, before: "4" }), "32");
  assert.equal(ids({ before: "1" }), "");
  assert.equal(ids({ before: "forgotten" }), "");
});

Deno.test(`the last ${MAX_REQUESTS} requests are kept`, () => {
  const journal = new RequestJournal();
  for (let id = 1; id <= MAX_REQUESTS + 2; id++) journal.begin(`${id}`, GET);
  assert.equal(journal.list().length, MAX_REQUESTS);
  assert.equal(journal.list().at(-1)!.id, "3");
  assert.equal(journal.detail("2"), undefined);
  // They are still under way.
  journal.log.emit(callOf("2", "get"));
  journal.answered("2", OK);
  assert.equal(journal.detail("2"), undefined);
});

Deno.test("a request that has the id of an earlier one takes its place", () => {
  const journal = new RequestJournal();
  journal.begin("1", GET);
  journal.begin("2", GET);
  journal.begin("1", { ...GET, method: "PUT" });
  assert.deepEqual(journal.list().map(({ id, method }) => [id, method]), [
    ["1", "PUT"],
    ["2", "GET"],
  ]);
});

Deno.test("clear() forgets all, and what is under way too", () => {
  const journal = new RequestJournal();
  journal.begin("1", GET);
  journal.clear();
  journal.answered("1", OK);
  assert.deepEqual(journal.list(), []);
});

Deno.test("onRequest() tells of a begin, an answer and a trap at once, of calls together", async () => {
  const journal = new RequestJournal();
  const stop = new AbortController();
  const told: RequestSummary[] = [];
  const withCalls = Promise.withResolvers<void>();
  journal.onRequest((summary) => {
    told.push(summary);
    if (summary.calls === 20) withCalls.resolve();
  }, stop.signal);
  journal.begin("1", GET);
  journal.answered("1", OK);
  assert.deepEqual(told.map(({ status }) => status), [undefined, 200]);
  for (let count = 0; count < 20; count++) journal.log.emit(callOf("1", "get"));
  assert.equal(told.length, 2);
  await withCalls.promise;
  assert.deepEqual(told.map(({ calls }) => calls), [0, 0, 20]);
  journal.log.emit({ event: "guest-trap", request: "1", text: "trap" });
  assert.equal(told.at(-1)!.trapped, true);
  // A summary that is told anyway carries the calls that were to be told.
  journal.log.emit(callOf("1", "get"));
  journal.answered("1", OK);
  assert.equal(told.at(-1)!.calls, 21);
  stop.abort(); // no timer is left, which the test runner would find
  journal.begin("2", GET);
  assert.equal(told.length, 5);
});

Deno.test("onRequest() calls each listener for as long as its signal says", () => {
  const journal = new RequestJournal();
  const one = new AbortController(), other = new AbortController();
  const told: string[] = [];
  const listener = ({ id }: RequestSummary) => void told.push(id);
  journal.onRequest(listener, one.signal);
  journal.onRequest(listener, other.signal);
  journal.onRequest(listener, AbortSignal.abort());
  journal.begin("1", GET);
  one.abort();
  journal.begin("2", GET);
  other.abort();
  journal.begin("3", GET);
  assert.deepEqual(told, ["1", "1", "2"]);
});
