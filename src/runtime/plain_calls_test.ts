import assert from "node:assert/strict";
import type { HttpRequest } from "./http_message.ts";
import { PlainCalls } from "./plain_calls.ts";

const request = (parts: Partial<HttpRequest>): HttpRequest => ({
  method: "GET",
  url: "http://guest.test/",
  headers: [],
  body: null,
  ...parts,
});

Deno.test("PlainCalls.serve() takes requests that ask to read and have no body", () => {
  assert.ok(PlainCalls.serve(request({})));
  assert.ok(PlainCalls.serve(request({ method: "HEAD" })));
  for (const method of ["POST", "PUT", "DELETE", "OPTIONS", "get"]) {
    assert.equal(PlainCalls.serve(request({ method })), false, method);
  }
  assert.equal(
    PlainCalls.serve(request({ body: new ReadableStream() })),
    false,
  );
  assert.equal(
    PlainCalls.serve(request({ trailers: Promise.resolve([]) })),
    false,
  );
});

Deno.test("PlainCalls wants eight plain calls in a row before one is attempted", () => {
  const calls = new PlainCalls();
  for (let call = 0; call < 7; call++) calls.saw(true);
  assert.equal(calls.areLikely, false);
  calls.saw(false);
  for (let call = 0; call < 7; call++) calls.saw(true);
  assert.equal(calls.areLikely, false);
  calls.saw(true);
  assert.ok(calls.areLikely);
});

Deno.test("PlainCalls wants twice as many after each attempt that failed, up to 4096", () => {
  const calls = new PlainCalls();
  const wanted = () => {
    let count = 0;
    for (; !calls.areLikely; count++) calls.saw(true);
    return count;
  };
  assert.equal(wanted(), 8);
  for (let many = 16; many <= 4096; many *= 2) {
    calls.failed();
    assert.equal(wanted(), many);
  }
  calls.failed();
  assert.equal(wanted(), 4096);
});
