/**
 * `deno bench bench/journal_bench.ts`: what the journal costs a request.
 *
 * @module
 */

import type { LogEvent } from "../src/log.ts";
import type { HttpRequest, HttpResponse } from "../src/runtime/http_message.ts";
import { RequestJournal } from "../src/explorer/journal.ts";

const REQUEST: HttpRequest = {
  method: "GET",
  url: "http://guest.test/a?b",
  headers: [
    ["host", "guest.test"],
    ["user-agent", "wrk"],
    ["accept", "*/*"],
    ["accept-encoding", "gzip"],
    ["cookie", "a=b; c=d"],
  ],
  body: null,
};

const RESPONSE: HttpResponse = {
  status: 200,
  headers: [["content-type", "text/plain"], ["content-length", "5"]],
  body: null,
};

/** What a journal is told of one call. */
function callOf(request: string): LogEvent {
  return {
    event: "host-call",
    request,
    call: {
      interface: "wasi:keyvalue/store",
      name: "get",
      target: "in_memory",
      subject: "mykey",
      at: performance.timeOrigin + performance.now(),
      duration: 0.1,
      result: "found",
    },
  };
}

let count = 0;
let sink: unknown;

Deno.bench("no journal", { group: "request", baseline: true }, () => {
  const id = (++count).toString(36);
  sink = [id, REQUEST, RESPONSE];
});

const journal = new RequestJournal();

Deno.bench("begin and answered", { group: "request" }, () => {
  const id = (++count).toString(36);
  sink = journal.begin(id, REQUEST);
  journal.answered(id, RESPONSE);
});

Deno.bench("begin, two calls and answered", { group: "request" }, () => {
  const id = (++count).toString(36);
  sink = journal.begin(id, REQUEST);
  journal.log.emit(callOf(id));
  journal.log.emit(callOf(id));
  journal.answered(id, RESPONSE);
});

const watched = new RequestJournal();
watched.onRequest((summary) => {
  sink = summary;
}, new AbortController().signal);

Deno.bench("begin and answered, with a listener", { group: "request" }, () => {
  const id = (++count).toString(36);
  sink = watched.begin(id, REQUEST);
  watched.answered(id, RESPONSE);
});

/** Keeps what is measured from being left out. */
export function lastResult(): unknown {
  return sink;
}
