/**
 * Clients that go away: the guest is told, its instance is let go, and the server goes on.
 */

import assert from "node:assert/strict";
import { SERVED } from "./support/each_lane.ts";
import { codeOf, endBody, respond, writeAll } from "./support/handle_steps.ts";
import { textOf } from "./support/http_client.ts";
import { serveGuest, serveHandle } from "./support/http_server.ts";

const HOST = "Host: a.test\r\n";
const CHUNKED = "Transfer-Encoding: chunked\r\n";

for (const { door, lane, at } of SERVED) {
  Deno.test(`${at}: a client that goes away while it sends ends the guest's read`, async () => {
    const started = Promise.withResolvers<string>();
    const told = Promise.withResolvers<unknown[]>();
    await using server = await serveHandle(async (request, outparam) => {
      const input = request.consume().stream();
      started.resolve(textOf(await input.blockingRead(99n)));
      const codes: unknown[] = [];
      for (let again = 0; again < 2; again++) {
        try {
          await input.blockingRead(99n);
        } catch (error) {
          codes.push(codeOf(error));
        }
      }
      told.resolve(codes);
      const { body, stream } = respond(outparam);
      endBody(body, stream);
    }, { door });
    using client = await server.connect();
    await client.send(
      `POST / HTTP/1.1\r\n${HOST}Content-Length: 1000\r\n\r\nthe start`,
    );
    assert.equal(await started.promise, "the start");
    client.close();
    assert.deepEqual(await told.promise, [
      { tag: "connection-terminated" },
      "closed",
    ]);
  });

  Deno.test(`${at}: a client that goes away while it is sent to ends the guest's writes`, async () => {
    const told = Promise.withResolvers<unknown>();
    await using server = await serveHandle(async (_request, outparam) => {
      const { body, stream } = respond(outparam);
      try {
        while (true) await writeAll(stream, new Uint8Array(65_536));
      } catch (error) {
        told.resolve(codeOf(error));
      }
      endBody(body, stream);
    }, { door });
    using client = await server.connect();
    await client.send(`GET / HTTP/1.1\r\n${HOST}\r\n`);
    await client.readHead();
    await client.discard(100_000);
    client.close();
    assert.equal(await told.promise, "closed");
  });

  const LEAVING: readonly [what: string, request: string, reads: number][] = [
    [
      "sends",
      `POST /sink HTTP/1.1\r\n${HOST}Content-Length: 1000\r\n\r\nabc`,
      0,
    ],
    [
      "sends chunks",
      `POST /sink HTTP/1.1\r\n${HOST}${CHUNKED}\r\n3\r\nabc\r\n`,
      0,
    ],
    [
      "is sent to",
      `GET /source?bytes=99999999999 HTTP/1.1\r\n${HOST}\r\n`,
      99_999,
    ],
    ["does both", `POST / HTTP/1.1\r\n${HOST}${CHUNKED}\r\n3\r\nabc\r\n`, 3],
  ];

  for (const [what, request, reads] of LEAVING) {
    Deno.test(`${at}: an instance whose client goes away while it ${what} is let go`, async () => {
      await using server = await serveGuest("echo", { door, lane, ahead: 1 });
      const leave = async () => {
        using client = await server.connect();
        await client.send(request);
        if (reads === 0) {
          // The guest has it when the server has answered another request meanwhile.
          await server.exchange(`GET /status/200 HTTP/1.1\r\n${HOST}\r\n`);
          return;
        }
        await client.readHead();
        await client.discard(reads);
      };
      await Promise.all(Array.from({ length: 20 }, leave));
      await server.idle();
      assert.deepEqual(server.record.traps, []);
      assert.deepEqual(server.record.failures, []);
      const next = await server.exchange(
        `POST / HTTP/1.1\r\n${HOST}Content-Length: 2\r\n\r\nok`,
      );
      assert.equal(textOf(next.body), "ok");
      await server.idle();
      assert.ok(server.record.alive <= 1, `${server.record.alive} are alive`);
    });
  }
}
