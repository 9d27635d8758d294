/**
 * Informational responses (RFC 9110, 15.2) of a guest, through both doors.
 */

import assert from "node:assert/strict";
import { eachLane } from "./support/each_lane.ts";
import { connect } from "node:http2";
import { latin1, textOf } from "./support/http_client.ts";
import { serveGuest } from "./support/http_server.ts";

const GET =
  "GET /?status=103 HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n";

/** All that comes until the connection ends. */
async function allOf(port: number, request: string): Promise<string> {
  using conn = await Deno.connect({ hostname: "127.0.0.1", port });
  await conn.write(latin1(request));
  const all: number[] = [];
  const piece = new Uint8Array(1024);
  for (let count = await conn.read(piece); count !== null;) {
    all.push(...piece.subarray(0, count));
    count = await conn.read(piece);
  }
  return textOf(Uint8Array.from(all));
}

eachLane.test("node: an informational response goes before the response, with its lines as they are", async (lane) => {
  await using server = await serveGuest("early_hints", { lane, door: "node" });
  const text = await allOf(server.port, GET);
  assert.ok(
    text.startsWith(
      "HTTP/1.1 103 Early Hints\r\nlink: </style.css>; rel=preload\r\nx-hint: \xe9\r\n\r\nHTTP/1.1 200 OK\r\n",
    ),
    text,
  );
  assert.ok(text.endsWith("done\n"), text);
});

for (const status of [100, 101, 200, 0]) {
  eachLane.test(`node: ${status} is no informational response of a guest`, async (lane) => {
    await using server = await serveGuest("early_hints", {
      lane,
      door: "node",
    });
    const text = await allOf(server.port, GET.replace("103", `${status}`));
    assert.ok(text.startsWith("HTTP/1.1 200 OK\r\n"), text);
    assert.ok(text.endsWith("protocol error\n"), text);
  });
}

eachLane.test("node: a client of HTTP/1.0 gets no informational response", async (lane) => {
  await using server = await serveGuest("early_hints", { lane, door: "node" });
  const text = await allOf(
    server.port,
    "GET / HTTP/1.0\r\nHost: a.test\r\n\r\n",
  );
  assert.match(text, /^HTTP\/1\.1 200 OK\r\n/);
  assert.ok(text.endsWith("not sent\n"), text);
});

eachLane.test("deno: an informational response is refused, and the response goes out", async (lane) => {
  await using server = await serveGuest("early_hints", { lane });
  const text = await allOf(server.port, GET);
  assert.ok(text.startsWith("HTTP/1.1 200 OK\r\n"), text);
  assert.ok(text.endsWith("not sent\n"), text);
});

eachLane.test("node: an informational response goes over HTTP/2 too", async (lane) => {
  await using server = await serveGuest("early_hints", { lane, door: "node" });
  const session = connect(`http://127.0.0.1:${server.port}`);
  try {
    const stream = session.request({ ":path": "/" });
    const heads: unknown[] = [];
    stream.on("headers", (headers) => heads.push(headers[":status"]));
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    stream.on("response", (headers) => heads.push(headers[":status"]));
    stream.on("error", reject);
    stream.on("close", () => resolve());
    stream.resume();
    stream.end();
    await promise;
    assert.deepEqual(heads, [103, 200]);
  } finally {
    session.close();
  }
});
