import assert from "node:assert/strict";
import { requestReader } from "../../runtime/fetch_message.ts";
import {
  latin1,
  RawConnection,
  textOf,
} from "../../../tests/support/http_client.ts";
import { bytesFrom, textFrom } from "../../runtime/latin1.ts";
import { guestLines } from "./header_lines.ts";
import { RequestHead } from "./request_head.ts";

type Line = [name: string, value: string];

function linesOf(request: Request): Line[] {
  return guestLines(requestReader()(request).headers).map((
    [name, value],
  ) => [name, textOf(value)]);
}

/** What a handler makes of one request that a client sends as it stands. */
async function served<T>(
  request: string,
  handle: (request: Request) => T | Promise<T>,
): Promise<T> {
  const result = Promise.withResolvers<T>();
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request) => {
      result.resolve(handle(request));
      return new Response("answered");
    },
  );
  using client = await RawConnection.open(server.addr.port);
  await client.exchange(request);
  return await result.promise;
}

Deno.test("bytesFrom() and textFrom() are each other's reverse for every byte", () => {
  const all = Uint8Array.from({ length: 256 }, (_, byte) => byte);
  assert.deepEqual(bytesFrom(textFrom(all)), all);
  assert.equal(textFrom(bytesFrom("")), "");
});

Deno.test("guestLines() reads the lines as the client sent them", async () => {
  const lines = await served(
    "GET / HTTP/1.1\r\nHost: a.test\r\nX-B: 1, 2\r\nx-a:\t\xe9\xff \r\n" +
      "X-Empty:\r\nx-b: 3\r\nAccept: a\r\nAccept: b\r\n\r\n",
    linesOf,
  );
  assert.deepEqual(lines, [
    ["X-B", "1, 2"],
    ["x-a", "\xe9\xff"],
    ["X-Empty", ""],
    ["x-b", "3"],
    ["Accept", "a"],
    ["Accept", "b"],
  ]);
});

Deno.test("guestLines() leaves out the lines of the connection", async () => {
  const lines = await served(
    "GET / HTTP/1.1\r\nHOST: a.test\r\nConnection: x-a\r\nKeep-Alive: 1\r\n" +
      "Upgrade: b\r\nProxy-Authorization: c\r\nX-A: 1\r\n\r\n",
    linesOf,
  );
  assert.deepEqual(lines, [["X-A", "1"]]);
});

Deno.test("guestLines() does with a Headers object where lines are not kept", () => {
  const request = new Request("http://a.test/", {
    headers: [["x-b", "1"], ["x-a", "\xe9"], ["x-b", "2"], ["host", "b"]],
  });
  // A Request of another make: no symbol, only what the standard says.
  const foreign = { headers: request.headers } as Request;
  assert.deepEqual(linesOf(foreign), [["x-a", "\xe9"], ["x-b", "1, 2"]]);
});

Deno.test("guestLines() gives each caller arrays of its own", () => {
  const request = new Request("http://a.test/", { headers: { "x-a": "1" } });
  const reader = requestReader();
  const read = (request: Request) => guestLines(reader(request).headers);
  assert.deepEqual(read(request), [["x-a", latin1("1")]]);
  assert.notEqual(read(request), read(request));
});

Deno.test("RequestHead keeps what Deno forgets when the response is sent", async () => {
  const head = await served(
    "PURGE /a/../b HTTP/1.1\r\nHost: a.test\r\nX-A: 1\r\n\r\n",
    (request) => {
      const head = new RequestHead(requestReader()(request));
      head.keep();
      return head;
    },
  );
  assert.equal(head.method, "PURGE");
  assert.equal(head.url.authority, "a.test");
  assert.equal(head.url.pathWithQuery, "/a/../b");
  assert.deepEqual(head.lines, [["X-A", latin1("1")]]);
});
