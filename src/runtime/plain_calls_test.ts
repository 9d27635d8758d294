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

/** How many plain calls in a row there have to be before one is attempted. */
function wantedBy(calls: PlainCalls): number {
  let count = 0;
  for (; !calls.areLikely; count++) calls.saw(true);
  return count;
}

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
  assert.equal(wantedBy(calls), 8);
  for (let many = 16; many <= 4096; many *= 2) {
    calls.failed();
    assert.equal(wantedBy(calls), many);
  }
  calls.failed();
  assert.equal(wantedBy(calls), 4096);
});

Deno.test("PlainCalls wants half as many after a thousand attempts without a failure", () => {
  const calls = new PlainCalls();
  for (let failure = 0; failure < 3; failure++) calls.failed(); // 64
  const succeed = (count: number) => {
    for (let attempt = 0; attempt < count; attempt++) calls.succeeded();
  };
  succeed(999);
  calls.failed(); // 128
  succeed(1000); // 64
  succeed(1000); // 32
  calls.saw(false);
  assert.equal(wantedBy(calls), 32);
  succeed(5000);
  calls.saw(false);
  assert.equal(wantedBy(calls), 8);
});
