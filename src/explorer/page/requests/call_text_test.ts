import assert from "node:assert/strict";
import { countCalls, describeCall } from "./call_text.ts";

const GET = {
  interface: "wasi:keyvalue/store",
  name: "get",
  target: "cache",
  subject: "user:1",
  start: 1,
  duration: 0.42,
  result: "found",
};

Deno.test("describeCall() says what was called on what and how it ended", () => {
  assert.equal(
    describeCall(GET),
    "wasi:keyvalue/store get, cache, user:1, 0.42 ms, found",
  );
  const { subject: _, result: __, ...open } = { ...GET, name: "open" };
  assert.equal(
    describeCall({ ...open, error: "no-such-store" }),
    "wasi:keyvalue/store open, cache, 0.42 ms, failed: no-such-store",
  );
});

Deno.test("countCalls() counts in words", () => {
  assert.deepEqual([0, 1, 2].map(countCalls), ["0 calls", "1 call", "2 calls"]);
});
