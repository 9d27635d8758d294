/**
 * What a server does with clients that ask for too much, the same behind either door.
 */

import assert from "node:assert/strict";
import { eachLane, SERVED } from "./support/each_lane.ts";
import { codeOf, endBody, respond } from "./support/handle_steps.ts";
import { textOf, valuesOf } from "./support/http_client.ts";
import { serve, serveGuest, serveHandle } from "./support/http_server.ts";

const HOST = "Host: a.test\r\n";
const CHUNKED = "Transfer-Encoding: chunked\r\n";

const BAD_HOSTS = [
  "a/b",
  "a?b",
  "a#b",
  "me@a",
  "a b",
  "a:b",
  "[::1",
  "a.test\r\nHost: b.test",
];

for (const { door, lane, at } of SERVED) {
  for (const host of BAD_HOSTS) {
    Deno.test(`${at}: the host ${JSON.stringify(host)} is refused`, async () => {
      await using server = await serveGuest("echo", { door, lane });
      const { status } = await server.exchange(
        `GET /reflect HTTP/1.1\r\nHost: ${host}\r\n\r\n`,
      );
      assert.equal(status, 400);
      assert.deepEqual(server.record.answered, []);
    });
  }

  Deno.test(`${at}: too many or too long header lines are refused`, async () => {
    await using server = await serveGuest("echo", {
      door,
      lane,
      limits: { maxHeaders: 5, maxHeadSize: 1000 },
    });
    const status = async (lines: string) =>
      (await server.exchange(`GET /status/200 HTTP/1.1\r\n${HOST}${lines}\r\n`))
        .status;
    assert.equal(await status("A: 1\r\n".repeat(4)), 200);
    assert.equal(await status("A: 1\r\n".repeat(5)), 431);
    assert.equal(await status(`A: ${"x".repeat(900)}\r\n`), 200);
    assert.equal(await status(`A: ${"x".repeat(1000)}\r\n`), 431);
    assert.equal(await status(`A: ${"x".repeat(5000)}\r\n`), 431);
  });

  Deno.test(`${at}: a WebSocket is refused, another upgrade passed over`, async () => {
    await using server = await serveGuest("echo", { door, lane });
    const upgrade = (to: string) =>
      server.exchange(
        `GET /status/200 HTTP/1.1\r\n${HOST}Connection: Upgrade\r\nUpgrade: ${to}\r\n\r\n`,
      );
    const refused = await upgrade("WebSocket");
    assert.equal(refused.status, 501);
    assert.match(textOf(refused.body), /^WebSockets are not supported/);
    assert.equal((await upgrade("h2c")).status, 200);
  });

  Deno.test(`${at}: a body that says it is too long is refused at once`, async () => {
    await using server = await serveGuest("echo", {
      door,
      lane,
      limits: { maxRequestBody: 10 },
    });
    const { status, lines } = await server.exchange(
      `POST /sink HTTP/1.1\r\n${HOST}Content-Length: 11\r\n\r\n`,
    );
    assert.equal(status, 413);
    assert.ok(valuesOf(lines, "connection").includes("close"));
    const whole = await server.exchange(
      `POST /sink HTTP/1.1\r\n${HOST}Content-Length: 10\r\n\r\n0123456789`,
    );
    assert.equal(textOf(whole.body), "10\n");
  });

  Deno.test(`${at}: a body that gets too long ends the guest's read`, async () => {
    const told = Promise.withResolvers<unknown>();
    await using server = await serveHandle(async (request, outparam) => {
      const input = request.consume().stream();
      try {
        while (true) await input.blockingRead(99n);
      } catch (error) {
        told.resolve(codeOf(error));
      }
      const { body, stream } = respond(outparam);
      endBody(body, stream);
    }, { door, limits: { maxRequestBody: 10 } });
    using client = await server.connect();
    await client.send(`POST / HTTP/1.1\r\n${HOST}${CHUNKED}\r\n`);
    await client.sendChunk("01234567");
    await client.sendChunk("89a");
    assert.equal((await client.readHead()).status, 413);
    assert.deepEqual(await told.promise, {
      tag: "HTTP-request-body-size",
      val: 10n,
    });
  });

  Deno.test(`${at}: a client that stops sending ends the guest's read`, async () => {
    const told = Promise.withResolvers<unknown>();
    await using server = await serveHandle(async (request, outparam) => {
      const input = request.consume().stream();
      try {
        while (true) await input.blockingRead(99n);
      } catch (error) {
        told.resolve(codeOf(error));
      }
      const { body, stream } = respond(outparam);
      endBody(body, stream);
    }, { door, limits: { clientTimeout: 50 } });
    using client = await server.connect();
    await client.send(
      `POST / HTTP/1.1\r\n${HOST}Content-Length: 9\r\n\r\nabc`,
    );
    assert.equal((await client.readHead()).status, 408);
    assert.deepEqual(await told.promise, { tag: "connection-read-timeout" });
  });

  Deno.test(`${at}: silent uploads do not hold all instances`, async () => {
    await using server = await serveGuest("echo", {
      door,
      lane,
      limit: 4,
      limits: { clientTimeout: 50 },
    });
    const clients = await Promise.all(
      Array.from({ length: 4 }, () => server.connect()),
    );
    for (const client of clients) {
      await client.send(
        `POST /sink HTTP/1.1\r\n${HOST}Content-Length: 9\r\n\r\nabc`,
      );
    }
    const next = await server.exchange(
      `GET /status/200 HTTP/1.1\r\n${HOST}\r\n`,
    );
    assert.equal(next.status, 200);
    for (const client of clients) client.close();
  });

  Deno.test(`${at}: a client that stops reading lets the guest go`, async () => {
    await using server = await serveGuest("echo", {
      door,
      lane,
      limits: { clientTimeout: 50 },
    });
    using client = await server.connect();
    await client.send(
      `GET /source?bytes=99999999999 HTTP/1.1\r\n${HOST}\r\n`,
    );
    await client.readHead();
    await server.idle();
    assert.deepEqual(server.record.traps, []);
  });

  Deno.test(`${at}: a response that is too long is none`, async () => {
    await using server = await serveGuest("echo", {
      door,
      lane,
      limits: { maxResponseBody: 100_000 },
    });
    const short = await server.exchange(
      `GET /source?bytes=9 HTTP/1.1\r\n${HOST}\r\n`,
    );
    assert.equal(short.body.length, 9);
    using client = await server.connect();
    await client.send(`GET /source?bytes=999999 HTTP/1.0\r\n${HOST}\r\n`);
    const { status } = await client.readHead();
    assert.equal(status, 200);
    assert.ok(await client.readToEnd() <= 100_000);
    assert.match(`${server.broken[0]}`, /dev\.http\.max_response_body allows/);
  });

  Deno.test(`${at}: more requests than may be in flight get 503`, async () => {
    const answers = Promise.withResolvers<void>();
    const arrived = Promise.withResolvers<void>();
    await using server = await serve(async () => {
      arrived.resolve();
      await answers.promise;
      return { status: 200, headers: [], body: null };
    }, { door, limits: { maxRequests: 1 } });
    using client = await server.connect();
    await client.send(`GET / HTTP/1.1\r\n${HOST}\r\n`);
    await arrived.promise;
    const refused = await server.exchange(`GET / HTTP/1.1\r\n${HOST}\r\n`);
    assert.equal(refused.status, 503);
    assert.deepEqual(valuesOf(refused.lines, "retry-after"), ["1"]);
    answers.resolve();
    assert.equal((await client.readResponse()).status, 200);
    const next = await client.exchange(`GET / HTTP/1.1\r\n${HOST}\r\n`);
    assert.equal(next.status, 200);
  });

  Deno.test(`${at}: a request in flight is answered before the server ends`, async () => {
    const answers = Promise.withResolvers<void>();
    const arrived = Promise.withResolvers<void>();
    await using server = await serve(async () => {
      arrived.resolve();
      await answers.promise;
      return { status: 200, headers: [], body: null };
    }, { door });
    using idle = await server.connect();
    using client = await server.connect();
    await client.send(`GET / HTTP/1.1\r\n${HOST}\r\n`);
    await arrived.promise;
    const ended = server.shutdown();
    assert.equal(await idle.readToEnd(), 0);
    answers.resolve();
    assert.equal((await client.readResponse()).status, 200);
    assert.equal(await client.readToEnd(), 0);
    await ended;
    await assert.rejects(server.connect(), Deno.errors.ConnectionRefused);
  });
}

eachLane.test("node: a connection that sends no head in time is ended", async (lane) => {
  await using server = await serveGuest("echo", {
    lane,
    door: "node",
    limits: { clientTimeout: 50 },
  });
  using silent = await server.connect();
  assert.equal(await silent.readToEnd(), 0);
  using slow = await server.connect();
  await slow.send("GET / HTTP/1.1\r\n");
  assert.equal(await slow.readToEnd(), 0);
});

eachLane.test("node: a connection too many is ended", async (lane) => {
  await using server = await serveGuest("echo", {
    lane,
    door: "node",
    limits: { maxConnections: 1 },
  });
  using first = await server.connect();
  const request = `GET /status/200 HTTP/1.1\r\n${HOST}\r\n`;
  assert.equal((await first.exchange(request)).status, 200);
  using second = await server.connect();
  assert.equal(await second.readToEnd(), 0);
  assert.equal((await first.exchange(request)).status, 200);
});
