/**
 * Clients that send anything at all to `dev`, by bare sockets.
 *
 * A failure prints its seed and the shortest connection that fails; `WHARF_FUZZ_SEED` and
 * `WHARF_FUZZ_RUNS` try others, and `deno task fuzz` prints figures besides.
 */

import assert from "node:assert/strict";
import { fuzzSample } from "./support/fuzz_sample.ts";
import { latin1 } from "./support/http_client.ts";
import { readAnswers } from "./support/http_attacker.ts";
import { attackDev, openAttackedDev } from "./support/http_session.ts";

Deno.test("dev outlives any client, and what it answers is HTTP", async () => {
  await using dev = await openAttackedDev();
  const { answers } = await attackDev(dev, fuzzSample(250));
  assert.ok((answers.get("200") ?? 0) > 0, "no request of them was a good one");
  assert.ok((answers.get("400") ?? 0) > 0, "no request of them was a bad one");
  assert.deepEqual(await dev.stop(), { code: 0, signal: null, stderr: "" });
});

Deno.test("readAnswers() tells whole answers, cut ones and what is no HTTP apart", () => {
  const read = (text: string, isHead = false) =>
    readAnswers(latin1(text), isHead);
  const ok = "HTTP/1.1 200 OK\r\n";
  const two =
    `${ok}content-length: 2\r\n\r\nab${ok}transfer-encoding: chunked` +
    "\r\n\r\n1\r\na\r\n0\r\n\r\n";
  assert.deepEqual(read(two), { statuses: [200, 200], isCut: false });
  assert.deepEqual(read(two.slice(0, -1)), { statuses: [200], isCut: true });
  assert.deepEqual(read(`${ok}content-length: 2\r\n\r\n`, true), {
    statuses: [200],
    isCut: false,
  });
  for (
    const wrong of [
      `${ok}content-length: 2\r\n\r\nabc\r\n\r\n`,
      `${ok}content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n`,
      `${ok}transfer-encoding: chunked\r\n\r\nx\r\n`,
      `${ok}x\0: y\r\n\r\n`,
      "HTTP/1.1 99 No\r\n\r\n",
    ]
  ) {
    assert.throws(() => read(wrong), { name: "AssertionError" }, wrong);
  }
});
